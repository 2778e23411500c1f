import type { Duplex } from 'node:stream'
import {
  type CloseOptions,
  type Controllable,
  type Handler,
  Lifecycle,
  type ListenOptions,
  type LoadRules,
  type Logger,
  type LoggerOption,
  type Middleware,
  type Resource,
  type Servable,
  setControls,
  toLogger,
  wrap,
} from '@arlen/core'
import { packageFolders } from '@arlen/core/call-site'
import type { ResolvedConfig } from '@arlen/core/config'
import { HEALTH_PATHS } from '@arlen/core/health-paths'
import { createLogger, type LogOptions } from '@arlen/core/logger'
import { evaluateNode } from '@arlen/core/node-version'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import {
  Context,
  type ContextConstructor,
  createServer,
  type Fetch,
  type HttpServer,
  type JsonOptions,
} from '@arlen/http'
import type { Pg } from '@arlen/pg'
import { answerUnmatched, Router, type RouterOptions } from '@arlen/router'
import { createPgSessionStore, type PgSessionStore } from '@arlen/session'
import { BuiltInRoutes } from '../built-in/built-in-routes.ts'
import { addCspReportRoute } from '../built-in/csp-report-route.ts'
import { Database } from '../built-in/database.ts'
import { Health } from '../built-in/health.ts'
import { addHealthRoutes } from '../built-in/health-routes.ts'
import { type AppMailer, createAppMailer } from '../built-in/mail.ts'
import { builtInMiddleware, csrfMiddleware } from '../built-in/middleware.ts'
import { staticFiles } from '../built-in/static-files.ts'
import { type TemplateOptions, Templates } from '../built-in/templates.ts'
import type { Config, ConfigInput } from '../config/config.ts'
import { httpLimits, proxyOptions } from '../config/http-options.ts'
import { environmentName, isProduction, loadConfig } from '../config/load-config.ts'
import { answerErrors, type ErrorHandler, errorResponder } from '../errors/error-responder.ts'
import { appError } from '../errors.ts'
import { logQueries } from '../logging/query-log.ts'
import { logRequests } from '../logging/request-log.ts'
import { addOpenApiRoutes } from '../openapi/document-routes.ts'
import { handlerProblem } from '../routing/controller.ts'
import { compileRoute, dispatcher } from '../routing/dispatch.ts'
import { ROUTE_OPTIONS } from '../routing/route-options.ts'
import { Routes } from '../routing/routes.ts'
import { contextClass } from './app-context.ts'
import { callerFolder } from './caller-folder.ts'
import { type Mount, type Plugin, Plugins } from './plugins.ts'
import { RecurringTask } from './recurring-task.ts'
import { unhandledRejections } from './unhandled-rejections.ts'

/** Options of {@link createApp}. The configuration files and the environment are read besides. */
export interface AppOptions {
  /** The application's folder, where `config/`, `templates/` and `public/` are. Default: that of the calling module. */
  root?: string
  /** Default: `ARLEN_ENV`, `NODE_ENV` or `development`. */
  environment?: string
  /** Stronger than the files of `config/`, weaker than the environment. */
  config?: ConfigInput
  /** A pino logger or one like it, `console`, or false for silence. Default: made from the configuration. */
  log?: LoggerOption | undefined
  /** What templates can call and see. */
  templates?: TemplateOptions
  /** What to make of slashes too many or too few. */
  slashes?: Pick<RouterOptions, 'trailingSlash' | 'duplicateSlashes'>
  /** The class of the contexts that handlers get, for members of your own: one that extends the Context of @arlen/http. */
  context?: ContextConstructor
  /** Lets a POST stand for PUT, PATCH or DELETE by `?_method=`, as forms need. Default false. */
  methodOverride?: boolean
  /** How JSON answers are written: `{ bigint: 'string' }` for BigInts, such as a `count(*)` of PostgreSQL. */
  json?: JsonOptions
}

const OWN_FOLDERS = packageFolders(import.meta.url)
const APP_OPTIONS: OptionTable<AppOptions> = {
  root: option.string,
  environment: option.text,
  config: option.object,
  log: option.any,
  templates: option.nested<TemplateOptions>({
    helpers: option.recordOf(option.func),
    contextHelpers: option.recordOf(option.func),
    locals: option.object,
  }),
  slashes: option.nested<NonNullable<AppOptions['slashes']>>({
    trailingSlash: option.any,
    duplicateSlashes: option.any,
  }),
  context: option.any,
  methodOverride: option.boolean,
  json: option.nested<JsonOptions>({ bigint: option.any }),
}

/** An application: routes, configuration, database, templates, and what it takes to serve them. */
export class App extends Routes implements Servable {
  readonly root: string
  readonly environment: string
  readonly config: Config
  /** Each setting of `config` with the layer that decided it; secrets are masked. */
  readonly settings: ResolvedConfig<Config>['settings']
  readonly log: Logger
  readonly health: Health = new Health()
  readonly router: Router<Handler<Context>>
  readonly #lifecycle = new Lifecycle()
  readonly #context: ContextConstructor
  readonly #templates: Templates
  readonly #plugins = new Plugins<App>(this)
  readonly #middleware: Middleware<Context>[] = []
  readonly #errorHandlers: ErrorHandler[] = []
  #notFound: Handler<Context> | undefined
  readonly #database: Database
  readonly #sessions: PgSessionStore | undefined
  #mail: AppMailer | undefined
  readonly #json: JsonOptions | undefined
  #server: HttpServer | undefined
  #started: Promise<void> | undefined
  #loadRules: LoadRules | undefined
  #handler: Handler<Context> | undefined

  constructor(options: AppOptions & { root: string }) {
    const router = new Router<Handler<Context>>({
      ...options.slashes,
      methodOverride: options.methodOverride ?? false,
      framework: { internals: OWN_FOLDERS, routeOptions: ROUTE_OPTIONS, checkValue: handlerProblem },
    })
    super(router as never)
    this.router = router
    this.root = options.root
    this.#json = options.json
    this.environment = options.environment ?? environmentName()
    const { config, settings, warnings } = loadConfig({
      root: this.root,
      environment: this.environment,
      ...(options.config && { overrides: options.config }),
    })
    this.config = config
    this.settings = settings
    this.log = toLogger(
      options.log === undefined ? createLogger(logOptions(this.config.log, this.environment)) : options.log,
    )
    for (const warning of warnings) this.log.warn(warning)
    this.#context = options.context ?? Context
    if (this.#context !== Context && !(this.#context.prototype instanceof Context)) throw appError('context_invalid')
    const { root, environment, isDevelopment, log } = this
    const urlFor = router.urlFor.bind(router)
    this.#templates = new Templates({ root, config, urlFor, log, isDevelopment }, options.templates ?? {})
    this.#database = new Database({ root, environment, config: this.config.db })
    setControls(this, this.#controls())
    this.#lifecycle.add(unhandledRejections(this.log))
    this.#lifecycle.add({ name: 'mail', stop: () => this.#mail?.close() })
    if (this.#database.isExpected) this.#useDatabase()
    const { session } = this.config
    if (session.enabled && session.store === 'database') this.#sessions = this.#keepSessions()
  }

  /** The application's database; see `db.url` of the configuration. */
  get db(): Pg {
    return this.#database.pg
  }

  /** Sends the application's mail, from the templates in `templates/mail`; see @arlen/mail and `mail` of the configuration. */
  get mail(): AppMailer {
    const { root, environment, config, log } = this
    const openViews = (layout: string) => this.#templates.openForMail(layout)
    this.#mail ??= createAppMailer({ root, environment, config, log, openViews })
    return this.#mail
  }

  get isDevelopment(): boolean {
    return this.environment === 'development'
  }

  /** Runs before the first request, in the order of registration. */
  onStart(name: string, start: NonNullable<Resource['start']>): this {
    this.#lifecycle.add({ name, start })
    return this
  }

  /** Runs after the last answer, in reverse order. */
  onStop(name: string, stop: NonNullable<Resource['stop']>): this {
    this.#lifecycle.add({ name, stop })
    return this
  }

  /**
   * Runs a task periodically while the application runs, such as removing expired rows: every `everyMs` milliseconds,
   * in each process on its own schedule. The task must tolerate that two processes run it at once.
   */
  every(name: string, everyMs: number, work: () => unknown): this {
    const recurring = new RecurringTask(name, everyMs, work, this.log)
    this.#lifecycle.add({ name, start: () => recurring.start(), stop: () => recurring.stop() })
    return this
  }

  /** Wraps every request, also those that no route answers, the first registered outermost. */
  use(...middleware: Middleware<Context>[]): this {
    if (this.router.frozen) throw appError('app_frozen', { what: 'use()' })
    for (const one of middleware) demandFunction('app.use()', one)
    this.#middleware.push(...middleware)
    return this
  }

  /**
   * Lets a plugin add to the application, or, mounted, only to the routes below a prefix.
   *
   * @throws ArlenError `plugin_duplicate`, `plugin_missing`, `plugin_mounted`
   */
  register(plugin: Plugin<App, undefined>): this
  register<Options>(plugin: Plugin<App, Options>, options: Options, mount?: Mount): this
  register(plugin: Plugin<App, unknown>, options?: unknown, mount?: Mount): this {
    this.#plugins.register(plugin, options, mount)
    return this
  }

  /** Asked about every error before the built-in answer, the last registered first. */
  onError(handler: ErrorHandler): this {
    demandFunction('app.onError()', handler)
    this.#errorHandlers.unshift(handler)
    return this
  }

  /** Answers what no route and no file does. */
  notFound(handler: Handler<Context>): this {
    demandFunction('app.notFound()', handler)
    this.#notFound = handler
    return this
  }

  /** The routes in the order of registration, as `arlen routes` lists them. */
  routes(): { method: string; path: string; name: string | undefined }[] {
    return this.router.routes.map(({ methods, path, name }) => ({ method: methods.join('|'), path, name }))
  }

  /** Ends registration and starts what the application owns, once until it is closed. Called by `listen` and `fetch`. */
  start(): Promise<void> {
    this.#started ??= this.#start().catch(error => {
      this.#started = undefined
      throw error
    })
    return this.#started
  }

  async #start(): Promise<void> {
    this.#compile()
    if (!this.isDevelopment) this.#templates.load()
    await this.#lifecycle.start()
  }

  /**
   * Answers a web Request as it would one that comes over a connection; see `HttpServer.fetch` of @arlen/http. The first
   * starts the application. Bound, so that other runtimes can serve it: `export default { fetch: app.fetch }`.
   */
  readonly fetch: Fetch = async (request, source) => {
    await this.start()
    return this.#serving().fetch(request, source)
  }

  /** Starts, then serves. Resolves when requests can come. */
  async listen(options: ListenOptions = {}): Promise<{ address: string; port: number }> {
    await this.start()
    const { http } = this.config
    const server = this.#serving()
    // What runs an application under rules of its own has judged Node.js itself, once for all its workers.
    if (this.#loadRules) server.setLoadRules(this.#loadRules)
    else this.#warnOfNode()
    const anywhere = options.fd === undefined && options.server === undefined && options.path === undefined
    return server.listen(anywhere ? { host: http.host, port: http.port, ...options } : options)
  }

  /**
   * Serves one connection that was accepted elsewhere: a socket, or one end of a pair of streams. `start()` comes first.
   */
  handleConnection(stream: Duplex): void {
    this.#serving().handleConnection(stream)
  }

  /** Stops taking requests, lets those in flight finish, then stops what the application owns. */
  async close(options: CloseOptions = {}): Promise<void> {
    readOptions('close()', options, { graceMs: option.limit })
    this.health.drain()
    try {
      await this.#server?.close(options)
    } finally {
      this.#started = undefined
      await this.#lifecycle.stop()
    }
  }

  /** For whatever runs the application, propane for one. */
  #controls(): Controllable {
    return {
      stats: () => this.#server?.stats() ?? { inFlight: 0, requests: 0, shed: 0 },
      setLoadRules: rules => {
        this.#loadRules = rules
      },
      overload: on => this.#server?.overload(on),
      preStop: () => this.health.drain(),
    }
  }

  #warnOfNode(): void {
    const found = isProduction(this.environment) ? evaluateNode(process.versions.node) : undefined
    if (found) this.log.warn(found.problem)
  }

  #compile(): Handler<Context> {
    if (this.#handler) return this.#handler
    const { config, router, log, isDevelopment } = this
    const routes = new BuiltInRoutes(this, new Set(router.routes.map(route => route.path)))
    addHealthRoutes(routes, this.health, config.health.trusted)
    addCspReportRoute(routes, config.security)
    addOpenApiRoutes(routes, { router, config, isDevelopment, log })
    const { checkResponses, performanceLogging } = config
    const check = checkResponses === 'auto' ? !isProduction(this.environment) : checkResponses
    const csrf = csrfMiddleware(this.config)
    this.router.freeze(route => compileRoute(route, { checkResponses: check, timings: performanceLogging, csrf }))
    const missing = this.#notFound ?? nothingHere
    const dispatch = dispatcher(this.router, staticFiles(this.root, config, isDevelopment)?.(missing) ?? missing)
    const builtIn = builtInMiddleware(this.config, this.root, this.#sessions)
    this.#handler = wrap(dispatch, [...builtIn, ...this.#middleware])
    return this.#handler
  }

  #serving(): HttpServer {
    this.#server ??= this.#createServer()
    return this.#server
  }

  #createServer(): HttpServer {
    const { http, performanceLogging, apiOnly } = this.config
    const answerError = errorResponder({ apiOnly, development: this.isDevelopment, pages: this.#templates })
    return createServer(this.#compile(), {
      context: contextClass(this.#context, {
        db: () => this.db,
        mail: () => this.mail,
        router: this.router,
        templates: this.#templates,
        answerError,
      }),
      log: this.log,
      ...(this.#json && { json: this.#json }),
      timings: performanceLogging,
      ...proxyOptions(http, this.isDevelopment),
      trustedOrigins: this.config.session.trustedOrigins,
      ...httpLimits(http),
      healthPaths: HEALTH_PATHS,
      onError: answerErrors(this.#errorHandlers, answerError),
      ...(this.config.log.requests && { onFinish: logRequests(this.log) }),
    })
  }

  #keepSessions(): PgSessionStore {
    const sessions = createPgSessionStore(() => this.db)
    this.every('removing expired sessions', 60 * 60_000, () => sessions.removeExpired())
    return sessions
  }

  #useDatabase(): void {
    const database = this.#database
    let stopLogging: (() => void) | undefined
    this.#lifecycle.add({
      name: 'query log',
      start: () => {
        stopLogging = logQueries(this.log)
      },
      stop: () => stopLogging?.(),
    })
    this.#lifecycle.add({ name: 'database', start: () => database.start(), stop: () => database.stop() })
    this.health.add('database', () => database.pg.ping())
  }
}

function logOptions({ level, format }: Config['log'], environment: string): LogOptions {
  return { level, format: format === 'auto' ? (environment === 'development' ? 'text' : 'json') : format }
}

function demandFunction(what: string, value: unknown): void {
  if (typeof value !== 'function') throw appError('function_expected', { what, actual: typeof value })
}

function nothingHere(c: Context): unknown {
  return answerUnmatched({ kind: 'miss' }, c)
}

/** Makes an application of the folder of the calling module, configured by its `config/` and the environment. */
export function createApp(options: AppOptions = {}): App {
  const read = readOptions('createApp()', options, APP_OPTIONS)
  return new App({ ...read, root: read.root ?? callerFolder(createApp) })
}
