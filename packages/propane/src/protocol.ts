import type { Identity } from './system/identities.ts'
import type { ProbeProtocol } from './worker/probe.ts'

/** The messages between primary and workers, and what both know about a worker. */

/** A distribution of request durations. */
export interface Latency {
  /** Answered requests by duration: one count for each of the buckets of `BOUNDS_MS`, and one for slower ones. */
  counts: readonly number[]
  /** The sum of these durations, in milliseconds. */
  sumMs: number
}

/** A worker's statistics, sent with every heartbeat. */
export interface WorkerStats {
  connections: number
  inFlight: number
  requests: number
  shed: number
  /** Resident set size in bytes. */
  memory: number
  /** Longest event-loop delay since the last heartbeat, in milliseconds. */
  eventLoopDelayMs: number
  /** How long its requests took; undefined before its first report. */
  latency?: Latency
  /** Its answers by the class of their status, 1xx to 5xx; undefined before its first report. */
  statuses?: readonly number[]
}

/** The options of a worker, passed as JSON in its environment. */
export interface WorkerOptions {
  app: string
  /** The title of the process. */
  title: string
  /** Arguments for the application. */
  args: readonly string[]
  /** Port of the public socket; 0 for a unix socket. */
  port: number
  /** The descriptor of the scoreboard and this worker's cell in it; undefined with a single worker. */
  scoreboard?: { fd: number; cell: number }
  /** The identity it takes before it loads any application code. */
  identity?: Identity
  /** Octal; undefined for propane's own. */
  umask?: string
  bootTimeoutMs: number
  drainTimeoutMs: number
  killTimeoutMs: number
  idleWindowMs: number
  heartbeatIntervalMs: number
  probe: ProbeProtocol
  probePath: string
  /** Whether the application calls `process.send('ready')` when it is ready. */
  waitReady: boolean
  /** Path that is answered with 503 when the worker is about to stop; empty for none. */
  readinessPath: string
  maxConnections: number
  maxInFlight: number
  maxEventLoopDelayMs: number
  retryAfterSeconds: number
  healthPaths: readonly string[]
  header?: string
}

/** Version of these messages: primary and worker may be of different releases during an upgrade. */
export const PROTOCOL = 1

/** The failure reason of a worker that found its port taken: another process listened there while it booted. */
export const SOCKET_TAKEN = 'its socket is taken'

/** Messages from a worker. */
export type FromWorker =
  /** Loaded, started and probed; waiting for the sockets. */
  | { type: 'ready'; bootMs: number; app: string }
  /** Accepts connections. */
  | { type: 'serving' }
  /** Still booting, and waiting for this. */
  | { type: 'waits'; for: string }
  /** Could not boot and exits. */
  | { type: 'failed'; reason: string; stack?: string }
  | { type: 'heartbeat'; stats: WorkerStats }
  /** Has paused accepting by closing its copies of the sockets, and needs new ones to resume. */
  | { type: 'spare' }
  /** Has stopped accepting permanently. */
  | { type: 'closed' }
  | { type: 'drained'; tookMs: number; cut: number }
  | { type: 'blocked'; forMs: number }
  /** Is close to its limit of open descriptors and has paused accepting. */
  | { type: 'descriptors'; limit: number }
  /** Wants a copy of the socket of a further port or path. */
  | { type: 'share'; request: number; path: string; mode: number; host: string; port: number; ipv6Only: boolean }
  /** The application has called `process.disconnect()`, so the worker will stop. */
  | { type: 'disconnects' }

/** Messages to a worker. `listen` and `spare` come with one socket each, number `index` of `of`. */
export type ToWorker =
  | { type: 'listen'; index: number; of: number; backlog: number }
  | { type: 'spare'; index: number; of: number; backlog: number }
  /** Answers `share`, with a socket or the code of the system's error. */
  | { type: 'shared'; request: number; code: string }
  | { type: 'pre_stop' }
  /** `last`: no other worker accepts after this one, so it must serve the queued connections. */
  | { type: 'drain'; graceMs: number; idleMs: number; last: boolean }

const FROM_WORKER: Readonly<Record<FromWorker['type'], readonly string[]>> = {
  ready: ['bootMs:number', 'app:string'],
  serving: [],
  waits: ['for:string'],
  failed: ['reason:string'],
  heartbeat: ['stats:object'],
  spare: [],
  closed: [],
  drained: ['tookMs:number', 'cut:number'],
  blocked: ['forMs:number'],
  descriptors: ['limit:number'],
  share: ['request:number', 'path:string', 'mode:number', 'host:string', 'port:number', 'ipv6Only:boolean'],
  disconnects: [],
}

const TO_WORKER: Readonly<Record<ToWorker['type'], readonly string[]>> = {
  listen: ['index:number', 'of:number', 'backlog:number'],
  spare: ['index:number', 'of:number', 'backlog:number'],
  shared: ['request:number', 'code:string'],
  pre_stop: [],
  drain: ['graceMs:number', 'idleMs:number', 'last:boolean'],
}

/** The message as sent, marked as ours because an application may also use `process.send`. */
export function envelope<M extends FromWorker | ToWorker>(message: M): { propane: number } & M {
  return { propane: PROTOCOL, ...message }
}

/** Parses a worker's message; undefined if it is not ours or is malformed. */
export function fromWorker(value: unknown): FromWorker | undefined {
  return check<FromWorker>(value, FROM_WORKER)
}

/** Parses the primary's message; undefined if it is not ours or is malformed. */
export function toWorker(value: unknown): ToWorker | undefined {
  return check<ToWorker>(value, TO_WORKER)
}

function check<M>(value: unknown, table: Readonly<Record<string, readonly string[]>>): M | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const message = value as Record<string, unknown>
  if (message.propane !== PROTOCOL || typeof message.type !== 'string' || !Object.hasOwn(table, message.type)) {
    return undefined
  }
  const sound = table[message.type]!.every(member => {
    const [name, type] = member.split(':') as [string, string]
    return typeof message[name] === type && message[name] !== null
  })
  return sound ? (message as M) : undefined
}
