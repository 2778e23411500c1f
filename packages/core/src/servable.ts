import type { Server } from 'node:net'

/** Where a server listens. */
export interface ListenOptions {
  /** TCP port; 0 lets the system choose. Default 3000. */
  port?: number
  /** Address to bind. Default `127.0.0.1`. */
  host?: string
  /** Path of a unix socket, instead of `port` and `host`. */
  path?: string
  /** A file descriptor of a socket that is already bound and listening, as propane and systemd hand over. */
  fd?: number
  /** A listening server of node:net whose connections are served, instead of an address of its own. */
  server?: Server
}

/** How a server closes. */
export interface CloseOptions {
  /** How long requests in flight may still take, in milliseconds, before their connections are cut. Default 10,000. */
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

/** When to refuse requests, as whatever runs an application was told. */
export interface LoadRules {
  /** Requests in flight above which further ones are answered 503; 0 for as many as come. */
  maxInFlight: number
  /** What those answers say in `Retry-After`, in seconds. */
  retryAfterSeconds: number
  /** Paths that are answered nevertheless, and all below them. */
  healthPaths: readonly string[]
}

/**
 * What a {@link Servable} may have besides, for whatever runs it to see and control it. All optional. It may have them
 * itself, or be given them by {@link setControls}, so that they are in nobody's way.
 */
export interface Controllable {
  /** Requests in flight now, and requests answered and refused for overload since the start. */
  stats?(): { inFlight: number; requests: number; shed?: number }
  /** Called before `listen`. */
  setLoadRules?(rules: LoadRules): void
  /** Answer 503 with `Retry-After` to all but health routes while `on`. */
  overload?(on: boolean): void
  /** Fail readiness, go on serving: the application is going to be closed. */
  preStop?(): void
}

const CONTROLS = Symbol.for('arlen.controls')

/** Gives an application what is for whatever runs it, and not for those who use it. */
export function setControls(app: Servable, controls: Controllable): void {
  Object.defineProperty(app, CONTROLS, { value: controls })
}

/** What whatever runs an application can see and control of it. */
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
