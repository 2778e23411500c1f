import type { TestRequest, Visitor } from '@arlen/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { strengthenHash } from '../src/accounts/users.ts'
import { csrfToken, emailOf, openShop, PASSWORD } from './shop.ts'

const NEW = 'clean burning fuel'
const { t, app, db, person } = await openShop()

const login = (visitor: Visitor, name: string, password: string): TestRequest =>
  visitor.visit('/login').submit('[action="/login"]', { email: emailOf(name), password, remember: true })

async function loggedIn(name: string, password = PASSWORD): Promise<Visitor> {
  const visitor = t.visitor()
  await login(visitor, name, password).redirect('/')
  return visitor
}

const isIn = (visitor: Visitor) => visitor.visit('/orders').status(200)
const isOut = (visitor: Visitor) => visitor.visit('/orders').redirect(/^\/login/)
const change = (visitor: Visitor, currentPassword: string, password = NEW): TestRequest =>
  visitor.visit('/account').submit('[action="/account/password"]', { currentPassword, password })

describe('changing a password', () => {
  test('needs the present one, and ends every other session and remembered login', async () => {
    await person('Hank')
    const [visitor, phone] = [await loggedIn('Hank'), await loggedIn('Hank')]
    const copy = t.visitor({ cookies: { 'insecure-session': visitor.cookies.get('insecure-session')! } })
    await change(visitor, PASSWORD).redirect('/account', 303)
    await visitor.visit('/account').text('[role=status]', /^Your password is changed\./)
    await isOut(phone)
    phone.cookies.clear('insecure-session')
    await isOut(phone)
    await isOut(copy)
    await login(t.visitor(), 'Hank', PASSWORD).status(422)
    await login(t.visitor(), 'Hank', NEW).status(303)
  })

  test('ends remembered logins that are granted or renewed at the same moment', async () => {
    await person('Ladybird')
    let [current, next] = [PASSWORD, NEW]
    for (let i = 0; i < 4; i++) {
      const [owner, renewing, granted] = [
        await loggedIn('Ladybird', current),
        await loggedIn('Ladybird', current),
        t.visitor(),
      ]
      renewing.cookies.clear('insecure-session')
      await Promise.all([login(granted, 'Ladybird', current), renewing.visit('/orders'), change(owner, current, next)])
      for (const visitor of [granted, renewing]) {
        await isOut(visitor)
        visitor.cookies.clear('insecure-session')
        await isOut(visitor)
      }
      await isIn(owner)
      ;[current, next] = [next, current]
    }
  })

  test('is refused with a wrong one, with a short one, and to strangers; and guesses are counted', async () => {
    const peggy = t.as(await person('Peggy'))
    await change(peggy, 'not it').status(422).text('.error', 'That is not your password.').lacks(NEW)
    await change(peggy, PASSWORD, 'short').text('.error', /^Choose at least 10 characters/)
    for (let i = 0; i < 4; i++) await change(peggy, `guess ${i}`).status(422)
    await change(peggy, PASSWORD).status(429)
    await t
      .post('/account/password')
      .form({ csrf_token: await csrfToken(t), currentPassword: 'x', password: NEW })
      .status(401)
    await isIn(peggy)
  })

  test('is not undone by a login that makes the old hash stronger at the same moment', async () => {
    const id = await person('Dale')
    const hash = await app.db.value<string>('select password_hash from users where id = $1', [id])
    await app.db.execute(`update users set password_hash = 'changed' where id = $1`, [id])
    expect(await strengthenHash(app.db, id, 'stronger', hash)).toBe(0)
  })
})

describe('a forgotten password', () => {
  beforeEach(() => db.begin(app))
  afterEach(() => db.rollback())

  const ask = (name: string): TestRequest =>
    t
      .visitor()
      .visit('/forgot-password')
      .submit('main form', { email: emailOf(name) })

  /** Asks for mail, and gives the link in it. */
  async function linkFor(name: string): Promise<string> {
    await ask(name).redirect('/login')
    const { links, html } = await t.outbox.next({ to: emailOf(name), subject: 'Your password' })
    expect(html).toContain(`<a href="${links[0]}">`)
    return /^http:\/\/localhost(\/reset-password\?token=\S+)$/.exec(links[0]!)![1]!
  }

  const reset = (link: string, password: string): TestRequest =>
    t.visitor().visit(link).submit('main form', { password })

  test('is replaced by the link in mail, once, and everything of before ends', async () => {
    const thief = t.as(await person('Bobby'))
    await isIn(thief)
    const link = await linkFor('Bobby')
    await t.visit(link).status(200).header('referrer-policy', 'no-referrer').header('cache-control', 'no-store')
    await reset(link, 'short').status(422)
    await reset(link, NEW).redirect('/login', 303)
    await isOut(thief)
    await login(t.visitor(), 'Bobby', PASSWORD).status(422)
    await login(t.visitor(), 'Bobby', NEW).status(303)
    await reset(link, 'another password')
      .status(422)
      .text('[role=alert]', /^This link was used or is too old\./)
    await login(t.visitor(), 'Bobby', NEW).status(303)
  })

  test('a later link or a change of the password invalidates an earlier link', async () => {
    const bill = t.as(await person('Bill'))
    const [first, second] = [await linkFor('Bill'), await linkFor('Bill')]
    await reset(first, NEW).status(422)
    await change(bill, PASSWORD).status(303)
    await reset(second, PASSWORD).status(422)
  })

  test('the answer is the same for an address without an account, which gets no mail', async () => {
    await person('Connie')
    const seen = async (name: string) => {
      const { status, text } = await ask(name).redirects()
      return [status, text.replace(/value="[^"]+"|nonce="[^"]+"/g, '')]
    }
    expect(await seen('Nobody')).toEqual(await seen('Connie'))
    await t.outbox.next({ to: emailOf('Connie') })
    t.outbox.lacks({ to: emailOf('Nobody') })
  })

  test('one user cannot flood another with mail', async () => {
    for (const status of [303, 303, 303, 429]) await ask('Joseph').status(status)
  })
})
