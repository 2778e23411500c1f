import { createHmac, generateKeyPairSync, randomBytes } from 'node:crypto'
import { createServer } from '@arlen/http'
import { exportJWK, type JWTPayload, SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { createAuthentication } from '../src/index.ts'
import { type JwtOptions, jwt } from '../src/token/jwt.ts'
import { serveHandler, type TestApp } from './app.ts'

interface User {
  id: string
}

const ISSUER = 'https://login.example'
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const base: JwtOptions<User> = {
  algorithms: ['RS256'],
  key: rsa.publicKey,
  issuer: ISSUER,
  audience: 'shop',
  findUser: ({ sub }) => (sub === 'ada' ? { id: 'ada' } : undefined),
}

function start(options: Partial<JwtOptions<User>> = {}): Promise<TestApp> {
  const auth = createAuthentication<User>({ schemes: [jwt({ ...base, ...options })] })
  return serveHandler(auth.requireUser(c => ({ user: c.user, claims: auth.credentials(c)?.claims })))
}

type Change = (token: SignJWT) => SignJWT
const now = () => Math.floor(Date.now() / 1000)

function sign(change: Change = token => token, claims: JWTPayload = {}, header: object = {}): Promise<string> {
  const token = new SignJWT(claims)
    .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', ...header })
    .setIssuer(ISSUER)
    .setAudience('shop')
    .setSubject('ada')
    .setExpirationTime(now() + 60)
  return change(token).sign(rsa.privateKey)
}

const ask = async (app: TestApp, token: string): Promise<[number, string | null]> => {
  const answer = await app.browser().get('/', { authorization: `Bearer ${token}` })
  return [answer.status, answer.headers.get('www-authenticate')]
}

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const claims = () => ({ iss: ISSUER, aud: 'shop', sub: 'ada', exp: now() + 60 })

describe('a JWT', () => {
  test('that is good lets its user in, and its claims reach the handler', async () => {
    await using app = await start()
    const answer = await app.browser().get('/', { authorization: `Bearer ${await sign(undefined, { tenant: 'x' })}` })
    expect(await answer.json()).toMatchObject({ user: { id: 'ada' }, claims: { sub: 'ada', tenant: 'x' } })
  })

  test.each<[string, Change]>([
    ['that has expired', token => token.setExpirationTime(now() - 1)],
    ['of another issuer', token => token.setIssuer('https://evil.example')],
    ['for another audience', token => token.setAudience('bank')],
    ['that begins later', token => token.setNotBefore(now() + 60)],
    ['of a user who is gone', token => token.setSubject('bob')],
  ])('%s is refused', async (_, change) => {
    await using app = await start()
    const [status, challenge] = await ask(app, await sign(change))
    expect(status).toBe(401)
    expect(challenge).toContain('error="invalid_token"')
  })

  test('without an end is refused', async () => {
    await using app = await start()
    const token = await new SignJWT({ sub: 'ada' })
      .setProtectedHeader({ alg: 'RS256' })
      .setIssuer(ISSUER)
      .setAudience('shop')
      .sign(rsa.privateKey)
    expect((await ask(app, token))[0]).toBe(401)
  })

  test('whose algorithm is none, or whose signature is made with the public key as a secret, is refused', async () => {
    await using app = await start()
    const none = `${part({ alg: 'none' })}.${part(claims())}.`
    const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' })
    const body = `${part({ alg: 'HS256' })}.${part(claims())}`
    const confused = `${body}.${createHmac('sha256', pem).update(body).digest('base64url')}`
    const other = await new SignJWT(claims()).setProtectedHeader({ alg: 'PS256' }).sign(rsa.privateKey)
    const good = await sign()
    const critical = `${part({ alg: 'RS256', crit: ['x'], x: 1 })}.${good.split('.').slice(1).join('.')}`
    for (const token of [
      critical,
      none,
      none.slice(0, -1),
      confused,
      other,
      `${good.slice(0, -2)}AA`,
      'a.b.c',
      '..',
      'a.b',
    ]) {
      expect([token, (await ask(app, token))[0]]).toEqual([token, 401])
    }
    expect((await ask(app, good))[0]).toBe(200)
  })

  test('is distinguished from an ID token by its type', async () => {
    await using app = await start({ typ: 'at+jwt' })
    expect((await ask(app, await sign()))[0]).toBe(200)
    const id = await sign(undefined, {}, { typ: 'JWT' })
    expect((await ask(app, id))[0]).toBe(401)
  })

  test('of a shared secret works with that secret alone', async () => {
    const secret = randomBytes(32)
    await using app = await start({ algorithms: ['HS256'], key: secret })
    const make = (key: Uint8Array) => new SignJWT(claims()).setProtectedHeader({ alg: 'HS256' }).sign(key)
    expect((await ask(app, await make(secret)))[0]).toBe(200)
    expect((await ask(app, await make(randomBytes(32))))[0]).toBe(401)
  })
})

describe('the keys of an issuer', () => {
  test('are fetched once, found by their id, and asked for no more often for ids that do not exist', async () => {
    let fetched = 0
    const jwk = { ...(await exportJWK(rsa.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }
    const issuer = createServer(() => {
      fetched++
      return { keys: [jwk] }
    })
    const { port } = await issuer.listen({ port: 0 })
    const { key: _, ...rest } = base
    const auth = createAuthentication<User>({ schemes: [jwt({ ...rest, jwks: `http://127.0.0.1:${port}/` })] })
    await using app = await serveHandler(auth.requireUser(() => 'in'))
    const withKid = (kid: string) => sign(undefined, {}, { kid })
    for (let i = 0; i < 3; i++) expect((await ask(app, await withKid('one')))[0]).toBe(200)
    for (let i = 0; i < 20; i++) expect((await ask(app, await withKid(`x${i}`)))[0]).toBe(401)
    expect(fetched).toBe(1)
    await issuer.close({ graceMs: 0 })
  })

  test('that cannot be fetched do not make a token invalid', async () => {
    const gone = createServer(() => '')
    const { port } = await gone.listen({ port: 0 })
    await gone.close({ graceMs: 0 })
    const { key: _, ...rest } = base
    const auth = createAuthentication<User>({ schemes: [jwt({ ...rest, jwks: `http://127.0.0.1:${port}/` })] })
    await using app = await serveHandler(auth.requireUser(() => 'in'))
    const answer = await app.browser().get('/', { authorization: `Bearer ${await sign()}` })
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5'])
  })
})

test.each<[string, Partial<JwtOptions<User>>]>([
  ['secrets and key pairs at once', { algorithms: ['RS256', 'HS256'] }],
  ['no algorithm', { algorithms: [] as never }],
  ['the algorithm none', { algorithms: ['none' as never] }],
  ['no issuer', { issuer: '' }],
  ['an empty list of audiences', { audience: [] }],
  ['a short secret', { algorithms: ['HS256'], key: randomBytes(16) }],
  ['key and jwks', { jwks: 'https://login.example/jwks' }],
  ['a realm that breaks out of its quotes', { realm: 'a", error="x' }],
])('refuses %s at the start', (_, options) => {
  expect(() => jwt({ ...base, ...options })).toThrow(/invalid/)
})

test.each(['http://login.example/jwks', 'file:///etc/passwd', 'login.example'])('fetches no keys from %s', jwks => {
  const { key: _, ...rest } = base
  expect(() => jwt({ ...rest, jwks })).toThrow(expect.objectContaining({ code: 'jwt_options_invalid' }))
})
