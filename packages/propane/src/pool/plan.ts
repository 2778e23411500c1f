import path from 'node:path'
import type { Accessories } from '../accessories.ts'
import type { WorkerOptions } from '../protocol.ts'
import { type Release, resolveRelease } from '../release.ts'
import { fs } from '../system/builtins.ts'
import { workerTitle } from '../system/process-title.ts'
import { readEnvFile } from './env-file.ts'
import { limitOf } from './pool-settings.ts'

/** How the workers of one generation are started. Every reload makes a new plan. */
export interface Plan {
  /** The application as given, absolute. */
  app: string
  release: Release
  args: readonly string[]
  /** Port of the public socket; 0 for a unix socket. */
  port: number
  accessories: Accessories
  env: NodeJS.ProcessEnv
  cwd: string
}

export interface PlanSource {
  /** The application as given, absolute. */
  app: string
  /** Arguments for the application. */
  args: readonly string[]
  /** Port of the public socket; 0 for a unix socket. */
  port: number
  accessories: Accessories
  env: NodeJS.ProcessEnv
  /** Where propane was started. */
  cwd: string
}

/** Variables not passed to workers: systemd's for the primary, and propane's own. */
const PRIMARY_ONLY = /^(NOTIFY_SOCKET|WATCHDOG_(USEC|PID)|LISTEN_(FDS|PID|FDNAMES)|PROPANE_\w+)$/

/** Resolves the links and reads the env file. Throws app_not_found and env_file_unreadable. */
export function makePlan(source: PlanSource): Plan {
  const { accessories } = source
  const found = resolveRelease(source.app)
  const inherited = Object.entries(source.env).filter(([name]) => !PRIMARY_ONLY.test(name))
  const fromFile = accessories.envFile === '' ? {} : readEnvFile(path.resolve(source.cwd, accessories.envFile))
  const env = { ...Object.fromEntries(inherited), ...fromFile }
  const id = accessories.release || env.ARLEN_RELEASE || found.id
  return {
    app: source.app,
    release: { file: found.file, id },
    args: source.args,
    port: source.port,
    accessories,
    env,
    cwd: accessories.cwd === '' ? source.cwd : path.resolve(source.cwd, accessories.cwd),
  }
}

/** A worker's environment variables: its identity, and the public port (`PORT`) if there is one. */
export function workerEnv(plan: Plan, worker: { id: number; slot: number; generation: number }): NodeJS.ProcessEnv {
  return {
    ...plan.env,
    ...(plan.port > 0 && { PORT: String(plan.port) }),
    PROPANE_WORKER: String(worker.slot),
    PROPANE_WORKER_ID: String(worker.id),
    PROPANE_GENERATION: String(worker.generation),
    PROPANE_RELEASE: plan.release.id,
  }
}

export function workerOptions(plan: Plan, worker: { slot: number; generation: number }): WorkerOptions {
  const a = plan.accessories
  const header = `${worker.slot}; generation=${worker.generation}${plan.release.id && `; release=${plan.release.id}`}`
  return {
    app: plan.release.file,
    title: workerTitle(plan.app, worker.slot, worker.generation),
    args: plan.args,
    port: plan.port,
    bootTimeoutMs: limitOf(a.bootTimeoutMs),
    drainTimeoutMs: a.drainTimeoutMs,
    killTimeoutMs: a.killTimeoutMs,
    idleWindowMs: a.idleWindowMs,
    heartbeatIntervalMs: a.heartbeatIntervalMs,
    probe: a.probe,
    probePath: a.probePath,
    waitReady: a.waitReady,
    readinessPath: a.readinessPath,
    maxConnections: a.maxConnections,
    maxInFlight: a.maxInFlight,
    maxEventLoopDelayMs: a.maxEventLoopDelayMs,
    retryAfterSeconds: Math.ceil(a.retryAfterMs / 1000),
    healthPaths: a.healthPaths,
    ...(a.umask !== '' && { umask: a.umask }),
    ...(a.workerHeader && { header }),
  }
}

/** A working directory that exists; that of an old release may have been deleted. */
export function existingCwd(plan: Plan): string {
  return fs.existsSync(plan.cwd) ? plan.cwd : path.dirname(plan.release.file)
}
