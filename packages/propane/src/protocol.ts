import type { Identity } from './system/identities.ts'

/** What primary and workers say to each other, and what both know of a worker. */

/** What a worker reports with every heartbeat. */
export interface WorkerStats {
  connections: number
  inFlight: number
  requests: number
  shed: number
  /** Resident set size, bytes. */
  memory: number
  /** Longest delay of the event loop since the last report, milliseconds. */
  eventLoopDelayMs: number
}

/** What the primary decided for a worker, passed in its environment as JSON. */
export interface WorkerOptions {
  app: string
  /** Arguments for the application. */
  args: readonly string[]
  /** Port of the public socket; 0 for a unix socket. */
  port: number
  /** What the balance is kept with: the descriptor of the scoreboard and this worker's cell; none for one worker. */
  scoreboard?: { fd: number; cell: number }
  /** Whom it becomes before it loads anything of the application. */
  identity?: Identity
  /** Octal; undefined for that of propane. */
  umask?: string
  bootTimeoutMs: number
  drainTimeoutMs: number
  idleWindowMs: number
  heartbeatIntervalMs: number
  probePath: string
  maxConnections: number
  maxInFlight: number
  maxEventLoopDelayMs: number
  retryAfterSeconds: number
  healthPaths: readonly string[]
  header?: string
}

/** Version of the messages between primary and worker: they may be of two releases while a primary is replaced. */
export const PROTOCOL = 1

/** The reason of a worker that found its socket taken: another process bound and listened while this one booted. */
export const SOCKET_TAKEN = 'its socket is taken'

/** What a worker says. */
export type FromWorker =
  /** Loaded, started and probed; waits for the sockets. */
  | { type: 'ready'; bootMs: number; app: string }
  /** Takes connections. */
  | { type: 'serving' }
  /** Still boots, and this is what it waits for. */
  | { type: 'waits'; for: string }
  /** Could not boot, and exits. */
  | { type: 'failed'; reason: string; stack?: string }
  | { type: 'heartbeat'; stats: WorkerStats }
  /** Has closed its copies of the sockets for a while and wants others, to go on with later. */
  | { type: 'spare' }
  /** Accepts no more, for good. */
  | { type: 'closed' }
  | { type: 'drained'; tookMs: number; cut: number }
  | { type: 'blocked'; forMs: number }
  /** Nearly all of its descriptors are open, so it has stopped accepting for now. */
  | { type: 'descriptors'; limit: number }
  /** The application has cut the channel to the primary, by `process.disconnect()`: the worker will stop. */
  | { type: 'disconnects' }

/** What a worker is told. `listen` and `spare` come with one socket each, `index` of `of`. */
export type ToWorker =
  | { type: 'listen'; index: number; of: number; backlog: number }
  | { type: 'spare'; index: number; of: number; backlog: number }
  | { type: 'pre_stop' }
  /** `last`: nobody accepts after this one, so what still queues is for it. */
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
  disconnects: [],
}

const TO_WORKER: Readonly<Record<ToWorker['type'], readonly string[]>> = {
  listen: ['index:number', 'of:number', 'backlog:number'],
  spare: ['index:number', 'of:number', 'backlog:number'],
  pre_stop: [],
  drain: ['graceMs:number', 'idleMs:number', 'last:boolean'],
}

/** The message as sent: an application may use `process.send` too, so ours are told apart. */
export function envelope<M extends FromWorker | ToWorker>(message: M): { propane: number } & M {
  return { propane: PROTOCOL, ...message }
}

/** The message of a worker, or undefined where it is none of ours or not as it should be. */
export function fromWorker(value: unknown): FromWorker | undefined {
  return check<FromWorker>(value, FROM_WORKER)
}

/** The message of the primary, or undefined where it is none of ours or not as it should be. */
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
