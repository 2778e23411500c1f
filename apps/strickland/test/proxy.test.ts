import { afterAll, beforeAll, expect, test } from 'vitest'
import { customer } from './people.ts'
import { type Shop, startShop } from './shop.ts'

let shop: Shop
beforeAll(async () => {
  process.env.ARLEN_HTTP_TRUSTED_PROXIES = '127.0.0.1'
  process.env.ARLEN_HTTP_FORWARDED_HEADER = 'X-Forwarded-For, X-Forwarded-Proto'
  process.env.ARLEN_SECURITY_HOSTS = 'shop.example'
  shop = await startShop('production')
})
afterAll(() => shop.close())

/** What a proxy with TLS adds to a request of this client. */
const by = (address: string) => ({ host: 'shop.example', 'x-forwarded-proto': 'https', 'x-forwarded-for': address })
const tokenIn = (html: string) => /name="csrf_token" value="([^"]+)"/.exec(html)![1]!

/** Statuses of logins with a wrong password, each from the address that is named. */
async function guesses(email: string, addresses: readonly string[]): Promise<number[]> {
  const statuses: number[] = []
  for (const address of addresses) {
    const visitor = shop.visitor()
    const { html } = await visitor.get('/login', by(address))
    const fields = { csrf_token: tokenIn(html), email, password: 'propane?' }
    statuses.push((await visitor.post('/login', fields, by(address))).status)
  }
  return statuses
}

test('behind a proxy with TLS, browsers are told to stay with https', async () => {
  const visitor = shop.visitor()
  const { headers } = await visitor.get('/login', by('203.0.113.5'))
  expect(headers['strict-transport-security']).toBe('max-age=31536000; includeSubDomains')
  expect(headers['content-security-policy']).toContain('upgrade-insecure-requests')
  expect(visitor.setCookies[0]).toMatch(/^__Host-session=[\w-]+; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
})

test('other hosts are not answered, whoever names them, but for health', async () => {
  const { visitor } = shop
  expect((await visitor().get('/login', { ...by('203.0.113.5'), host: 'evil.example' })).status).toBe(421)
  const internal = { ...by('203.0.113.5'), host: 'internal', 'x-forwarded-host': 'shop.example' }
  expect((await visitor().get('/login', internal)).status).toBe(421)
  expect((await visitor().get('/healthz', { host: '10.0.0.1' })).status).toBe(200)
})

test('guesses are counted for the client, whatever it says of others before it', async () => {
  const spoofed = Array.from({ length: 6 }, (_, i) => `10.9.8.${i}, 203.0.113.7`)
  expect(await guesses('hank@shop.example', spoofed)).toEqual([422, 422, 422, 422, 422, 429])
  const network = Array.from({ length: 6 }, (_, i) => `2001:db8:1:2::${i}`)
  expect(await guesses('hank@shop.example', network)).toEqual([422, 422, 422, 422, 422, 429])
  expect(await guesses('hank@shop.example', ['203.0.113.8'])).toEqual([422])
})

test('a link in a letter leads to the host that is configured', async () => {
  await customer({ ...shop, visitor: proxied }, 'peggy@strickland.example', 'Peggy')
  await proxied().submit('/forgot-password', '/forgot-password', { email: 'peggy@strickland.example' })
  while (shop.letters.length === 0) await new Promise(resolve => setTimeout(resolve, 5))
  expect(shop.letters[0]!.text).toContain('https://shop.example/reset-password?token=password-reset_')
})

/** A visitor whose every request comes through the proxy. */
function proxied() {
  const visitor = shop.visitor()
  const { get, post } = visitor
  visitor.get = (path, headers) => get.call(visitor, path, { ...by('203.0.113.9'), ...headers })
  visitor.post = (path, fields, headers) => post.call(visitor, path, fields, { ...by('203.0.113.9'), ...headers })
  return visitor
}
