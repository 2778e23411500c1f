import type { TestRequest, Visitor } from '@arlen/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { csrfToken, emailOf, openShop, PASSWORD } from './shop.ts'

const { t, app, db, person } = await openShop()
beforeEach(() => db.begin(app))
afterEach(() => db.rollback())

const signUp = (visitor: Visitor, fields: object) =>
  visitor.visit('/sign-up').submit('[action="/sign-up"]', { ...fields })
const login = (
  visitor: Visitor,
  name: string,
  { password = PASSWORD, page = '/login', ...more }: Record<string, string | boolean> = {},
): TestRequest => visitor.visit(String(page)).submit('[action="/login"]', { email: emailOf(name), password, ...more })

/** Someone who comes in through the front door. */
async function loggedIn(name: string, more = {}): Promise<Visitor> {
  const visitor = t.visitor()
  await login(visitor, name, more).redirect('/')
  return visitor
}

const isOut = (visitor: Visitor) => visitor.visit('/orders').redirect('/login?return=%2Forders')
const isIn = (visitor: Visitor) => visitor.visit('/orders').status(200)

describe('signing up', () => {
  test('makes an account, logs in, and greets once', async () => {
    const visitor = t.visitor()
    await signUp(visitor, { name: 'Hank', email: 'Hank@Strickland.example', password: PASSWORD }).redirect('/')
    await visitor
      .visit('/')
      .text('[role=status]', 'Welcome, Hank.')
      .text('form[action="/logout"] button', 'Log out Hank')
    await visitor.visit('/').missing('[role=status]')
    const stored = await app.db.one('select email, password_hash as hash, role from users')
    expect(stored).toEqual({
      email: 'hank@strickland.example',
      role: 'customer',
      hash: expect.stringMatching(/^\$argon2id\$/),
    })
  })

  test('shows everything wrong at its field, with what was entered, but never the password', async () => {
    const page = t.visit('/sign-up?return=/cart')
    await page
      .submit('[action="/sign-up"]', { name: ' ', email: '"><b>', password: 'short-one' })
      .status(422)
      .attribute('#name', 'aria-invalid', 'true')
      .attribute('#name', 'aria-describedby', 'name-error')
      .text('#name-error', 'Enter your name.')
      .text('#email-error', /^Enter an e-mail address/)
      .attribute('#email', 'value', '"><b>')
      .text('#password-error', /^Choose at least 10 characters/)
      .attribute('[name=return]', 'value', '/cart')
      .lacks('short-one')
  })

  test('refuses an address that has an account, in whatever case', async () => {
    await person('Peggy')
    await signUp(t, { name: 'Not Peggy', email: 'PEGGY@strickland.example', password: PASSWORD })
      .status(422)
      .text('#email-error', /There is an account with this address\./)
      .attribute('#name', 'value', 'Not Peggy')
      .lacks(PASSWORD)
  })

  test('does not let users choose a role', async () => {
    const dale = t.visitor()
    const csrf_token = await csrfToken(dale)
    const fields = { name: 'Dale', email: emailOf('Dale'), password: PASSWORD, role: 'admin', id: '1' }
    await dale.post('/sign-up', { form: { csrf_token, ...fields } }).status(303)
    await dale.visit('/admin/orders').status(403)
  })
})

describe('logging in', () => {
  beforeEach(() => person('Bobby'))

  test('works with the password, and goes where one wanted to go', async () => {
    const visitor = t.visitor()
    await login(visitor, 'Bobby', { page: '/login?return=/orders' }).redirect('/orders')
    await visitor.visit('/orders').text('[role=status]', 'Good to see you, Bobby.')
  })

  test.each(['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)'])(
    'never leads to %s',
    async target => {
      await login(t.visitor(), 'Bobby', { return: target }).redirect('/', 303)
      await t.visit('/login').query({ return: target }).lacks('evil.example').lacks('alert(1)')
    },
  )

  test.each(['Bobby', 'Nobody'])('says the same of a wrong password, of %s', async name => {
    await login(t.visitor(), name, { password: 'something else' })
      .status(422)
      .text('[role=alert]', 'The address or the password is wrong.')
      .lacks('something else')
  })

  test('begins a new session, keeps the cart and nothing else', async () => {
    const visitor = t.visitor()
    await visitor.visit('/products/weed-torch-with-trigger-217').submit('form.add').redirect('/cart')
    const thief = t.visitor({ cookies: visitor.cookies })
    await login(visitor, 'Bobby').status(303)
    expect(visitor.cookies.get('insecure-session')).not.toBe(thief.cookies.get('insecure-session'))
    await visitor.visit('/cart').text('.lines strong', 'Weed Torch, with Trigger')
    // What was a valid cookie before the login is nobody's still.
    await isOut(thief)
  })

  test('is slowed down after a few failures, for that account and address', async () => {
    await person('Bill')
    for (let attempt = 0; attempt < 5; attempt++)
      await login(t.visitor(), 'Bill', { password: `guess ${attempt} of many` }).status(422)
    await login(t.visitor(), 'Bill')
      .status(429)
      .header('retry-after', seconds => Number(seconds) > 0)
      .text('h1', /^Too many failed logins/)
    await login(t.visitor(), 'Bobby').status(303)
  })
})

describe('logging out', () => {
  beforeEach(() => person('Luanne'))

  test('ends the session', async () => {
    const visitor = await loggedIn('Luanne')
    await visitor.visit('/').click('Log out Luanne').redirect('/', 303)
    await visitor.visit('/').text('[role=status]', 'You are logged out.')
    await isOut(visitor)
  })

  test('ends copies of the cookie too, and no other device', async () => {
    const [visitor, phone] = [await loggedIn('Luanne'), await loggedIn('Luanne')]
    const thief = t.visitor({ cookies: visitor.cookies })
    await isIn(thief)
    await visitor.visit('/').click('Log out')
    await isOut(thief)
    await isIn(phone)
  })

  test('needs a token of the session, so that no other page can do it', async () => {
    const visitor = await loggedIn('Luanne')
    await visitor.post('/logout').status(403).problem('csrf_token_missing')
    await isIn(visitor)
  })

  test('everywhere ends the sessions and remembered logins of all devices', async () => {
    const [phone, laptop] = [await loggedIn('Luanne'), await loggedIn('Luanne', { remember: true })]
    await isIn(laptop)
    await phone.visit('/orders').click('Log out on all devices').status(303)
    await isOut(laptop)
  })
})

describe('a remembered login', () => {
  beforeEach(() => person('Connie'))

  test('outlives the session, and each of its tokens is good once', async () => {
    const visitor = await loggedIn('Connie', { remember: true })
    const token = visitor.cookies.get('insecure-session-remember')!
    visitor.cookies.clear('insecure-session')
    await isIn(visitor)
    expect(visitor.cookies.get('insecure-session-remember')).not.toBe(token)
    await isOut(t.visitor({ cookies: { 'insecure-session-remember': token } }))
  })

  test('is only kept where it was asked for', async () => {
    await login(t.visitor(), 'Connie').noCookie('insecure-session-remember')
  })
})
