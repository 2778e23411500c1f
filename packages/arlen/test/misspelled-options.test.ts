import { compress, createServer, serializeCookie, serveStatic } from '@arlen/http'
import { toFetch } from '@arlen/http/fetch'
import {
  cors,
  createLoginThrottle,
  createRateLimiter,
  cspReports,
  hostCheck,
  rateLimit,
  securityHeaders,
} from '@arlen/security'
import {
  apiKeys,
  bearer,
  createAuthentication,
  createMemoryApiKeyStore,
  createMemoryEndedSessions,
  createMemorySessionStore,
  createMemoryTokenStore,
  createOneTimeTokens,
  createPasswordLogin,
  createPasswords,
  csrf,
  defineCookie,
  generateSecret,
  session,
} from '@arlen/session'
import { jwt } from '@arlen/session/jwt'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { createApp } from '../src/index.ts'

const ok = () => 'ok'
const none = () => undefined
const secrets = [generateSecret()]
const store = createMemoryTokenStore()
const root = import.meta.dirname

type Case = readonly [name: string, make: (options: never) => unknown, valid: object, misspelled: object, meant: string]

const row = (...columns: Case): Case => columns

const CASES: readonly Case[] = [
  row('createApp', createApp, { root, log: false, environment: 'test' }, { methodOveride: true }, 'methodOverride'),
  row('createApp', createApp, { root, log: false }, { json: { bigInt: 'string' } }, 'json.bigint'),
  row('createApp', createApp, { root, log: false }, { slashes: { trailingSlahs: 'strict' } }, 'slashes.trailingSlash'),
  row('createServer', o => createServer(ok, o), {}, { handlerTimeoutMS: 5 }, 'handlerTimeoutMs'),
  row('createServer', o => createServer(ok, o), {}, { trustedProxy: ['10.0.0.1'] }, 'trustedProxies'),
  row('toFetch', o => toFetch(ok, o), {}, { maxBodybytes: 5 }, 'maxBodyBytes'),
  row('serveStatic', o => serveStatic(root, o), {}, { maxAgeSecond: 5 }, 'maxAgeSeconds'),
  row('compress', compress, {}, { minByte: 5 }, 'minBytes'),
  row('serializeCookie', o => serializeCookie('a', 'b', o), {}, { httponly: false }, 'httpOnly'),
  row('session', session, { secrets }, { idleMS: 5 }, 'idleMs'),
  row('csrf', csrf, {}, { trustedOrigin: [] }, 'trustedOrigins'),
  row('defineCookie', o => defineCookie('a', o), { schema: v.string() }, { protected: 'sealed' }, 'protect'),
  row('Authentication', o => createAuthentication(o), {}, { findUsers: none }, 'findUser'),
  row('Passwords', o => createPasswords(o), {}, { memorycost: 20_000 }, 'memoryCost'),
  row(
    'PasswordLogin',
    o => createPasswordLogin(o),
    {
      passwords: createPasswords(),
      find: async () => undefined,
      rehash: async () => undefined,
      throttle: 'none' as const,
    },
    { throtle: 'none' },
    'throttle',
  ),
  row('OneTimeTokens', o => createOneTimeTokens(o), { store, purpose: 'reset' }, { lifetime: 5 }, 'lifetimeMs'),
  row('bearer', bearer, { verify: none }, { relm: 'api' }, 'realm'),
  row(
    'apiKeys',
    apiKeys,
    { store: createMemoryApiKeyStore(), prefix: 'shop', findUser: none },
    { headers: 'x-key' },
    'header',
  ),
  row(
    'jwt',
    jwt,
    { algorithms: ['HS256'], issuer: 'i', audience: 'a', key: Buffer.alloc(32), findUser: none } as const,
    { clockToleranceMS: 5 },
    'clockToleranceMs',
  ),
  row('MemorySessionStore', o => createMemorySessionStore(o), {}, { maxx: 5 }, 'max'),
  row('MemoryTokenStore', o => createMemoryTokenStore(o), {}, { Now: Date.now }, 'now'),
  row('MemoryApiKeyStore', o => createMemoryApiKeyStore(o), {}, { Now: Date.now }, 'now'),
  row('MemoryEndedSessions', o => createMemoryEndedSessions(o), {}, { Now: Date.now }, 'now'),
  row('securityHeaders', securityHeaders, {}, { frameOption: 'DENY' }, 'frameOptions'),
  row(
    'securityHeaders',
    securityHeaders,
    {},
    { contentSecurityPolicy: { reportonly: true } },
    'contentSecurityPolicy.reportOnly',
  ),
  row('cspReports', cspReports, {}, { perMinutes: 5 }, 'perMinute'),
  row('cors', cors, { origins: ['https://a.example'] }, { credential: true }, 'credentials'),
  row('hostCheck', hostCheck, { hosts: ['local'] }, { exemptPath: [] }, 'exemptPaths'),
  row('rateLimit', rateLimit, { limit: 1, windowMs: 1000 }, { windowMS: 5 }, 'windowMs'),
  row('RateLimiter', createRateLimiter, { limit: 1, windowMs: 1000 }, { maxKey: 5 }, 'maxKeys'),
  row('LoginThrottle', o => createLoginThrottle(o), { store: 'memory' as const }, { networkks: {} }, 'networks'),
]

describe('a misspelled option is refused with the one that was probably meant:', () => {
  test.each(CASES)('%s', (_, make, valid, misspelled, meant) => {
    expect(() => make(valid as never)).not.toThrow()
    expect(() => make({ ...valid, ...misspelled } as never)).toThrow(
      expect.objectContaining({ code: 'option_unknown', message: expect.stringContaining(`Did you mean ${meant}?`) }),
    )
  })
})

test('a value of the wrong kind is refused by name', () => {
  const invalid = (name: string) =>
    expect.objectContaining({ code: 'option_invalid', message: expect.stringContaining(name) })
  expect(() => session({ secrets, idleMs: '12h' as unknown as number })).toThrow(invalid('idleMs'))
  expect(() => createPasswords({ atOnce: 0 })).toThrow(invalid('atOnce'))
  expect(() => hostCheck({} as { hosts: string[] })).toThrow(invalid('hosts'))
  expect(() => serveStatic(root, { checkMs: Number.NaN })).toThrow(invalid('checkMs'))
})
