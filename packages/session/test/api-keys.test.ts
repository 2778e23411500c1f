import { Context, createServer } from '@arlen/http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type ApiKeys, apiKeys, createAuthentication, createMemoryApiKeyStore, withSession } from '../src/index.ts'
import { Browser } from './browser.ts'

interface User {
  id: number
}

let now = 1000
let keys: ApiKeys<User>
let users: Map<string, User>
let close: () => Promise<void>
let ask: (headers: Record<string, string>) => Promise<[status: number, body: unknown]>

beforeEach(async () => {
  now = 1000
  users = new Map([
    ['1', { id: 1 }],
    ['2', { id: 2 }],
  ])
  keys = apiKeys<User>({
    store: createMemoryApiKeyStore(),
    prefix: 'shop_live',
    findUser: id => users.get(id),
    now: () => now,
  })
  const auth = createAuthentication<User>({ schemes: [keys] })
  const handler = auth.requireUser(c => c.json({ user: c.user, scopes: auth.credentials(c)?.scopes }))
  const server = createServer(handler, { context: withSession(Context) })
  const { port } = await server.listen({ port: 0 })
  close = () => server.close({ graceMs: 0 })
  ask = async headers => {
    const answer = await new Browser(`http://127.0.0.1:${port}`).get('/', headers)
    return [answer.status, await answer.json()]
  }
})
afterEach(() => close())

const by = (key: string) => ({ 'x-api-key': key })

describe('an API key', () => {
  test('begins with its prefix, and is known from each field that may carry it', async () => {
    const { key, prefix } = await keys.issue(1, { name: 'CI', scopes: ['read'] })
    expect(key).toMatch(/^shop_live_[\w-]{59}$/)
    expect(prefix).toBe(key.slice(0, 'shop_live_'.length + 16))
    const known = [200, { user: { id: 1 }, scopes: ['read'] }]
    for (const headers of [by(key), { authorization: `Bearer ${key}` }, { authorization: `apikey ${key}` }]) {
      expect(await ask(headers)).toEqual(known)
    }
  })

  test('is refused when anything of it differs', async () => {
    const { key } = await keys.issue(1, { name: 'CI' })
    const last = key.at(-1) === 'x' ? 'y' : 'x'
    const wrong = [key.slice(0, -1) + last, key.slice(0, -1), `${key}x`, key.replace('shop_live', 'shop_test'), 'x', '']
    for (const each of wrong) expect((await ask(by(each)))[0], each).toBe(401)
  })

  test('of another kind is left to the other schemes of bearer tokens', async () => {
    const [status, body] = await ask({ authorization: 'Bearer something-else' })
    expect([status, (body as { code: string }).code]).toEqual([401, 'login_required'])
  })

  test('is good until its time is over, and forever without one', async () => {
    const [short, long] = [await keys.issue(1, { name: 'a', lifetimeMs: 500 }), await keys.issue(1, { name: 'b' })]
    now += 499
    expect((await ask(by(short.key)))[0]).toBe(200)
    now += 1
    expect((await ask(by(short.key)))[0]).toBe(401)
    now += 1e12
    expect((await ask(by(long.key)))[0]).toBe(200)
  })

  test('is good for nothing once its owner is gone', async () => {
    const { key } = await keys.issue(1, { name: 'CI' })
    users.delete('1')
    expect((await ask(by(key)))[0]).toBe(401)
  })
})

describe('the keys of a user', () => {
  test('are listed, the newest first, without what would let someone in', async () => {
    await keys.issue(1, { name: 'old', scopes: ['read'], lifetimeMs: 5000 })
    now += 1
    await keys.issue(1, { name: 'new' })
    await keys.issue(2, { name: 'of another' })
    const prefix = expect.stringMatching(/^shop_live_[\w-]{16}$/)
    expect(await keys.list(1)).toEqual([
      { prefix, userId: '1', name: 'new', scopes: [], createdAt: 1001, expiresAt: undefined },
      { prefix, userId: '1', name: 'old', scopes: ['read'], createdAt: 1000, expiresAt: 6000 },
    ])
  })

  test('are revoked one by one or all at once, by their owner alone', async () => {
    const [a, b, c] = [1, 1, 2].map(id => keys.issue(id, { name: 'k' }))
    const [first, second, others] = [await a!, await b!, await c!]
    expect(await keys.revoke(2, first.prefix)).toBe(false)
    expect(await keys.revoke(1, first.prefix)).toBe(true)
    const statuses = async () => Promise.all([first, second, others].map(async ({ key }) => (await ask(by(key)))[0]))
    expect(await statuses()).toEqual([401, 200, 200])
    expect(await keys.revokeAll(1)).toBe(1)
    expect(await statuses()).toEqual([401, 401, 200])
  })
})

test('an answer to a key is kept by no cache, unless it says otherwise', async () => {
  const { key } = await keys.issue(1, { name: 'CI' })
  const { requireUser } = createAuthentication<User>({ schemes: [keys] })
  const server = createServer(
    requireUser(c => (c.req.path === '/own' ? c.text('x', { headers: { 'Cache-Control': 'max-age=60' } }) : 'x')),
    { context: withSession(Context) },
  )
  const cachingOf = async (path: string) => {
    const request = new Request(`http://a${path}`, { headers: by(key) })
    return (await server.fetch(request)).headers.get('cache-control')
  }
  expect([await cachingOf('/'), await cachingOf('/own')]).toEqual(['no-store', 'max-age=60'])
})

test('a header of its own carries the key, or none does', async () => {
  const statuses = async (header: string | false) => {
    const own = apiKeys<User>({ store: createMemoryApiKeyStore(), prefix: 'a', findUser: id => users.get(id), header })
    const { key } = await own.issue(1, { name: 'CI' })
    const { requireUser } = createAuthentication<User>({ schemes: [own] })
    const server = createServer(
      requireUser(() => 'in'),
      { context: withSession(Context) },
    )
    const fields = [{ 'x-key': key }, { 'x-api-key': key }, { false: key }, { authorization: `ApiKey ${key}` }]
    const answers = fields.map(headers => server.fetch(new Request('http://a/', { headers: headers as never })))
    return (await Promise.all(answers)).map(({ status }) => status)
  }
  expect(await statuses('X-Key')).toEqual([200, 401, 401, 200])
  expect(await statuses(false)).toEqual([401, 401, 401, 200])
})

test('describes the field that carries a key in the OpenAPI document', () => {
  const options = { store: createMemoryApiKeyStore(), prefix: 'a', findUser: () => undefined }
  expect(apiKeys(options).openApi).toEqual({ type: 'apiKey', in: 'header', name: 'x-api-key' })
  expect(apiKeys({ ...options, header: 'X-Key' }).openApi).toEqual({ type: 'apiKey', in: 'header', name: 'X-Key' })
  expect(apiKeys({ ...options, header: false }).openApi).toEqual({ type: 'http', scheme: 'apikey' })
})

test.each([
  { prefix: '' },
  { prefix: '1a' },
  { prefix: 'a-b' },
  { prefix: 'a'.repeat(33) },
  { header: 'x y' },
  { header: '' },
])('refuses the option in %j', wrong => {
  const options = { store: createMemoryApiKeyStore(), prefix: 'a', findUser: () => undefined, ...wrong }
  expect(() => apiKeys(options)).toThrow(expect.objectContaining({ code: 'api_key_options_invalid' }))
})
