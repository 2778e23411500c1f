import { generateKeyPairSync } from 'node:crypto'
import { apiKeys, bearer, createAuthentication, createMemoryApiKeyStore, hashToken, newToken } from '@arlen/session'
import { jwt } from '@arlen/session/jwt'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Served, serveApp } from './serve-app.ts'

interface Program {
  id: number
  name: string
  roles: string[]
}

const USERS: Record<string, Program> = {
  '1': { id: 1, name: 'Ada', roles: [] },
  '2': { id: 2, name: 'Grace', roles: ['admin'] },
}
const opaque = newToken('shop_pat')
const { publicKey, privateKey } = generateKeyPairSync('ed25519')
const keys = apiKeys<Program>({ store: createMemoryApiKeyStore(), prefix: 'shop', findUser: id => USERS[id] })

const auth = createAuthentication<Program>({
  rolesOf: user => user.roles,
  schemes: [
    keys,
    jwt({
      algorithms: ['EdDSA'],
      key: publicKey,
      issuer: 'https://login.example',
      audience: 'shop',
      findUser: ({ sub }) => USERS[sub ?? ''],
      realm: 'shop',
    }),
    bearer({
      verify: token => (hashToken(token) === opaque.hash ? { user: USERS['2']!, scopes: ['orders:read'] } : undefined),
      realm: 'shop',
    }),
  ],
})

function signed(claims: Record<string, unknown> = {}): Promise<string> {
  const jwt = new SignJWT({ scope: 'orders:read orders:write', ...claims })
  return jwt
    .setProtectedHeader({ alg: 'EdDSA' })
    .setIssuer('https://login.example')
    .setAudience('shop')
    .setSubject('1')
    .setExpirationTime('5m')
    .sign(privateKey)
}

let served: Served
beforeAll(async () => {
  served = await serveApp(
    app => {
      app.group('/me', { under: auth.requireUser }, me => {
        me.get('/', c => ({ id: c.user.id, name: c.user.name.toUpperCase() }))
        me.post('/', c => ({ id: c.user.id }))
        me.get('/admin', { under: auth.requireRole('admin') }, c => ({ id: c.user.id }))
        me.get('/orders', { under: auth.requireScope('orders:read', 'orders:write') }, c => ({
          scopes: auth.credentials(c)?.scopes,
        }))
      })
      app.get('/around', { use: auth.requireUser }, c => c.user.name)
      app.get('/maybe', { under: auth.loadUser }, c => ({ name: c.user?.name ?? null }))
      app.get('/fresh', { under: auth.requireRecentLogin() }, () => 'x')
    },
    { config: { apiOnly: true, openApi: { path: '/openapi.json' } } },
  )
})
afterAll(() => served.close())

const ask = (path: string, headers: Record<string, string> = {}, init: RequestInit = {}) =>
  served.get(path, { ...init, headers })

async function problem(response: Response): Promise<[number, string, string | null]> {
  return [response.status, ((await response.json()) as { code: string }).code, response.headers.get('www-authenticate')]
}

describe('an application that is an API alone', () => {
  test('knows programs by bearer tokens, JWTs and API keys, before and around a handler', async () => {
    const { key } = await keys.issue(2, { name: 'CI' })
    const ways: [Record<string, string>, string][] = [
      [{ authorization: `Bearer ${opaque.token}` }, 'Grace'],
      [{ authorization: `bearer   ${opaque.token}  ` }, 'Grace'],
      [{ authorization: `Bearer ${await signed()}` }, 'Ada'],
      [{ authorization: `Bearer ${key}` }, 'Grace'],
      [{ authorization: `ApiKey ${key}` }, 'Grace'],
      [{ 'x-api-key': key }, 'Grace'],
    ]
    for (const [headers, name] of ways) {
      const answer = await ask('/me', headers)
      expect([answer.status, (await answer.json()).name]).toEqual([200, name.toUpperCase()])
      expect(answer.headers.get('cache-control')).toBe('no-store')
      expect(await (await ask('/around', headers)).text()).toBe(name)
      expect(await (await ask('/maybe', headers)).json()).toEqual({ name })
      const posted = await ask(
        '/me',
        { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
        { method: 'POST' },
      )
      expect(posted.status).toBe(200)
    }
  })

  test('lists every scheme to clients without credentials, without an error code', async () => {
    const ways = 'ApiKey realm="api", Bearer realm="shop"'
    for (const path of ['/me', '/me/admin', '/me/orders', '/around', '/fresh']) {
      expect(await problem(await ask(path))).toEqual([401, 'login_required', ways])
    }
    // Another scheme is no credentials of ours.
    expect(await problem(await ask('/me', { authorization: 'Basic YTpi' }))).toEqual([401, 'login_required', ways])
    expect(await (await ask('/maybe')).json()).toEqual({ name: null })
  })

  test('refuses tokens that are not good with the error codes of RFC 6750', async () => {
    const { key, prefix } = await keys.issue(1, { name: 'short', lifetimeMs: 0 })
    const good = (await keys.issue(1, { name: 'good' })).key
    const bearerRefused = [401, 'token_invalid', 'Bearer realm="shop", error="invalid_token"']
    const keyRefused = [401, 'token_invalid', 'ApiKey realm="api", error="invalid_token"']
    expect(await problem(await ask('/me', { authorization: 'Bearer unknown' }))).toEqual(bearerRefused)
    expect(await problem(await ask('/maybe', { authorization: 'Bearer unknown' }))).toEqual(bearerRefused)
    for (const malformed of ['Bearer', 'Bearer ', 'Bearer a b', 'Bearer a, Bearer b', 'Bearer "a"']) {
      const [status, code, challenge] = await problem(await ask('/me', { authorization: malformed }))
      expect([malformed, status, code]).toEqual([malformed, 400, 'authorization_malformed'])
      expect(challenge).toContain('Bearer realm="shop", error="invalid_request"')
    }
    expect((await problem(await ask('/me', { 'x-api-key': key })))[2]).toContain(
      'error_description="The key has expired"',
    )
    for (const wrong of [
      prefix,
      `${good}x`,
      good.slice(0, -1),
      `${good.slice(0, -1)}~`,
      good.replace('shop', 'ship'),
      '',
    ]) {
      if (wrong !== '') expect(await problem(await ask('/me', { 'x-api-key': wrong }))).toEqual(keyRefused)
      expect(await problem(await ask('/me', { authorization: `ApiKey ${wrong}` }))).toEqual(keyRefused)
    }
    const [last, other] = [good.at(-1)!, good.at(-1) === 'A' ? 'E' : 'A']
    expect(last).not.toBe(other)
    expect(await problem(await ask('/me', { 'x-api-key': good.slice(0, -1) + other }))).toEqual(keyRefused)
    expect((await ask('/me', { 'x-api-key': good })).status).toBe(200)
    expect(await keys.revoke(1, good.slice(0, 21))).toBe(true)
    expect(await problem(await ask('/me', { 'x-api-key': good }))).toEqual(keyRefused)
  })

  test('distinguishes an insufficient token from an invalid one', async () => {
    expect(await problem(await ask('/me/admin', { authorization: `Bearer ${await signed()}` }))).toEqual([
      403,
      'role_required',
      null,
    ])
    const orders = await ask('/me/orders', { authorization: `Bearer ${await signed()}` })
    expect(await orders.json()).toEqual({ scopes: ['orders:read', 'orders:write'] })
    expect(await problem(await ask('/me/orders', { authorization: `Bearer ${opaque.token}` }))).toEqual([
      403,
      'scope_required',
      'Bearer realm="shop", error="insufficient_scope", scope="orders:read orders:write"',
    ])
    const { key } = await keys.issue(1, { name: 'nothing' })
    expect((await problem(await ask('/me/orders', { 'x-api-key': key })))[0]).toBe(403)
    // A token is not a login at a screen.
    expect((await ask('/fresh', { authorization: `Bearer ${opaque.token}` })).status).toBe(401)
  })
})

test('the OpenAPI document says what the routes behind a guard ask for', async () => {
  const document = (await (await served.get('/openapi.json')).json()) as Document
  expect(document.components.securitySchemes).toEqual({
    ApiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
    Bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
  })
  expect(document.paths['/me/orders']!.get.security).toEqual([
    { ApiKey: ['orders:read', 'orders:write'] },
    { Bearer: ['orders:read', 'orders:write'] },
  ])
  expect(document.paths['/maybe']!.get.security).toContainEqual({})
})

interface Document {
  components: { securitySchemes: object }
  paths: Record<string, { get: { security: object[] } }>
}

test('an Authentication that has neither sessions nor schemes says what is missing', async () => {
  const errors: unknown[] = []
  const sessions = createAuthentication<Program>({ findUser: id => USERS[id], idOf: user => user.id })
  const other = await serveApp(
    app => {
      app.onError(error => void errors.push(error))
      app.get('/', { under: sessions.requireUser }, () => 'x')
    },
    { config: { apiOnly: true } },
  )
  expect((await other.get('/')).status).toBe(500)
  expect(errors).toEqual([
    expect.objectContaining({ code: 'session_missing', message: expect.stringContaining('schemes') }),
  ])
  await other.close()
})
