import type { Duplex } from 'node:stream'
import {
  type CloseOptions,
  type Controllable,
  type Handler,
  Lifecycle,
  type ListenOptions,
  type LoadRules,
  type Logger,
  type Middleware,
  type Resource,
  type Servable,
  setControls,
} from '@arlen/core'
import { packageFolders } from '@arlen/core/call-site'
import type { ResolvedConfig } from '@arlen/core/config'
import { option, readOptions } from '@arlen/core/options'
import { Context, type ContextConstructor, type Fetch, type HttpServer, type JsonOptions } from '@arlen/http'
import type { Pg } from '@arlen/pg'
import { Router } from '@arlen/router'
import { createPgSessionStore, type PgSessionStore } from '@arlen/session'
import { Database } from '../built-in/database.ts'
import { addDatabase } from '../built-in/database-lifecycle.ts'
import { Health } from '../built-in/health.ts'
import { type AppMailer, createAppMailer } from '../built-in/mail.ts'
import { Templates } from '../built-in/templates.ts'
import type { Config } from '../config/config.ts'
import { environmentName, loadConfig } from '../config/load-config.ts'
import type { ErrorHandler } from '../errors/error-responder.ts'
import { appError } from '../errors.ts'
import { openLog } from '../logging/open-log.ts'
import { handlerProblem } from '../routing/controller.ts'
import { ROUTE_OPTIONS } from '../routing/route-options.ts'
import { Routes } from '../routing/routes.ts'
import { APP_OPTIONS, type AppOptions } from './app-options.ts'
import { createAppServer } from './app-server.ts'
import { callerFolder } from './caller-folder.ts'
import { compileHandler } from './compile-handler.ts'
import { type Mount, type Plugin, Plugins } from './plugins.ts'
import { RecurringTask } from './recurring-task.ts'
import { unhandledRejections } from './unhandled-rejections.ts'
import { warnOfNode } from './warn-of-node.ts'

const OWN_FOLDERS = packageFolders(import.meta.url)

/**
 * An application: routes, configuration, database, templates, and everything needed to serve them.
 *
 * It is one file because it is what users see of an application; the work is done in the files that it calls.
 */
export class App extends Routes implements Servable {
  readonly root: string
  readonly environment: string
  readonly config: Config
  /** Each setting of `config` with the layer that it comes from; secrets are masked. */
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
  readonly #jobs: RecurringTask[] = []
  /** A development server wants to know how long the stages of a request take. */
  #measuresStages = false
  #notFound: Handler<Context> | undefined
  readonly #database: Database
  readonly #sessions: PgSessionStore | undefined
  #mail: AppMailer | undefined
  readonly #json: JsonOptions | undefined
  #server: HttpServer | undefined
  #started: Promise<void> | undefined
  /** Everything that runs at the start has run. */
  #hasStarted = false
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
    this.log = openLog(options.log, config.log, this.environment)
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
    if (this.#database.isExpected) addDatabase(this.#database, this.#lifecycle, this.health, log)
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
    this.#demandNotStarted('onStart()')
    this.#lifecycle.add({ name, start })
    return this
  }

  /** Runs after the last response, in reverse order. */
  onStop(name: string, stop: NonNullable<Resource['stop']>): this {
    this.#demandNotStarted('onStop()')
    this.#lifecycle.add({ name, stop })
    return this
  }

  /**
   * Runs a task periodically while the application runs, such as removing expired rows: every `everyMs` milliseconds,
   * in each process on its own schedule. The task must tolerate that two processes run it at once.
   */
  every(name: string, everyMs: number, work: () => unknown): this {
    this.#demandNotStarted('every()')
    const recurring = new RecurringTask(name, everyMs, work, this.log)
    this.#jobs.push(recurring)
    this.#lifecycle.add({ name, start: () => recurring.start(), stop: () => recurring.stop() })
    return this
  }

  /** Wraps every request, including those that match no route. The first one registered is the outermost. */
  use(...middleware: Middleware<Context>[]): this {
    if (this.router.frozen) throw appError('app_frozen', { what: 'use()' })
    for (const one of middleware) demandFunction('app.use()', one)
    this.#middleware.push(...middleware)
    return this
  }

  /**
   * Lets a plugin extend the application or, if mounted, only the routes below a prefix.
   *
   * @throws ArlenError `plugin_duplicate`, `plugin_missing`, `plugin_mounted`
   */
  register(plugin: Plugin<App, undefined>): this
  register<Options>(plugin: Plugin<App, Options>, options: Options, mount?: Mount): this
  register(plugin: Plugin<App, unknown>, options?: unknown, mount?: Mount): this {
    this.#plugins.register(plugin, options, mount)
    return this
  }

  /** Handles every error before the built-in handler; the last one registered comes first. */
  onError(handler: ErrorHandler): this {
    demandFunction('app.onError()', handler)
    this.#errorHandlers.unshift(handler)
    return this
  }

  /** Handles requests that match neither a route nor a file. */
  notFound(handler: Handler<Context>): this {
    this.#demandNotStarted('notFound()')
    demandFunction('app.notFound()', handler)
    this.#notFound = handler
    return this
  }

  /** The routes in the order of registration, as `arlen routes` lists them. */
  routes(): { method: string; path: string; name: string | undefined }[] {
    return this.router.routes.map(({ methods, path, name }) => ({ method: methods.join('|'), path, name }))
  }

  /** Ends registration and starts the application's parts, once until it is closed. `listen` and `fetch` call it. */
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
    this.#hasStarted = true
  }

  /**
   * Answers a web Request like one on a connection; see `HttpServer.fetch` of @arlen/http. The first one starts the
   * application. It is bound, so that other runtimes can serve it: `export default { fetch: app.fetch }`.
   */
  readonly fetch: Fetch = async (request, source) => {
    await this.start()
    return this.#serving().fetch(request, source)
  }

  /** Starts, then serves. Resolves when requests are accepted. */
  async listen(options: ListenOptions = {}): Promise<{ address: string; port: number }> {
    await this.start()
    const { http } = this.config
    const server = this.#serving()
    // A process manager has already checked Node.js, once for all its workers.
    if (this.#loadRules) server.setLoadRules(this.#loadRules)
    else warnOfNode(this.environment, this.log)
    const anywhere = options.fd === undefined && options.server === undefined && options.path === undefined
    const { host = http.host, port = http.port } = options
    return server.listen(anywhere ? { ...options, host, port } : options)
  }

  /** Serves one connection that was accepted elsewhere: a socket, or one end of a pair of streams. Call `start()` first. */
  handleConnection(stream: Duplex): void {
    this.#serving().handleConnection(stream)
  }

  /** Stops accepting requests, lets those in flight finish, then stops the application's parts. */
  async close(options: CloseOptions = {}): Promise<void> {
    readOptions('close()', options, { graceMs: option.limit })
    this.health.drain()
    try {
      await this.#server?.close(options)
    } finally {
      this.#started = undefined
      this.#hasStarted = false
      await this.#lifecycle.stop()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** For the process manager, such as propane. */
  #controls(): Controllable {
    return {
      stats: () => this.#server?.stats() ?? { inFlight: 0, requests: 0, shed: 0 },
      setLoadRules: rules => {
        this.#loadRules = rules
      },
      overload: on => this.#server?.overload(on),
      preStop: () => this.health.drain(),
      measureStages: () => {
        this.#measuresStages = true
      },
      inspect: async () => {
        const { inspectRoutes } = await import('./inspection.ts')
        return { routes: inspectRoutes(this.router), jobs: this.#jobs.map(job => job.state) }
      },
      runJob: async name => {
        const job = this.#jobs.find(each => each.name === name)
        if (!job) throw appError('job_unknown', { name })
        await job.runNow()
      },
      explain: async sql => (await import('./inspection.ts')).explain(this.db, sql),
    }
  }

  /** What is registered later would silently not run. */
  #demandNotStarted(what: string): void {
    if (this.#hasStarted) throw appError('app_frozen', { what })
  }

  #compile(): Handler<Context> {
    this.#handler ??= compileHandler({
      root: this.root,
      environment: this.environment,
      config: this.config,
      timings: this.#measuresStages || this.config.performanceLogging,
      log: this.log,
      health: this.health,
      router: this.router,
      routes: this,
      middleware: this.#middleware,
      notFound: this.#notFound,
      sessions: this.#sessions,
    })
    return this.#handler
  }

  #serving(): HttpServer {
    this.#server ??= this.#createServer()
    return this.#server
  }

  #createServer(): HttpServer {
    return createAppServer(this.#compile(), {
      environment: this.environment,
      config: this.config,
      timings: this.config.performanceLogging || (this.#measuresStages && 'unsent'),
      log: this.log,
      json: this.#json,
      errorHandlers: this.#errorHandlers,
      context: this.#context,
      services: { db: () => this.db, mail: () => this.mail, router: this.router, templates: this.#templates },
    })
  }

  #keepSessions(): PgSessionStore {
    const sessions = createPgSessionStore(() => this.db)
    this.every('removing expired sessions', 60 * 60_000, () => sessions.removeExpired())
    return sessions
  }
}

function demandFunction(what: string, value: unknown): void {
  if (typeof value !== 'function') throw appError('function_expected', { what, actual: typeof value })
}

/**
 * Creates an application in the calling module's folder, configured by its `config/` and the environment.
 *
 * @throws ArlenError `option_unknown`, `option_invalid`, `logger_invalid`, `context_invalid`; for the configuration
 *   `config_invalid` with every problem at once, `config_unloadable`, `config_export_invalid`
 */
export function createApp(options: AppOptions = {}): App {
  const read = readOptions('createApp()', options, APP_OPTIONS)
  return new App({ ...read, root: read.root ?? callerFolder(createApp) })
}
