import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { customer, PASSWORD } from './people.ts'
import { type Shop, startShop } from './shop.ts'

let shop: Shop
beforeAll(async () => {
  shop = await startShop()
})
afterAll(() => shop.close())

const login = (email: string, password: string, more = {}) => {
  const visitor = shop.visitor()
  return { visitor, answer: visitor.submit('/login', '/login', { email, password, ...more }) }
}

describe('signing up', () => {
  test('makes an account, logs in, and greets once', async () => {
    const visitor = await customer(shop, 'Hank@Strickland.example')
    const home = await visitor.get('/')
    expect(home.html).toContain('Welcome, Hank.')
    expect(home.html).toContain('Log out Hank')
    expect((await visitor.get('/')).html).not.toContain('Welcome')
    const stored = await shop.app.db.one<{ email: string; hash: string; role: string }>(
      'select email, password_hash as hash, role from users where name = $1',
      ['Hank'],
    )
    expect(stored).toMatchObject({ email: 'hank@strickland.example', role: 'customer' })
    expect(stored.hash).toMatch(/^\$argon2id\$/)
  })

  test('shows everything wrong at its field, with what was entered, but never the password', async () => {
    const visitor = shop.visitor()
    const fields = { name: ' ', email: '"><b>', password: 'short-one', return: '/cart' }
    const { status, html } = await visitor.submit('/sign-up', '/sign-up', fields)
    expect(status).toBe(422)
    expect(html).toMatch(/id="name"[^>]* aria-invalid="true" aria-describedby="name-error"/)
    expect(html).toContain('<p id="name-error" class="error">Enter your name.</p>')
    expect(html).toContain('Enter an e-mail address')
    expect(html).toContain('value="&#34;&gt;&lt;b&gt;"')
    expect(html).toContain('Choose at least 10 characters')
    expect(html).toContain('name="return" value="/cart"')
    expect(html).not.toContain('short-one')
  })

  test('refuses an address that has an account, in whatever case', async () => {
    await customer(shop, 'peggy@strickland.example', 'Peggy')
    const fields = { name: 'Not Peggy', email: 'PEGGY@strickland.example', password: PASSWORD }
    const { status, html } = await shop.visitor().submit('/sign-up', '/sign-up', fields)
    expect(status).toBe(422)
    expect(html).toContain('There is an account with this address.')
    expect(html).toContain('value="Not Peggy"')
    expect(html).not.toContain(PASSWORD)
  })

  test('gives nobody a role by asking for it', async () => {
    const fields = { name: 'Dale', email: 'dale@strickland.example', password: PASSWORD, role: 'admin', id: '1' }
    const visitor = shop.visitor()
    expect((await visitor.submit('/sign-up', '/sign-up', fields)).status).toBe(303)
    expect((await visitor.get('/admin/orders')).status).toBe(403)
  })
})

describe('logging in', () => {
  beforeAll(() => customer(shop, 'bobby@strickland.example', 'Bobby').then(() => undefined))

  test('works with the password, and goes where one wanted to go', async () => {
    const { visitor, answer } = login('bobby@strickland.example', PASSWORD, { return: '/orders' })
    expect(await answer).toMatchObject({ status: 303, location: '/orders' })
    expect((await visitor.get('/orders')).html).toContain('Good to see you, Bobby.')
  })

  test('never leads to another site', async () => {
    for (const target of ['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)']) {
      const { answer } = login('bobby@strickland.example', PASSWORD, { return: target })
      expect(await answer).toMatchObject({ status: 303, location: '/' })
    }
    const { html } = await shop.visitor().get('/login?return=https%3A%2F%2Fevil.example')
    expect(html).not.toContain('evil.example')
  })

  test('says the same of a wrong password and of an unknown address', async () => {
    const answers = await Promise.all([
      login('bobby@strickland.example', 'something else').answer,
      login('nobody@strickland.example', 'something else').answer,
    ])
    for (const { status, html } of answers) {
      expect(status).toBe(422)
      expect(html).toContain('The address or the password is wrong.')
      expect(html).not.toContain('something else')
    }
  })

  test('begins a new session, keeps the cart and nothing else', async () => {
    const visitor = shop.visitor()
    await visitor.submit('/login', '/cart', { productId: '1', quantity: '2' })
    const before = new Map(visitor.cookies)
    await visitor.submit('/login', '/login', { email: 'bobby@strickland.example', password: PASSWORD })
    expect(visitor.cookies.get('insecure-session')).not.toBe(before.get('insecure-session'))
    expect((await visitor.get('/cart')).html).toContain('Strickland Standard Steel Cylinder')
    // What was a valid cookie before the login is nobody's still.
    const thief = shop.visitor()
    for (const [name, value] of before) thief.cookies.set(name, value)
    expect((await thief.get('/orders')).location).toBe('/login?return=%2Forders')
  })

  test('is slowed down after a few failures, for that account and address', async () => {
    await customer(shop, 'bill@strickland.example', 'Bill')
    const statuses: number[] = []
    for (let attempt = 0; attempt < 6; attempt++) {
      const { status, headers, html } = await login('bill@strickland.example', `guess ${attempt} of many`).answer
      statuses.push(status)
      if (status !== 429) continue
      expect(Number(headers['retry-after'])).toBeGreaterThan(0)
      expect(html).toContain('Too many failed logins')
    }
    expect(statuses).toEqual([422, 422, 422, 422, 422, 429])
    expect((await login('bill@strickland.example', PASSWORD).answer).status).toBe(429)
    expect((await login('bobby@strickland.example', PASSWORD).answer).status).toBe(303)
  })
})

describe('logging out', () => {
  test('ends the session', async () => {
    const visitor = await customer(shop, 'luanne@strickland.example', 'Luanne')
    expect(await visitor.submit('/', '/logout', {})).toMatchObject({ status: 303, location: '/' })
    expect((await visitor.get('/')).html).toContain('You are logged out.')
    expect((await visitor.get('/orders')).location).toBe('/login?return=%2Forders')
  })

  test('ends copies of the cookie too, and no other device', async () => {
    const visitor = await customer(shop, 'ladybird@strickland.example', 'Ladybird')
    const phone = login('ladybird@strickland.example', PASSWORD)
    await phone.answer
    const thief = shop.visitor()
    for (const [name, value] of visitor.cookies) thief.cookies.set(name, value)
    expect((await thief.get('/orders')).status).toBe(200)
    await visitor.submit('/', '/logout', {})
    expect((await thief.get('/orders')).location).toBe('/login?return=%2Forders')
    expect((await phone.visitor.get('/orders')).status).toBe(200)
  })

  test('needs a token of the session, so that no other page can do it', async () => {
    const visitor = await customer(shop, 'joseph@strickland.example', 'Joseph')
    expect((await visitor.post('/logout', {})).status).toBe(403)
    expect((await visitor.get('/orders')).status).toBe(200)
  })

  test('everywhere ends the sessions and remembered logins of all devices', async () => {
    const phone = await customer(shop, 'khan@strickland.example', 'Kahn')
    const laptop = login('khan@strickland.example', PASSWORD, { remember: 'on' })
    await laptop.answer
    expect((await laptop.visitor.get('/orders')).status).toBe(200)
    expect((await phone.submit('/orders', '/logout-everywhere', {})).status).toBe(303)
    expect((await laptop.visitor.get('/orders')).status).toBe(303)
  })
})

describe('a remembered login', () => {
  test('outlives the session, and each of its tokens is good once', async () => {
    await customer(shop, 'connie@strickland.example', 'Connie')
    const { visitor, answer } = login('connie@strickland.example', PASSWORD, { remember: 'on' })
    await answer
    const token = visitor.cookies.get('insecure-session-remember')!
    visitor.cookies.delete('insecure-session')
    expect((await visitor.get('/orders')).status).toBe(200)
    expect(visitor.cookies.get('insecure-session-remember')).not.toBe(token)
    const thief = shop.visitor()
    thief.cookies.set('insecure-session-remember', token)
    expect((await thief.get('/orders')).status).toBe(303)
  })

  test('is only kept where it was asked for', async () => {
    const visitor = await customer(shop, 'minh@strickland.example', 'Minh')
    expect([...visitor.cookies.keys()].filter(name => name.includes('remember'))).toEqual([])
  })
})
