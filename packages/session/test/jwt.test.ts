import { createHmac, generateKeyPairSync, randomBytes } from 'node:crypto'
import { createServer } from '@arlen/http'
import { exportJWK, type JWTPayload, SignJWT } from 'jose'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
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

describe('the clock of an issuer', () => {
  const at = (base: number, seconds: number) => Math.floor(base / 1000) + seconds
  const bounds = async (options: Partial<JwtOptions<User>>, changes: readonly Change[]) => {
    await using app = await start({ now: () => 1e12, ...options })
    return await Promise.all(changes.map(async change => (await ask(app, await sign(change)))[0]))
  }

  test('is believed to the second where nothing else is said', async () => {
    expect(
      await bounds({}, [
        token => token.setExpirationTime(at(1e12, 1)),
        token => token.setExpirationTime(at(1e12, 0)),
        token => token.setExpirationTime(at(1e12, 60)).setNotBefore(at(1e12, 0)),
        token => token.setExpirationTime(at(1e12, 60)).setNotBefore(at(1e12, 1)),
      ]),
    ).toEqual([200, 401, 200, 401])
  })

  test('may differ by the tolerance, in milliseconds, and by no more', async () => {
    expect(
      await bounds({ clockToleranceMs: 5000 }, [
        token => token.setExpirationTime(at(1e12, -4)),
        token => token.setExpirationTime(at(1e12, -5)),
        token => token.setExpirationTime(at(1e12, 60)).setNotBefore(at(1e12, 5)),
        token => token.setExpirationTime(at(1e12, 60)).setNotBefore(at(1e12, 6)),
      ]),
    ).toEqual([200, 401, 200, 401])
  })
})

test('the rules of tokens are those of the start: later changes of the lists count for nothing', async () => {
  const [algorithms, issuer, audience] = [['RS256'] as ['RS256'], [ISSUER], ['shop', 'desk']]
  await using app = await start({ algorithms, issuer, audience })
  for (const list of [algorithms, issuer, audience]) list.length = 0
  expect((await ask(app, await sign()))[0]).toBe(200)
  expect((await ask(app, await sign(token => token.setAudience('desk'))))[0]).toBe(200)
  audience.push('bank')
  expect((await ask(app, await sign(token => token.setAudience('bank'))))[0]).toBe(401)
})

test('a refusal says which claim it was, and nothing about signatures', async () => {
  await using app = await start({ realm: 'shop' })
  const challenges = [
    [await sign(token => token.setExpirationTime(now() - 1)), 'The token has expired'],
    [await sign(token => token.setAudience('bank')), 'The claim aud is not acceptable'],
    [await sign(token => token.setIssuer('https://evil.example')), 'The claim iss is not acceptable'],
    ['a.b.c', undefined],
  ] as const
  for (const [token, description] of challenges) {
    const more = description === undefined ? '' : `, error_description="${description}"`
    expect((await ask(app, token))[1]).toBe(`Bearer realm="shop", error="invalid_token"${more}`)
  }
})

test('fetched keys are used until they are too old', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  const jwk = { ...(await exportJWK(rsa.publicKey)), alg: 'RS256' }
  const fetchesAfter = async (keysMaxAgeMs: number | undefined, agesMs: readonly number[]) => {
    let fetched = 0
    const issuer = createServer(() => {
      fetched++
      return { keys: [jwk] }
    })
    const { port } = await issuer.listen({ port: 0 })
    const { key: _, ...rest } = base
    const options = { ...rest, jwks: `http://localhost:${port}/`, ...(keysMaxAgeMs && { keysMaxAgeMs }) }
    const auth = createAuthentication<User>({ schemes: [jwt(options)] })
    await using app = await serveHandler(auth.requireUser(() => 'in'))
    expect((await ask(app, await sign()))[0]).toBe(200)
    const begin = Date.now()
    const seen = []
    for (const ageMs of agesMs) {
      vi.setSystemTime(begin + ageMs)
      expect((await ask(app, await sign()))[0]).toBe(200)
      seen.push(fetched)
    }
    await issuer.close({ graceMs: 0 })
    return seen
  }
  expect(await fetchesAfter(undefined, [599_000, 601_000])).toEqual([1, 2])
  expect(await fetchesAfter(60_000, [59_000, 61_000])).toEqual([1, 2])
})

test.each<[string, Partial<JwtOptions<User>>, string]>([
  [
    'secrets and key pairs at once',
    { algorithms: ['RS256', 'HS256'] },
    'algorithms of secrets (HS256 and the like) and of key pairs do not mix: a public key would be a secret',
  ],
  ['no algorithm', { algorithms: [] as never }, 'algorithms must name at least one'],
  ['the algorithm none', { algorithms: ['none' as never] }, 'none is no algorithm that is accepted'],
  ['no issuer', { issuer: '' }, 'issuer must be a text or a list of texts'],
  ['an issuer without a name', { issuer: [ISSUER, ''] }, 'issuer must be a text or a list of texts'],
  ['an empty list of audiences', { audience: [] }, 'audience must be a text or a list of texts'],
  ['a number for an audience', { audience: 1 as never }, 'audience must be a text or a list of texts'],
  ['a short secret', { algorithms: ['HS256'], key: randomBytes(31) }, 'a secret needs at least 32 bytes'],
  ['key and jwks', { jwks: 'https://login.example/jwks' }, 'give either key or jwks'],
  ['neither key nor jwks', { key: undefined as never }, 'give either key or jwks'],
  [
    'a secret from a JWK set',
    { algorithms: ['HS256'], key: undefined as never, jwks: 'https://login.example/jwks' },
    'secrets do not come from a JWK set; give key',
  ],
])('refuses %s at the start', (_, options, problem) => {
  const message = `The options of jwt() are invalid: ${problem}.`
  expect(() => jwt({ ...base, ...options })).toThrow(expect.objectContaining({ code: 'jwt_options_invalid', message }))
})

test('refuses a realm that breaks out of its quotes at the start', () => {
  expect(() => jwt({ ...base, realm: 'a", error="x' })).toThrow(expect.objectContaining({ code: 'realm_invalid' }))
})

test.each(['http://login.example/jwks', 'file:///etc/passwd', 'login.example', 'http://[::2]/jwks'])(
  'fetches no keys from %s',
  jwks => {
    const { key: _, ...rest } = base
    const message = 'The options of jwt() are invalid: jwks must be an https address or a JWK set.'
    expect(() => jwt({ ...rest, jwks })).toThrow(expect.objectContaining({ code: 'jwt_options_invalid', message }))
  },
)

test.each(['https://login.example/jwks', 'http://127.0.0.1:9/jwks', 'http://[::1]:9/', 'http://localhost/'])(
  'may fetch keys from %s, and fetches none before the first token',
  jwks => {
    const { key: _, ...rest } = base
    for (const each of [jwks, new URL(jwks)]) expect(jwt({ ...rest, jwks: each }).name).toBe('Bearer')
  },
)

test('takes the key set itself', async () => {
  const { key: _, ...rest } = base
  const jwks = { keys: [{ ...(await exportJWK(rsa.publicKey)), alg: 'RS256' }] }
  const auth = createAuthentication<User>({ schemes: [jwt({ ...rest, jwks })] })
  await using app = await serveHandler(auth.requireUser(() => 'in'))
  expect((await ask(app, await sign()))[0]).toBe(200)
})

test.each<[string, JWTPayload, string[]]>([
  ['scope, divided by blanks', { scope: 'read  write' }, ['read', 'write']],
  ['scp, a list', { scp: ['read', 1, 'write'] }, ['read', 'write']],
  ['scp, a text', { scp: 'read' }, ['read']],
  ['scope before scp', { scope: '', scp: 'read' }, []],
  ['none', {}, []],
  ['something else', { scope: { read: true } }, []],
])('the scopes of a token are those of its claim: %s', async (_, payload, scopes) => {
  const auth = createAuthentication<User>({ schemes: [jwt(base)] })
  await using app = await serveHandler(auth.requireUser(c => c.json(auth.credentials(c)?.scopes)))
  const answer = await app.browser().get('/', { authorization: `Bearer ${await sign(undefined, payload)}` })
  expect(await answer.json()).toEqual(scopes)
})

test('the scopes of a token can be found in another claim', async () => {
  const scopesOf = ({ roles }: JWTPayload) => roles as string[]
  const auth = createAuthentication<User>({ schemes: [jwt({ ...base, scopesOf })] })
  await using app = await serveHandler(auth.requireScope('admin')(() => 'in'))
  const answerTo = async (payload: JWTPayload) =>
    (await app.browser().get('/', { authorization: `Bearer ${await sign(undefined, payload)}` })).status
  expect(await answerTo({ roles: ['admin'] })).toBe(200)
  expect(await answerTo({ roles: [], scope: 'admin' })).toBe(403)
})

test('OpenAPI hears that the tokens are JWTs', () => {
  expect(jwt(base).openApi).toEqual({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' })
})
