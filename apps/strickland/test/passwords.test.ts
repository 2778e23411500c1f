import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { customer, PASSWORD } from './people.ts'
import { type Shop, startShop } from './shop.ts'
import type { Visitor } from './visitor.ts'

const NEW = 'clean burning fuel'

let shop: Shop
beforeAll(async () => {
  shop = await startShop()
})
afterAll(() => shop.close())

async function login(email: string, password: string): Promise<{ visitor: Visitor; status: number }> {
  const visitor = shop.visitor()
  const { status } = await visitor.submit('/login', '/login', { email, password, remember: 'on' })
  return { visitor, status }
}

const isIn = async (visitor: Visitor) => (await visitor.get('/orders')).status === 200

describe('changing a password', () => {
  test('needs the present one, and ends every other session and remembered login', async () => {
    const email = 'hank@strickland.example'
    const visitor = await customer(shop, email)
    const phone = (await login(email, PASSWORD)).visitor
    const before = visitor.cookies.get('insecure-session')!
    const change = { currentPassword: PASSWORD, password: NEW }
    expect(await visitor.submit('/account', '/account/password', change)).toMatchObject({
      status: 303,
      location: '/account',
    })
    expect((await visitor.get('/account')).html).toContain('Your password is changed.')
    expect(await isIn(visitor)).toBe(true)
    expect(await isIn(phone)).toBe(false)
    phone.cookies.delete('insecure-session')
    expect(await isIn(phone)).toBe(false)
    const copy = shop.visitor()
    copy.cookies.set('insecure-session', before)
    expect(await isIn(copy)).toBe(false)
    expect((await login(email, PASSWORD)).status).toBe(422)
    expect((await login(email, NEW)).status).toBe(303)
  })

  test('ends remembered logins that are granted or renewed at the same moment', async () => {
    const email = 'ladybird@strickland.example'
    await customer(shop, email, 'Ladybird')
    let [current, next] = [PASSWORD, NEW]
    for (let i = 0; i < 4; i++) {
      const owner = (await login(email, current)).visitor
      const renewing = (await login(email, current)).visitor
      renewing.cookies.delete('insecure-session')
      const change = owner.submit('/account', '/account/password', { currentPassword: current, password: next })
      const [{ visitor: granted }] = await Promise.all([login(email, current), renewing.get('/orders'), change])
      for (const visitor of [granted, renewing]) {
        expect(await isIn(visitor)).toBe(false)
        visitor.cookies.delete('insecure-session')
        expect(await isIn(visitor)).toBe(false)
      }
      expect(await isIn(owner)).toBe(true)
      ;[current, next] = [next, current]
    }
  })

  test('is refused with a wrong one, with a short one, and to strangers; and guesses are counted', async () => {
    const email = 'peggy@strickland.example'
    const visitor = await customer(shop, email, 'Peggy')
    const send = (currentPassword: string, password = NEW) =>
      visitor.submit('/account', '/account/password', { currentPassword, password })
    const wrong = await send('not it')
    expect(wrong.status).toBe(422)
    expect(wrong.html).toContain('That is not your password.')
    expect(wrong.html).not.toContain(NEW)
    expect((await send(PASSWORD, 'short')).html).toContain('Choose at least 10 characters')
    for (let i = 0; i < 4; i++) await send(`guess ${i}`)
    expect((await send(PASSWORD)).status).toBe(429)
    const stranger = await shop.visitor().submit('/login', '/account/password', { currentPassword: 'x', password: NEW })
    expect(stranger).toMatchObject({ status: 401 })
    expect(await isIn(visitor)).toBe(true)
  })

  test('is not undone by a login that makes the old hash stronger at the same moment', async () => {
    const { strengthenHash } = await import('../src/accounts/users.ts')
    await customer(shop, 'dale@strickland.example', 'Dale')
    const { id, hash } = await shop.app.db.one<{ id: number; hash: string }>(
      `select id, password_hash as hash from users where email = 'dale@strickland.example'`,
    )
    await shop.app.db.execute(`update users set password_hash = 'changed' where id = $1`, [id])
    expect(await strengthenHash(shop.app.db, id, 'stronger', hash)).toBe(0)
  })
})

describe('a forgotten password', () => {
  /** Asks for a letter, and gives the link in it. */
  async function linkFor(email: string): Promise<string> {
    const { length } = shop.letters
    await shop.visitor().submit('/forgot-password', '/forgot-password', { email })
    while (shop.letters.length === length) await new Promise(resolve => setTimeout(resolve, 5))
    const { to, text } = shop.letters.at(-1)!
    expect(to).toBe(email)
    return /http:\/\/127\.0\.0\.1:\d+(\/reset-password\?token=\S+)/.exec(text)![1]!
  }

  test('is replaced by the link in a letter, once, and everything of before ends', async () => {
    const email = 'bobby@strickland.example'
    const thief = await customer(shop, email, 'Bobby')
    const link = await linkFor(email)
    const owner = shop.visitor()
    const page = await owner.get(link)
    expect(page.headers).toMatchObject({ 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' })
    const short = await owner.submit(link, link, { password: 'short' })
    expect(short.status).toBe(422)
    expect(await owner.submit(link, link, { password: NEW })).toMatchObject({ status: 303, location: '/login' })
    expect(await isIn(thief)).toBe(false)
    expect((await login(email, PASSWORD)).status).toBe(422)
    expect((await login(email, NEW)).status).toBe(303)
    const again = await owner.submit(link, link, { password: 'another password' })
    expect(again.status).toBe(422)
    expect(again.html).toContain('This link was used or is too old.')
    expect((await login(email, NEW)).status).toBe(303)
  })

  test('a later link ends the earlier one, and so does a change of the password', async () => {
    const email = 'bill@strickland.example'
    const visitor = await customer(shop, email, 'Bill')
    const [first, second] = [await linkFor(email), await linkFor(email)]
    expect((await shop.visitor().submit(first, first, { password: NEW })).status).toBe(422)
    await visitor.submit('/account', '/account/password', { currentPassword: PASSWORD, password: NEW })
    expect((await shop.visitor().submit(second, second, { password: PASSWORD })).status).toBe(422)
  })

  test('the answer is the same for an address without an account, which gets no letter', async () => {
    await customer(shop, 'connie@strickland.example', 'Connie')
    const ask = async (email: string) => {
      const visitor = shop.visitor()
      const { status, location } = await visitor.submit('/forgot-password', '/forgot-password', { email })
      return { status, location, html: (await visitor.get('/login')).html.replace(/value="[^"]+"|nonce="[^"]+"/g, '') }
    }
    const { length } = shop.letters
    expect(await ask('nobody@strickland.example')).toEqual(await ask('connie@strickland.example'))
    while (shop.letters.length === length) await new Promise(resolve => setTimeout(resolve, 5))
    expect(shop.letters.slice(length).map(({ to }) => to)).toEqual(['connie@strickland.example'])
  })

  test('nobody can have somebody else flooded with letters', async () => {
    const ask = () =>
      shop.visitor().submit('/forgot-password', '/forgot-password', { email: 'joseph@strickland.example' })
    const statuses: number[] = []
    for (let i = 0; i < 4; i++) statuses.push((await ask()).status)
    expect(statuses).toEqual([303, 303, 303, 429])
  })
})
