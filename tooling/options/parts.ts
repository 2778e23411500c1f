import { tmpdir } from 'node:os'
import { Context, compress, createServer, etag, serializeCookie, serve, serveStatic } from '@arlen/http'
import { toFetch } from '@arlen/http/fetch'
import { baselineOf, definePerf, defineScenario, type GateReport, medianInterval, runGate } from '@arlen/perf'
import { startChild, wireRequest } from '@arlen/perf/load'
import { createPg } from '@arlen/pg'
import { startEmbedded } from '@arlen/pg/embedded'
import {
  acceptDrift,
  generateMigration,
  importMigrations,
  lateMigrations,
  lintMigrations,
  migrate,
  migrateDown,
  migrateRedo,
  migrationStatus,
  renameMigration,
  resolveMigration,
  verifyMigrations,
} from '@arlen/pg/migrations'
import { createTestDatabase, truncateAll, workerDatabase } from '@arlen/pg/testing'
import { checkPreviousQueries, checkQueries } from '@arlen/pg/typed-sql'
import {
  cors,
  createLoginThrottle,
  createRateLimiter,
  cspReports,
  hostCheck,
  rateLimit,
  securityHeaders,
} from '@arlen/security'
import { security } from '@arlen/security/config'
import { createRatePrimary } from '@arlen/security/primary'
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
  withSession,
} from '@arlen/session'
import { jwt } from '@arlen/session/jwt'
import type { Row } from './rows.ts'

const pg = createPg('postgres://nobody@127.0.0.1:1/none')
const findUser = () => undefined

/** Throws what a handler throws. */
async function inHandler(run: (c: Context) => unknown, method = 'GET'): Promise<void> {
  let failure: unknown
  const handler = session({ secrets: [generateSecret()] })(async c => {
    try {
      await run(c)
    } catch (error) {
      failure = error
    }
    return 'ok'
  })
  await createServer(handler, { context: withSession(Context) }).fetch(new Request('http://a.example/', { method }))
  if (failure !== undefined) throw failure
}

const ofContext = (method: string, run: (c: Context, options: never) => unknown, row: Partial<Row>): Row => ({
  bag: `@arlen/http Context.${method}()`,
  make: options => inHandler(c => run(c, options)),
  misspelled: '',
  meant: '',
  owner: `c.${method}()`,
  ...row,
})

const ofReply = (method: string, run: (c: Context, options: never) => unknown): Row =>
  ofContext(method, run, { misspelled: 'staus', meant: 'status', owner: 'the reply' })

/** Options of parts that work without the framework. */
export const PARTS: readonly Row[] = [
  { bag: '@arlen/http serve()', make: o => serve(() => 'ok', o), misspelled: 'trustedProxys', meant: 'trustedProxies' },
  {
    bag: '@arlen/http createServer()',
    make: o => createServer(() => 'ok', o),
    misspelled: 'onErorr',
    meant: 'onError',
  },
  {
    bag: '@arlen/http createServer()',
    make: o => createServer(() => 'ok', o),
    misspelled: 'maxHeaderByte',
    meant: 'maxHeaderBytes',
  },
  {
    bag: '@arlen/http createServer()',
    make: o => createServer(() => 'ok', o),
    misspelled: 'json.bigit',
    meant: 'json.bigint',
  },
  {
    bag: '@arlen/http toFetch()',
    make: o => toFetch(() => 'ok', o),
    misspelled: 'maxBodybytes',
    meant: 'maxBodyBytes',
  },
  {
    bag: '@arlen/http HttpServer.listen()',
    make: o => createServer(() => 'ok').listen(o),
    misspelled: 'prot',
    meant: 'port',
    owner: 'listen()',
  },
  {
    bag: '@arlen/http HttpServer.close()',
    make: o => createServer(() => 'ok').close(o),
    misspelled: 'graceMS',
    meant: 'graceMs',
    owner: 'close()',
  },
  {
    bag: '@arlen/http serveStatic()',
    make: o => serveStatic(tmpdir(), o),
    misspelled: 'maxAgeSecond',
    meant: 'maxAgeSeconds',
  },
  { bag: '@arlen/http compress()', make: o => compress(o), misspelled: 'minByte', meant: 'minBytes' },
  { bag: '@arlen/http etag()', make: o => etag(o), misspelled: 'week', meant: 'weak' },
  {
    bag: '@arlen/http serializeCookie()',
    make: o => serializeCookie('a', 'b', o),
    misspelled: 'httponly',
    meant: 'httpOnly',
    owner: 'the cookie',
  },
  ofReply('text', (c, o) => c.text('', o)),
  ofReply('json', (c, o) => c.json('', o)),
  ofReply('html', (c, o) => c.html('', o)),
  ofReply('bytes', (c, o) => c.bytes(Buffer.alloc(0), o)),
  ofReply('empty', (c, o) => c.empty(o)),
  ofReply('stream', (c, o) => c.stream((async function* () {})(), o)),
  ofContext('events', (c, o) => c.events((async function* () {})(), o), {
    misspelled: 'heartbeatMS',
    meant: 'heartbeatMs',
  }),
  ofContext('file', (c, o) => c.file('x', o), { misspelled: 'rot', meant: 'root' }),
  ofContext('redirect', (c, o) => c.redirect('/', o), { misspelled: 'externl', meant: 'external' }),
  ofContext('upgrade', (c, o) => c.upgrade('x', () => undefined, o), { misspelled: 'crossite', meant: 'crossSite' }),
  ofContext('problem', (c, o) => c.problem(404, 'x', o), { misspelled: 'detial', meant: 'detail' }),
  ofContext('setCookie', (c, o) => c.setCookie('a', 'b', o), {
    misspelled: 'samesite',
    meant: 'sameSite',
    owner: 'the cookie',
  }),
  ofContext('clearCookie', (c, o) => c.clearCookie('a', o), { misspelled: 'pth', meant: 'path', owner: 'the cookie' }),
  {
    bag: '@arlen/http HttpRequest.multipart()',
    make: o => inHandler(c => void c.req.multipart(o), 'POST'),
    misspelled: 'fileByte',
    meant: 'fileBytes',
    owner: 'multipart()',
  },
  { bag: '@arlen/session session()', make: o => session(o), misspelled: 'samesite', meant: 'sameSite' },
  { bag: '@arlen/session csrf()', make: o => csrf(o), misspelled: 'trustedOrigin', meant: 'trustedOrigins' },
  {
    bag: '@arlen/session Session.login()',
    make: o => inHandler(c => c.session.login(1, o)),
    misspelled: 'epoc',
    meant: 'epoch',
    owner: 'session.login()',
  },
  {
    bag: '@arlen/session createAuthentication()',
    make: o => createAuthentication(o),
    misspelled: 'loginpath',
    meant: 'loginPath',
  },
  {
    bag: '@arlen/session Authentication.login()',
    make: o => inHandler(c => createAuthentication({ findUser, idOf: () => 1 }).login(c, {}, o)),
    misspelled: 'rember',
    meant: 'remember',
    owner: 'login()',
  },
  { bag: '@arlen/session apiKeys()', make: o => apiKeys(o), misspelled: 'headr', meant: 'header' },
  {
    bag: '@arlen/session ApiKeys.issue()',
    make: o => apiKeys({ store: createMemoryApiKeyStore(), prefix: 'x', findUser }).issue(1, o),
    misspelled: 'scope',
    meant: 'scopes',
    owner: 'issue()',
  },
  { bag: '@arlen/session bearer()', make: o => bearer(o), misspelled: 'relam', meant: 'realm' },
  { bag: '@arlen/session jwt()', make: o => jwt(o), misspelled: 'isuer', meant: 'issuer' },
  {
    bag: '@arlen/session createOneTimeTokens()',
    make: o => createOneTimeTokens(o),
    misspelled: 'lifetimeMS',
    meant: 'lifetimeMs',
  },
  {
    bag: '@arlen/session OneTimeTokens.issue()',
    make: o => createOneTimeTokens({ store: createMemoryTokenStore(), purpose: 'x' }).issue(1, o),
    misspelled: 'epoc',
    meant: 'epoch',
    owner: 'issue()',
  },
  {
    bag: '@arlen/session createPasswordLogin()',
    make: o => createPasswordLogin(o),
    misspelled: 'throtle',
    meant: 'throttle',
  },
  {
    bag: '@arlen/session createPasswords()',
    make: o => createPasswords(o),
    misspelled: 'memorycost',
    meant: 'memoryCost',
  },
  { bag: '@arlen/session defineCookie()', make: o => defineCookie('x', o), misspelled: 'protct', meant: 'protect' },
  {
    bag: '@arlen/session createMemorySessionStore()',
    make: o => createMemorySessionStore(o),
    misspelled: 'maxx',
    meant: 'max',
  },
  {
    bag: '@arlen/session createMemoryTokenStore()',
    make: o => createMemoryTokenStore(o),
    misspelled: 'Now',
    meant: 'now',
  },
  {
    bag: '@arlen/session createMemoryApiKeyStore()',
    make: o => createMemoryApiKeyStore(o),
    misspelled: 'Now',
    meant: 'now',
  },
  {
    bag: '@arlen/session createMemoryEndedSessions()',
    make: o => createMemoryEndedSessions(o),
    misspelled: 'Now',
    meant: 'now',
  },
  { bag: '@arlen/security cors()', make: o => cors(o), misspelled: 'credential', meant: 'credentials' },
  { bag: '@arlen/security hostCheck()', make: o => hostCheck(o), misspelled: 'exemptPath', meant: 'exemptPaths' },
  { bag: '@arlen/security rateLimit()', make: o => rateLimit(o), misspelled: 'deadlinMs', meant: 'deadlineMs' },
  {
    bag: '@arlen/security createRateLimiter()',
    make: o => createRateLimiter(o),
    misspelled: 'maxKey',
    meant: 'maxKeys',
  },
  {
    bag: '@arlen/security createRatePrimary()',
    make: o => createRatePrimary(o),
    misspelled: 'maxKey',
    meant: 'maxKeys',
  },
  {
    bag: '@arlen/security createLoginThrottle()',
    make: o => createLoginThrottle(o),
    misspelled: 'device.limitt',
    meant: 'device.limit',
  },
  {
    bag: '@arlen/security LoginThrottle.attempt()',
    make: o => createLoginThrottle().attempt('a', '::1', o),
    misspelled: 'devce',
    meant: 'device',
    owner: 'attempt()',
  },
  {
    bag: '@arlen/security LoginThrottle.succeeded()',
    make: o => createLoginThrottle().succeeded('a', '::1', o),
    misspelled: 'devce',
    meant: 'device',
    owner: 'succeeded()',
  },
  { bag: '@arlen/security cspReports()', make: o => cspReports(o), misspelled: 'perMinut', meant: 'perMinute' },
  {
    bag: '@arlen/security securityHeaders()',
    make: o => securityHeaders(o),
    misspelled: 'referrerPolicies',
    meant: 'referrerPolicy',
  },
  {
    bag: '@arlen/security securityHeaders()',
    make: o => securityHeaders(o),
    misspelled: 'contentSecurityPolicy.reportonly',
    meant: 'contentSecurityPolicy.reportOnly',
  },
  {
    bag: '@arlen/security security()',
    make: o => security({} as never, o),
    misspelled: 'rateStor',
    meant: 'rateStore',
  },
  { bag: '@arlen/pg createPg()', make: o => createPg(o), misspelled: 'applicatonName', meant: 'applicationName' },
  {
    bag: '@arlen/pg Database.tx()',
    make: o => pg.tx(() => 1, o),
    misspelled: 'isolaton',
    meant: 'isolation',
    owner: 'tx()',
  },
  { bag: '@arlen/pg Pg.tx()', make: o => pg.tx(() => 1, o), misspelled: 'rety', meant: 'retry', owner: 'tx()' },
  {
    bag: '@arlen/pg Scope.tx()',
    make: o => pg.scope().tx(() => 1, o),
    misspelled: 'readonly',
    meant: 'readOnly',
    owner: 'tx()',
  },
  { bag: '@arlen/pg Pg.scope()', make: o => pg.scope(o), misspelled: 'setting', meant: 'settings', owner: 'scope()' },
  {
    bag: '@arlen/pg Pg.listen()',
    make: o => pg.listen('x', () => undefined, o),
    misspelled: 'onEror',
    meant: 'onError',
    owner: 'listen()',
  },
  { bag: '@arlen/pg Pg.ping()', make: o => pg.ping(o), misspelled: 'timeoutMS', meant: 'timeoutMs', owner: 'ping()' },
  {
    bag: '@arlen/pg Pg.close()',
    make: o => pg.close(o),
    misspelled: 'timeoutMS',
    meant: 'timeoutMs',
    owner: 'close()',
  },
  { bag: '@arlen/pg startEmbedded()', make: o => startEmbedded(o), misspelled: 'lingerMS', meant: 'lingerMs' },
  { bag: '@arlen/pg migrate()', make: o => migrate(o), misspelled: 'dryrun', meant: 'dryRun' },
  { bag: '@arlen/pg migrateDown()', make: o => migrateDown(o), misspelled: 'step', meant: 'steps' },
  {
    bag: '@arlen/pg migrateRedo()',
    make: o => migrateRedo(o),
    misspelled: 'step',
    meant: 'steps',
    owner: 'migrateDown()',
  },
  { bag: '@arlen/pg migrationStatus()', make: o => migrationStatus(o), misspelled: 'shema', meant: 'schema' },
  { bag: '@arlen/pg verifyMigrations()', make: o => verifyMigrations(o), misspelled: 'shema', meant: 'schema' },
  { bag: '@arlen/pg importMigrations()', make: o => importMigrations(o), misspelled: 'shema', meant: 'schema' },
  { bag: '@arlen/pg lintMigrations()', make: o => lintMigrations(o), misspelled: 'dri', meant: 'dir' },
  { bag: '@arlen/pg lateMigrations()', make: o => lateMigrations(o), misspelled: 'bse', meant: 'base' },
  { bag: '@arlen/pg generateMigration()', make: o => generateMigration(o), misspelled: 'nmae', meant: 'name' },
  { bag: '@arlen/pg renameMigration()', make: o => renameMigration(o), misspelled: 'verson', meant: 'version' },
  { bag: '@arlen/pg resolveMigration()', make: o => resolveMigration(o), misspelled: 'verson', meant: 'version' },
  { bag: '@arlen/pg acceptDrift()', make: o => acceptDrift(o), misspelled: 'whoo', meant: 'who' },
  { bag: '@arlen/pg checkQueries()', make: o => checkQueries(o), misspelled: 'inculde', meant: 'include' },
  {
    bag: '@arlen/pg checkPreviousQueries()',
    make: o => checkPreviousQueries(o),
    misspelled: 'befor',
    meant: 'before',
  },
  {
    bag: '@arlen/pg createTestDatabase()',
    make: o => createTestDatabase(o),
    misspelled: 'migration',
    meant: 'migrations',
  },
  {
    bag: '@arlen/pg workerDatabase()',
    make: o => workerDatabase(o),
    misspelled: 'migration',
    meant: 'migrations',
    owner: 'createTestDatabase()',
  },
  { bag: '@arlen/pg truncateAll()', make: o => truncateAll(pg, o), misspelled: 'exept', meant: 'except' },
  { bag: '@arlen/perf definePerf()', make: o => definePerf(o), misspelled: 'scenario', meant: 'scenarios' },
  { bag: '@arlen/perf defineScenario()', make: o => defineScenario(o), misspelled: 'abuot', meant: 'about' },
  {
    bag: '@arlen/perf medianInterval()',
    make: o => medianInterval([[1]], o),
    misspelled: 'confidense',
    meant: 'confidence',
  },
  { bag: '@arlen/perf startChild()', make: o => startChild(o as never), misspelled: 'fiel', meant: 'file' },
  { bag: '@arlen/perf wireRequest()', make: o => wireRequest(o as never), misspelled: 'pth', meant: 'path' },
  { bag: '@arlen/perf runGate()', make: o => runGate(o), misspelled: 'scenario', meant: 'scenarios' },
  { bag: '@arlen/perf baselineOf()', make: o => baselineOf({} as GateReport, o), misspelled: 'comit', meant: 'commit' },
]
