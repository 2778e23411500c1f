import { tmpdir } from 'node:os'
import { createBoomhauer } from '@arlen/boomhauer'
import { ArlenError } from '@arlen/core'
import { compress, createServer, serializeCookie, serve, serveStatic } from '@arlen/http'
import { createPg, migrate } from '@arlen/pg'
import { startEmbedded } from '@arlen/pg/embedded'
import { importMigrations, lintMigrations, migrateDown } from '@arlen/pg/migrations'
import { createTestDatabase } from '@arlen/pg/testing'
import { checkQueries } from '@arlen/pg/typed-sql'
import { createPropane } from '@arlen/propane'
import { createRouter } from '@arlen/router'
import { cors, createLoginThrottle, cspReports, hostCheck, rateLimit, securityHeaders } from '@arlen/security'
import {
  apiKeys,
  bearer,
  createAuthentication,
  createOneTimeTokens,
  createPasswordLogin,
  createPasswords,
  csrf,
  defineCookie,
  session,
} from '@arlen/session'
import { jwt } from '@arlen/session/jwt'
import { testApp, testDb } from '@arlen/testing'
import { assetUrls, buildViews, compile, compileTemplate, createViews, form } from '@arlen/view'
import { createApp, loadConfig, openApi } from 'arlen'
import { describe, expect, test } from 'vitest'

type Factory = (options: never) => unknown

const dsn = 'postgres://nobody@127.0.0.1:1/none'
const findUser = () => undefined

/** Every factory, with options that it takes and one of their names misspelled. */
const FACTORIES: readonly [name: string, make: Factory, valid: object, misspelled: string, meant: string][] = [
  ['createApp()', options => createApp(options), {}, 'enviroment', 'environment'],
  ['createApp()', options => createApp(options), {}, 'templates.helprs', 'templates.helpers'],
  ['loadConfig()', options => loadConfig(options), { root: tmpdir() }, 'leniant', 'lenient'],
  ['openApi()', options => openApi([], { title: 'x', version: '1' }, options), {}, 'apiOnyl', 'apiOnly'],
  ['healthCheck()', options => createApp().health.add('x', () => true, options), {}, 'timeoutMS', 'timeoutMs'],
  ['serve()', options => serve(() => 'ok', options), {}, 'trustedProxys', 'trustedProxies'],
  ['createServer()', options => createServer(() => 'ok', options), {}, 'onErorr', 'onError'],
  ['createServer()', options => createServer(() => 'ok', options), {}, 'maxHeaderByte', 'maxHeaderBytes'],
  ['createServer()', options => createServer(() => 'ok', options), {}, 'json.bigit', 'json.bigint'],
  ['listen()', options => createServer(() => 'ok').listen(options), { port: 0 }, 'prot', 'port'],
  ['close()', options => createServer(() => 'ok').close(options), {}, 'graceMS', 'graceMs'],
  ['serveStatic()', options => serveStatic(tmpdir(), options), {}, 'maxAgeSecond', 'maxAgeSeconds'],
  ['compress()', options => compress(options), {}, 'minByte', 'minBytes'],
  ['the cookie', options => serializeCookie('a', 'b', options), {}, 'httponly', 'httpOnly'],
  ['createRouter()', options => createRouter(options), {}, 'trailingSlashes', 'trailingSlash'],
  ['createRouter()', options => createRouter(options), {}, 'framework.internal', 'framework.internals'],
  ['Route GET /', options => createRouter().get('/', () => 1, options), {}, 'nmae', 'name'],
  ['Route group /g', options => createRouter().group('/g', options, () => undefined), {}, 'undr', 'under'],
  ['createViews()', options => createViews(options), { dir: tmpdir() }, 'layuot', 'layout'],
  ['createViews()', options => createViews(options), { dir: tmpdir() }, 'strict.value', 'strict.values'],
  ['buildViews()', options => buildViews(options), { dir: 'a', outDir: 'b' }, 'strcit', 'strict'],
  ['compile()', options => compile('', options), {}, 'helper', 'helpers'],
  ['compileTemplate()', options => compileTemplate('', options), { path: 'a' }, 'formt', 'format'],
  ['assetUrls()', options => assetUrls(options), { dir: tmpdir() }, 'bse', 'base'],
  ['form()', options => form({}, [], options), {}, 'idPrefx', 'idPrefix'],
  ['createPg()', options => createPg(options), { dsn }, 'applicatonName', 'applicationName'],
  ['migrate()', options => migrate(options), { dsn }, 'dryrun', 'dryRun'],
  ['migrateDown()', options => migrateDown(options), { dsn }, 'step', 'steps'],
  ['importMigrations()', options => importMigrations(options), { dsn, from: 'x' }, 'shema', 'schema'],
  ['lintMigrations()', options => lintMigrations(options), {}, 'dri', 'dir'],
  ['checkQueries()', options => checkQueries(options), { dsn }, 'inculde', 'include'],
  ['startEmbedded()', options => startEmbedded(options), { dir: tmpdir() }, 'lingerMS', 'lingerMs'],
  ['createTestDatabase()', options => createTestDatabase(options), {}, 'migration', 'migrations'],
  ['session()', options => session(options), { secrets: ['x'.repeat(40)] }, 'samesite', 'sameSite'],
  ['csrf()', options => csrf(options), {}, 'trustedOrigin', 'trustedOrigins'],
  ['Authentication', options => createAuthentication(options), { findUser }, 'loginpath', 'loginPath'],
  ['apiKeys()', options => apiKeys(options), { store: {}, prefix: 'x', findUser }, 'headr', 'header'],
  ['bearer()', options => bearer(options), { verify: findUser }, 'relam', 'realm'],
  ['jwt()', options => jwt(options), { findUser }, 'isuer', 'issuer'],
  ['OneTimeTokens', options => createOneTimeTokens(options), { store: {}, purpose: 'x' }, 'lifetimeMS', 'lifetimeMs'],
  ['PasswordLogin', options => createPasswordLogin(options), {}, 'throtle', 'throttle'],
  ['Passwords', options => createPasswords(options), {}, 'memorycost', 'memoryCost'],
  ['defineCookie()', options => defineCookie('x', options), { schema: {} }, 'protct', 'protect'],
  ['cors()', options => cors(options), { origins: '*' }, 'credential', 'credentials'],
  ['hostCheck()', options => hostCheck(options), { hosts: ['a.example'] }, 'exemptPath', 'exemptPaths'],
  ['rateLimit()', options => rateLimit(options), { limit: 1, windowMs: 1000 }, 'deadlinMs', 'deadlineMs'],
  ['LoginThrottle', options => createLoginThrottle(options), {}, 'device.limitt', 'device.limit'],
  ['cspReports()', options => cspReports(options), {}, 'perMinut', 'perMinute'],
  ['securityHeaders()', options => securityHeaders(options), {}, 'referrerPolicies', 'referrerPolicy'],
  [
    'securityHeaders()',
    options => securityHeaders(options),
    {},
    'contentSecurityPolicy.reportonly',
    'contentSecurityPolicy.reportOnly',
  ],
  ['createPropane()', options => createPropane(options), { app: 'x.js' }, 'worker', 'workers'],
  ['createBoomhauer()', options => createBoomhauer(options), {}, 'typechek', 'typecheck'],
  [
    'testApp()',
    options =>
      testApp(
        createServer(() => 'ok'),
        options,
      ),
    {},
    'ovr',
    'over',
  ],
  ['testDb()', options => testDb(options), {}, 'seeds', 'seed'],
]

async function refusalOf(make: Factory, options: object): Promise<ArlenError> {
  try {
    await make(options as never)
  } catch (error) {
    if (error instanceof ArlenError) return error
    throw error
  }
  throw new Error('the option was taken in silence')
}

/** `{ limits: { headers: 1 } }` of `limits.headers`, beside what is valid. */
function withOption(valid: object, path: string): object {
  const value: unknown = path.split('.').reduceRight<unknown>((inner, name) => ({ [name]: inner }), 1)
  return { ...valid, ...(value as object) }
}

describe('a misspelled option is refused, with the one that was meant:', () => {
  test.each(FACTORIES)('%s', async (owner, make, valid, misspelled, meant) => {
    const error = await refusalOf(make, withOption(valid, misspelled))
    expect(error).toMatchObject({ code: 'option_unknown', message: expect.stringContaining(`Did you mean ${meant}?`) })
    expect(error.message).toContain(owner)
  })
})
