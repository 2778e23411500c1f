import type { Server } from 'node:net'
import type { SourceLocation } from './stack.ts'

/** Where a server listens. */
export interface ListenOptions {
  /** TCP port; 0 lets the system choose. Default 3000. */
  port?: number
  /** Address to bind. Default `127.0.0.1`. */
  host?: string
  /** Path of a Unix socket, instead of `port` and `host`. */
  path?: string
  /** A file descriptor of a socket that is already bound and listening, as propane and systemd pass it. */
  fd?: number
  /** A listening server of node:net whose connections are served, instead of an address. */
  server?: Server
}

/** How a server closes. */
export interface CloseOptions {
  /** How long requests in flight may take, in milliseconds, before their connections are cut. Default 10,000. */
  graceMs?: number
}

/**
 * An application that propane and boomhauer can run: the default export of its module. `listen` resolves when it is ready,
 * `close` when the last response is sent and everything it owns is closed.
 */
export interface Servable {
  listen(options?: ListenOptions): Promise<{ address: string; port: number }>
  close(options?: CloseOptions): Promise<void>
}

/** When to reject requests, set by the process manager. */
export interface LoadRules {
  /** Requests in flight above which further ones get 503; 0 for no limit. */
  maxInFlight: number
  /** The `Retry-After` of those responses, in seconds. */
  retryAfterSeconds: number
  /** Paths that are served nevertheless, with everything below them. */
  healthPaths: readonly string[]
}

/** What an application tells a development server about itself, as JSON. */
export interface Inspection {
  routes: readonly InspectedRoute[]
  jobs: readonly InspectedJob[]
}

/** A route, in the order of registration. */
export interface InspectedRoute {
  methods: readonly string[]
  path: string
  name?: string
  /** Names of the guards, the outermost first. */
  guards: readonly string[]
  middleware: readonly string[]
  /** JSON Schemas of what is validated: `params`, `query`, `headers`, `body`. */
  schemas: Readonly<Record<string, object>>
  /** Where it was registered. */
  source?: SourceLocation
}

/** What runs again and again while the application runs. Times are milliseconds since 1970. */
export interface InspectedJob {
  name: string
  everyMs: number
  runs: number
  isRunning: boolean
  nextAt?: number
  last?: { startedAt: number; durationMs: number; failure?: string }
}

/**
 * Optional members of a {@link Servable} with which a process manager observes and controls it. It may have them itself, or
 * get them from {@link setControls}, which keeps them out of the users' way.
 */
export interface Controllable {
  /** Requests in flight now, and requests answered and rejected because of overload since the start. */
  stats?(): { inFlight: number; requests: number; shed?: number }
  /** Called before `listen`. */
  setLoadRules?(rules: LoadRules): void
  /** Sends 503 with `Retry-After` for everything but health routes while `on`. */
  overload?(on: boolean): void
  /** Fails readiness but keeps serving: the application is about to be closed. */
  preStop?(): void
  /** Measure the stages of each request. Called before `listen`, in development. */
  measureStages?(): void
  /** What the application is made of. */
  inspect?(): Promise<Inspection>
  /** Run a job now; rejects with its failure, or if there is none of that name. */
  runJob?(name: string): Promise<void>
  /** PostgreSQL's plan of a query, whose parameters stay open: it is not run. */
  explain?(sql: string): Promise<string>
}

const CONTROLS = Symbol.for('arlen.controls')

/** Gives an application its controls for the process manager, hidden from its users. */
export function setControls(app: Servable, controls: Controllable): void {
  Object.defineProperty(app, CONTROLS, { value: controls })
}

/** The controls of an application. */
export function controlsOf(app: Servable): Controllable {
  return (app as { [CONTROLS]?: Controllable })[CONTROLS] ?? (app as Controllable)
}

/** Whether a value is a {@link Servable}. */
export function isServable(value: unknown): value is Servable {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Servable).listen === 'function' &&
    typeof (value as Servable).close === 'function'
  )
}
