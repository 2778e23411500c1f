import { HEALTH_PATHS } from '@arlen/core/health-paths'
import type { ProbeProtocol } from '../worker/probe.ts'
import {
  address,
  count,
  duration,
  flag,
  integer,
  type Kind,
  mode,
  oneOf,
  orAuto,
  paths,
  period,
  size,
  text,
} from './kinds.ts'

/**
 * The settings of propane, its "accessories". Durations are milliseconds and sizes are bytes; strings such as `'30s'` and
 * `'512mb'` are accepted from every source. 0 turns a limit off.
 */
export interface Accessories {
  host: string
  port: number
  socketPath: string
  socketMode: string
  socketGroup: string
  listenBacklog: number
  workers: number | 'auto'
  bootTimeoutMs: number
  drainTimeoutMs: number
  killTimeoutMs: number
  idleWindowMs: number
  preStopDelayMs: number | 'auto'
  respawnDelayMs: number
  respawnDelayMaxMs: number
  crashLoopDeaths: number
  crashLoopWindowMs: number
  heartbeatIntervalMs: number
  heartbeatTimeoutMs: number
  maxRequests: number
  maxAgeMs: number
  maxMemory: number
  reloadOverlap: number
  probe: ProbeProtocol
  probePath: string
  waitReady: boolean
  readinessPath: string
  maxConnections: number
  maxInFlight: number
  maxEventLoopDelayMs: number
  retryAfterMs: number
  healthPaths: readonly string[]
  workerHeader: boolean
  pidFile: string
  controlSocket: string
  metrics: string
  logFormat: 'auto' | 'json' | 'text'
  logFile: string
  user: string
  group: string
  umask: string
  cwd: string
  envFile: string
  release: string
}

/** The name of a setting of propane. */
export type AccessoryName = keyof Accessories

/** The accessories as users write them, in any form that is accepted. */
export type AccessoryInput = { [Name in AccessoryName]?: Accessories[Name] | string | undefined }

export interface Accessory<T = unknown> {
  kind: Kind<T>
  default: T
  doc: string
  /** Whether a changed value takes effect only with a new primary; the others apply to workers started by a reload. */
  restart: boolean
}

function entry<T>(kind: Kind<T>, value: T, doc: string, restart = false): Accessory<T> {
  return { kind, default: value, doc, restart }
}

/** The table from which flags, environment variables, configuration keys, validation and documentation are derived. */
export const ACCESSORIES: { readonly [Name in AccessoryName]: Accessory<Accessories[Name]> } = {
  host: entry(text, '127.0.0.1', 'Address to listen on; `::` or `0.0.0.0` for all.', true),
  port: entry(integer(0, 65_535), 3000, 'TCP port; 0 lets the system choose.', true),
  socketPath: entry(text, '', 'Path of a unix socket to listen on, instead of host and port.', true),
  socketMode: entry(mode, '', 'Mode of the unix socket, such as `660`. Empty: by the umask.', true),
  socketGroup: entry(text, '', 'Group of the unix socket, by name or id.', true),
  listenBacklog: entry(
    integer(1, 65_535),
    511,
    'How many connections the kernel queues until a worker accepts them.',
    true,
  ),
  workers: entry(
    orAuto(integer(0, 1024)),
    'auto',
    'Number of worker processes. `auto`: as many as the CPU limit allows. 0: one process without a primary.',
  ),
  bootTimeoutMs: entry(duration, 30_000, 'How long a worker may take to become ready.'),
  drainTimeoutMs: entry(duration, 20_000, 'How long requests in flight may take to finish when their worker stops.'),
  killTimeoutMs: entry(duration, 5000, 'How long a worker may take to exit before it is sent SIGKILL.'),
  idleWindowMs: entry(
    duration,
    2000,
    'How long a draining worker keeps idle keep-alive connections open, so that requests already on their way are answered.',
  ),
  preStopDelayMs: entry(
    orAuto(duration),
    'auto',
    'How long to keep accepting after SIGTERM while readiness already fails. `auto`: 5 s in a container, otherwise 0.',
  ),
  respawnDelayMs: entry(
    duration,
    100,
    'Delay before a crashed worker is replaced; it doubles with each further crash.',
  ),
  respawnDelayMaxMs: entry(duration, 30_000, 'Longest delay before a crashed worker is replaced.'),
  crashLoopDeaths: entry(
    integer(1, 1000),
    5,
    'Number of workers that exit before they are ready, within the window, that counts as a crash loop.',
  ),
  crashLoopWindowMs: entry(duration, 60_000, 'Window for counting them.'),
  heartbeatIntervalMs: entry(period, 1000, 'How often a worker sends a heartbeat.'),
  heartbeatTimeoutMs: entry(
    duration,
    20_000,
    'How long a worker may miss heartbeats before it counts as hung and is replaced.',
  ),
  maxRequests: entry(
    count,
    0,
    'Number of requests after which a worker is recycled, plus up to a fifth so that workers do not recycle together.',
  ),
  maxAgeMs: entry(duration, 0, 'Age at which a worker is recycled, plus up to a fifth.'),
  maxMemory: entry(size, 0, 'Resident memory at which a worker is recycled, when three heartbeats in a row exceed it.'),
  reloadOverlap: entry(
    integer(1, 1024),
    1,
    'How many workers a reload starts at a time, once the first of the new generation is ready.',
  ),
  probe: entry(
    oneOf('auto', 'http', 'https', 'h2', 'h2c', 'off'),
    'auto',
    'Protocol of the request that a new worker must answer to count as ready. `auto`: that of its server. `off`: no request.',
  ),
  probePath: entry(
    text,
    '',
    'Path of this request, which must be answered with 2xx or 3xx; after a 503 it is sent again. Empty: any answer to `GET /`.',
  ),
  waitReady: entry(
    flag,
    false,
    "Wait until the application calls `process.send('ready')` before a worker counts as ready.",
  ),
  readinessPath: entry(
    text,
    '',
    'Path that propane itself answers with 503 during `preStopDelayMs`, for applications without a readiness of their own.',
  ),
  maxConnections: entry(count, 0, 'Number of open connections at which a worker stops accepting.'),
  maxInFlight: entry(count, 0, 'Number of requests in flight above which a worker answers further ones with 503.'),
  maxEventLoopDelayMs: entry(duration, 0, 'Event-loop delay above which a worker answers requests with 503.'),
  retryAfterMs: entry(duration, 1000, '`Retry-After` of these answers, rounded up to whole seconds.'),
  healthPaths: entry(
    paths,
    ['/health', ...HEALTH_PATHS],
    'Paths, including everything below them, that load shedding never refuses.',
  ),
  workerHeader: entry(
    flag,
    false,
    'Add `X-Propane-Worker` to responses: the worker, generation and release that answered.',
  ),
  pidFile: entry(text, '', 'File for the process id of the primary.', true),
  controlSocket: entry(
    text,
    'auto',
    'Unix socket for commands such as status and reload. `auto`: in the runtime directory. `off`: none.',
    true,
  ),
  metrics: entry(address, '', 'Address (`127.0.0.1:9464`) or unix socket path that serves Prometheus metrics.', true),
  logFormat: entry(
    oneOf('auto', 'json', 'text'),
    'auto',
    '`json`, `text`, or `auto`: text on a terminal, otherwise JSON lines.',
    true,
  ),
  logFile: entry(text, '', 'Log file, instead of standard output. SIGUSR1 reopens it.', true),
  user: entry(text, '', 'User, by name or id, that the workers run as.', true),
  group: entry(text, '', 'Group, by name or id, that the workers run as.', true),
  umask: entry(mode, '', 'Umask of the workers and of the unix socket, such as `027`. Empty: that of propane.'),
  cwd: entry(text, '', 'Working directory of the workers. Empty: that of propane.'),
  envFile: entry(text, '', 'File with NAME=value lines for the environment of the workers, reread on every reload.'),
  release: entry(
    text,
    '',
    'Release id of the workers. Empty: `ARLEN_RELEASE`, or the name of the folder that a symbolic link in the application path points to.',
  ),
}
