import { tmpdir } from 'node:os'
import { createBoomhauer, resolveOptions } from '@arlen/boomhauer'
import { typecheck } from '@arlen/boomhauer/typecheck'
import { codeFrame } from '@arlen/core/code-frame'
import { resolveConfig } from '@arlen/core/config'
import { createLogger } from '@arlen/core/logger'
import {
  developmentProblem,
  diagnose,
  renderDiagnosticsText,
  renderProblem,
  renderProblemText,
} from '@arlen/error-report'
import { renderDiagnosticsHtml } from '@arlen/error-report/page'
import { createMailer } from '@arlen/mail'
import { command, createPropane, serve as servePropane } from '@arlen/propane'
import {
  activateRelease,
  archiveRelease,
  buildRelease,
  contractHosts,
  contractRelease,
  deployRelease,
  expandSchema,
  initHosts,
  inspectHosts,
  logsOfHosts,
  pruneReleases,
  rollbackHosts,
  rollbackRelease,
  runOnHosts,
  statusOfHosts,
} from '@arlen/release'
import { createRouter } from '@arlen/router'
import { expressRateLimit, expressSecurityHeaders } from '@arlen/security/express'
import { generateSecret } from '@arlen/session'
import { expressCsrf, expressSession } from '@arlen/session/express'
import { testApp, testDb, type Visitor } from '@arlen/testing'
import { assetUrls, buildViews, compile, compileTemplate, createViews, form } from '@arlen/view'
import { expressView } from '@arlen/view/express'
import { fastifyViews } from '@arlen/view/fastify'
import { createApp, loadConfig, openApi, startEmbedded } from 'arlen'
import { create } from 'create-arlen'
import type { Row } from './rows.ts'

const app = () => createApp({ root: import.meta.dirname, environment: 'test', log: false })
const plugin = { name: 'x', setUp: () => undefined }
const problem = { status: 500, title: 'x', code: 'x', correlationId: 'x' } as never

async function withVisitor(use: (visitor: Visitor) => unknown): Promise<void> {
  await using t = await testApp({ fetch: () => new Response() } as never)
  await use(t)
}

const METHODS = ['get', 'head', 'post', 'put', 'patch', 'delete', 'options', 'visit'] as const

/** Options of the application and its surroundings. */
export const FRAMEWORK: readonly Row[] = [
  { bag: 'arlen createApp()', make: o => createApp(o), misspelled: 'enviroment', meant: 'environment' },
  { bag: 'arlen createApp()', make: o => createApp(o), misspelled: 'templates.helprs', meant: 'templates.helpers' },
  { bag: 'arlen createApp()', make: o => createApp(o), misspelled: 'json.bigInt', meant: 'json.bigint' },
  {
    bag: 'arlen createApp()',
    make: o => createApp(o),
    misspelled: 'slashes.trailingSlahs',
    meant: 'slashes.trailingSlash',
  },
  {
    bag: 'arlen App.listen()',
    make: o => app().listen(o),
    valid: { port: 0 },
    misspelled: 'prot',
    meant: 'port',
    owner: 'listen()',
  },
  { bag: 'arlen App.close()', make: o => app().close(o), misspelled: 'graceMS', meant: 'graceMs', owner: 'close()' },
  {
    bag: 'arlen App.register()',
    make: o => app().register(plugin, undefined, o),
    valid: { prefix: '/x' },
    misspelled: 'nmae',
    meant: 'name',
    owner: 'Route group /x',
  },
  {
    bag: 'arlen Routes.group()',
    make: o => app().group('/g', o, () => undefined),
    misspelled: 'undr',
    meant: 'under',
    owner: 'Route group /g',
  },
  {
    bag: 'arlen Routes.get()',
    make: o => app().get('/', o, () => 1),
    misspelled: 'boddy',
    meant: 'body',
    owner: 'Route GET /',
  },
  {
    bag: 'arlen Health.add()',
    make: o => app().health.add('x', () => true, o),
    misspelled: 'timeoutMS',
    meant: 'timeoutMs',
    owner: 'health.add()',
  },
  { bag: 'arlen loadConfig()', make: o => loadConfig(o), misspelled: 'leniant', meant: 'lenient' },
  {
    bag: 'arlen openApi()',
    make: o => openApi([], { title: 'x', version: '1' }, o),
    misspelled: 'apiOnyl',
    meant: 'apiOnly',
  },
  { bag: 'arlen startEmbedded()', make: o => startEmbedded(o), misspelled: 'rot', meant: 'root' },
  { bag: 'create-arlen create()', make: o => create(o), misspelled: 'templat', meant: 'template' },
  { bag: '@arlen/core codeFrame()', make: o => codeFrame('', 1, 1, o), misspelled: 'befor', meant: 'before' },
  { bag: '@arlen/core createLogger()', make: o => createLogger(o), misspelled: 'lvel', meant: 'level' },
  { bag: '@arlen/core resolveConfig()', make: o => resolveConfig(o), misspelled: 'shema', meant: 'schema' },
  {
    bag: '@arlen/error-report developmentProblem()',
    make: o => developmentProblem(1, o),
    misspelled: 'requst',
    meant: 'request',
  },
  { bag: '@arlen/error-report diagnose()', make: o => diagnose(1, o), misspelled: 'stge', meant: 'stage' },
  {
    bag: '@arlen/error-report renderDiagnosticsHtml()',
    make: o => renderDiagnosticsHtml([], o),
    misspelled: 'editr',
    meant: 'editor',
  },
  {
    bag: '@arlen/error-report renderDiagnosticsText()',
    make: o => renderDiagnosticsText([], o),
    misspelled: 'colour',
    meant: 'color',
  },
  {
    bag: '@arlen/error-report renderProblem()',
    make: o => renderProblem(problem, {}, o),
    misspelled: 'rot',
    meant: 'root',
  },
  {
    bag: '@arlen/error-report renderProblemText()',
    make: o => renderProblemText(problem, o),
    misspelled: 'limt',
    meant: 'limit',
  },
  { bag: '@arlen/mail createMailer()', make: o => createMailer(o), misspelled: 'templats', meant: 'templates' },
  {
    bag: '@arlen/mail Mailer.send()',
    make: o => createMailer({ templates: { has: () => true, render: () => '' } }).send('x', o),
    valid: { to: 'ada@example.com' },
    misspelled: 'replyto',
    meant: 'replyTo',
    owner: "send('x')",
  },
  {
    bag: '@arlen/router createRouter()',
    make: o => createRouter(o),
    misspelled: 'trailingSlsh',
    meant: 'trailingSlash',
  },
  {
    bag: '@arlen/router createRouter()',
    make: o => createRouter(o),
    misspelled: 'framework.internal',
    meant: 'framework.internals',
  },
  {
    bag: '@arlen/router Routes.add()',
    make: o => createRouter<() => number>().get('/', () => 1, o),
    misspelled: 'nmae',
    meant: 'name',
    owner: 'Route GET /',
  },
  {
    bag: '@arlen/router Routes.group()',
    make: o => createRouter().group('/g', o, () => undefined),
    misspelled: 'undr',
    meant: 'under',
    owner: 'Route group /g',
  },
  { bag: '@arlen/view createViews()', make: o => createViews(o), misspelled: 'layuot', meant: 'layout' },
  {
    bag: '@arlen/view createViews()',
    make: o => createViews(o),
    valid: { dir: tmpdir() },
    misspelled: 'strict.value',
    meant: 'strict.values',
  },
  { bag: '@arlen/view buildViews()', make: o => buildViews(o), misspelled: 'strcit', meant: 'strict' },
  { bag: '@arlen/view compile()', make: o => compile('', o), misspelled: 'helper', meant: 'helpers' },
  { bag: '@arlen/view compileTemplate()', make: o => compileTemplate('', o), misspelled: 'formt', meant: 'format' },
  { bag: '@arlen/view assetUrls()', make: o => assetUrls(o), misspelled: 'bse', meant: 'base' },
  { bag: '@arlen/view form()', make: o => form({}, [], o), misspelled: 'idPrefx', meant: 'idPrefix' },
  { bag: '@arlen/view expressView()', make: o => expressView({} as never, o), misspelled: 'contxt', meant: 'context' },
  {
    bag: '@arlen/view fastifyViews()',
    make: o => fastifyViews({} as never, o, () => undefined),
    misspelled: 'view',
    meant: 'views',
  },
  { bag: '@arlen/propane createPropane()', make: o => createPropane(o), misspelled: 'worker', meant: 'workers' },
  {
    bag: '@arlen/propane serve()',
    make: o => servePropane(o),
    misspelled: 'worker',
    meant: 'workers',
    owner: 'createPropane()',
  },
  { bag: '@arlen/propane command()', make: o => command(o), misspelled: 'controlSockt', meant: 'controlSocket' },
  {
    bag: '@arlen/boomhauer createBoomhauer()',
    make: o => createBoomhauer(o),
    misspelled: 'typechek',
    meant: 'typecheck',
  },
  {
    bag: '@arlen/boomhauer resolveOptions()',
    make: o => resolveOptions(o),
    misspelled: 'typechek',
    meant: 'typecheck',
    owner: 'createBoomhauer()',
  },
  {
    bag: '@arlen/testing testApp()',
    make: o => testApp({ fetch: () => new Response() } as never, o),
    misspelled: 'ovr',
    meant: 'over',
  },
  { bag: '@arlen/testing testDb()', make: o => testDb(o), misspelled: 'seeds', meant: 'seed' },
  {
    bag: '@arlen/testing TestApp.visitor()',
    make: async o => {
      await using t = await testApp({ fetch: () => new Response() } as never)
      t.visitor(o)
    },
    misspelled: 'cokies',
    meant: 'cookies',
    owner: 'visitor()',
  },
  {
    bag: '@arlen/testing TestApp.as()',
    make: async o => {
      await using t = await testApp(app())
      t.as(1, o)
    },
    misspelled: 'cokies',
    meant: 'cookies',
    owner: 'visitor()',
  },
  { bag: '@arlen/release buildRelease()', make: o => buildRelease(o), misspelled: 'outdir', meant: 'outDir' },
  {
    bag: '@arlen/release archiveRelease()',
    make: o => archiveRelease('x', o),
    misspelled: 'keyfile',
    meant: 'keyFile',
  },
  { bag: '@arlen/release activateRelease()', make: o => activateRelease(o), misspelled: 'canry', meant: 'canary' },
  { bag: '@arlen/release rollbackRelease()', make: o => rollbackRelease(o), misspelled: 'relod', meant: 'reload' },
  { bag: '@arlen/release expandSchema()', make: o => expandSchema(o), misspelled: 'dryrun', meant: 'dryRun' },
  { bag: '@arlen/release contractRelease()', make: o => contractRelease(o), misspelled: 'dryrun', meant: 'dryRun' },
  {
    bag: '@arlen/release deployRelease()',
    make: o => deployRelease(o),
    misspelled: 'dryrun',
    meant: 'dryRun',
  },
  {
    bag: '@arlen/release rollbackHosts()',
    make: o => rollbackHosts(o),
    misspelled: 'dryrun',
    meant: 'dryRun',
  },
  {
    bag: '@arlen/release contractHosts()',
    make: o => contractHosts(o),
    misspelled: 'dryrun',
    meant: 'dryRun',
  },
  {
    bag: '@arlen/release initHosts()',
    make: o => initHosts(o),
    misspelled: 'dryrun',
    meant: 'dryRun',
  },
  {
    bag: '@arlen/release inspectHosts()',
    make: o => inspectHosts(o),
    misspelled: 'noderange',
    meant: 'nodeRange',
  },
  {
    bag: '@arlen/release statusOfHosts()',
    make: o => statusOfHosts(o),
    misspelled: 'onyl',
    meant: 'only',
  },
  {
    bag: '@arlen/release runOnHosts()',
    make: o => runOnHosts(o),
    misspelled: 'comand',
    meant: 'command',
  },
  {
    bag: '@arlen/release logsOfHosts()',
    make: o => logsOfHosts(o),
    misspelled: 'folow',
    meant: 'follow',
  },
  {
    bag: '@arlen/security expressRateLimit()',
    make: o => expressRateLimit(o),
    valid: { limit: 1, windowMs: 1000 },
    misspelled: 'deadlinMs',
    meant: 'deadlineMs',
    owner: 'rateLimit()',
  },
  {
    bag: '@arlen/security expressSecurityHeaders()',
    make: o => expressSecurityHeaders(o),
    misspelled: 'referrerPolicies',
    meant: 'referrerPolicy',
    owner: 'securityHeaders()',
  },
  {
    bag: '@arlen/session expressSession()',
    make: o => expressSession(o),
    valid: { secrets: [generateSecret()] },
    misspelled: 'idlMs',
    meant: 'idleMs',
  },
  {
    bag: '@arlen/session expressCsrf()',
    make: o => expressCsrf(o),
    misspelled: 'trustedOrigin',
    meant: 'trustedOrigins',
  },
  { bag: '@arlen/release pruneReleases()', make: o => pruneReleases(o), misspelled: 'kep', meant: 'keep' },
  {
    bag: '@arlen/boomhauer typecheck()',
    make: o => typecheck(o, new AbortController().signal),
    misspelled: 'rot',
    meant: 'root',
  },
  ...METHODS.map(
    (method): Row => ({
      bag: `@arlen/testing Visitor.${method}()`,
      make: o => withVisitor(visitor => visitor[method]('/', o)),
      misspelled: 'timeoutMS',
      meant: 'timeoutMs',
      owner: 'the request',
    }),
  ),
  {
    bag: '@arlen/testing Visitor.request()',
    make: o => withVisitor(visitor => visitor.request('GET', '/', o)),
    misspelled: 'jsn',
    meant: 'json',
    owner: 'the request',
  },
  {
    bag: '@arlen/testing Visitor.events()',
    make: o => withVisitor(visitor => visitor.events('/', o)),
    misspelled: 'heders',
    meant: 'headers',
    owner: 'the request',
  },
  {
    bag: '@arlen/testing Visitor.websocket()',
    make: o => withVisitor(visitor => visitor.websocket('/', o)),
    misspelled: 'protocol',
    meant: 'protocols',
    owner: 'websocket()',
  },
]
