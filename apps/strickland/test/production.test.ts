import { afterAll, beforeAll, expect, test } from 'vitest'
import { customer, PASSWORD } from './people.ts'
import { type Shop, startShop } from './shop.ts'

let shop: Shop
beforeAll(async () => {
  shop = await startShop('production')
})
afterAll(() => shop.close())

test('cookies are Secure, bound to this host, and out of reach of scripts', async () => {
  const visitor = await customer(shop, 'hank@strickland.example')
  await visitor.submit('/', '/logout', {})
  const fields = { email: 'hank@strickland.example', password: PASSWORD, remember: 'on' }
  await visitor.submit('/login', '/login', fields)
  const names = visitor.setCookies.map(cookie => cookie.slice(0, cookie.indexOf('=')))
  expect(names.sort()).toEqual([
    '__Host-session',
    '__Host-session-device',
    '__Host-session-flash',
    '__Host-session-remember',
  ])
  for (const cookie of visitor.setCookies) {
    expect(cookie).toMatch(/; Path=\/; HttpOnly; Secure; SameSite=Lax/)
    expect(cookie).not.toContain('Domain')
  }
})

test('the cookies of development are nothing here', async () => {
  const visitor = await customer(shop, 'peggy@strickland.example')
  for (const [name, value] of visitor.cookies) visitor.cookies.set(name.replace('__Host-', 'insecure-'), value)
  visitor.cookies.delete('__Host-session')
  expect((await visitor.get('/orders')).status).toBe(303)
})

test('pages carry the policy that keeps foreign scripts out, and are not kept by shared caches', async () => {
  const visitor = await customer(shop, 'dale@strickland.example')
  const { headers } = await visitor.get('/orders')
  expect(headers['content-security-policy']).toContain("default-src 'self'")
  expect(headers['content-security-policy']).not.toContain('unsafe')
  expect(headers['cache-control']).toBe('no-store')
  expect(headers['x-content-type-options']).toBe('nosniff')
})

test('there is no account nobody made, and no administrator nobody appointed', async () => {
  expect(await shop.app.db.value(`select count(*)::int from users where role = 'admin'`)).toBe(0)
})

test('a failure tells nothing but its correlation id', async () => {
  const visitor = shop.visitor()
  await shop.app.db.execute('alter table categories rename to elsewhere')
  const { status, html } = await visitor.get('/')
  await shop.app.db.execute('alter table elsewhere rename to categories')
  expect(status).toBe(500)
  expect(html).not.toMatch(/categories|relation|select/)
  expect((await visitor.get('/')).status).toBe(200)
})

test('a request for another host gets no link to that host into a letter', async () => {
  await customer(shop, 'khan@strickland.example', 'Kahn')
  const visitor = shop.visitor()
  const { html } = await visitor.get('/forgot-password')
  const token = /name="csrf_token" value="([^"]+)"/.exec(html)![1]!
  const fields = { csrf_token: token, email: 'khan@strickland.example' }
  expect((await visitor.post('/forgot-password', fields, { host: 'evil.example' })).status).toBe(303)
  // The shop was not told its name, so it writes no letters at all.
  const tokens = await shop.app.db.value(
    `select count(*)::int from arlen_one_time_tokens where purpose = 'password-reset'`,
  )
  expect([tokens, shop.letters]).toEqual([0, []])
})

test('a page never shows the host that a request made up', async () => {
  const product = '/products/weed-torch-with-trigger-217'
  for (const path of [product, '/', '/login', '/nothing-here']) {
    const { html, headers } = await shop
      .visitor()
      .get(path, { host: 'evil.example', 'x-forwarded-host': 'evil.example' })
    expect([path, html.includes('evil.example'), JSON.stringify(headers).includes('evil')]).toEqual([
      path,
      false,
      false,
    ])
  }
})

test('the OpenAPI document tells strangers nothing of the pages of administrators', async () => {
  const document = await (await fetch(`${shop.url}/openapi.json`)).text()
  expect(document).toContain('/api/products')
  expect(document).not.toContain('admin')
})
