import { HEALTH_PATHS } from '@arlen/core'
import { isSetByOrchestrator, suggest } from '@arlen/core/options'
import { propaneError } from './errors.ts'
import { parseBytes, parseDuration } from './units.ts'

/**
 * The settings of propane, its "accessories". Durations are milliseconds and sizes bytes; strings such as `'30s'` and
 * `'512mb'` are understood wherever a setting comes from. 0 turns a limit off.
 */
export interface Accessories {
  host: string
  port: number
  socketPath: string
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
  probePath: string
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
  cwd: string
  envFile: string
  release: string
}

export type AccessoryName = keyof Accessories

/** What a user may write: each accessory in any form its kind understands. */
export type AccessoryInput = { [Name in AccessoryName]?: Accessories[Name] | string | undefined }

interface Kind<T> {
  /** What a value must be, as a problem says it: `must be …`. */
  expects: string
  parse(value: unknown): T | undefined
}

export interface Accessory<T = unknown> {
  kind: Kind<T>
  default: T
  doc: string
  /** Whether a changed value needs a new primary; the others count for workers started by the next reload. */
  restart: boolean
}

const text: Kind<string> = { expects: 'a text', parse: v => (typeof v === 'string' ? v : undefined) }
const count: Kind<number> = integer(0, 1_000_000_000)
const duration: Kind<number> = { expects: 'a duration such as 500, 500ms, 30s or 5m', parse: parseDuration }
/** A period: at least 10 ms, for nothing can be done all the time. */
const period: Kind<number> = {
  expects: 'a duration of 10ms or more',
  parse: v => {
    const ms = parseDuration(v)
    return ms !== undefined && ms >= 10 ? ms : undefined
  },
}
const size: Kind<number> = { expects: 'a size such as 512mb or 1.5gb', parse: parseBytes }
const flag: Kind<boolean> = {
  expects: 'true or false',
  parse: v =>
    v === true || v === 'true' || v === '1' ? true : v === false || v === 'false' || v === '0' ? false : undefined,
}
const paths: Kind<readonly string[]> = {
  expects: 'a list of paths such as /health/live,/health/ready',
  parse: v => {
    const list = typeof v === 'string' ? v.split(',').filter(Boolean) : v
    return Array.isArray(list) && list.every(path => typeof path === 'string' && path.startsWith('/'))
      ? list
      : undefined
  },
}

/** A port alone is one of the loopback interface. */
const METRICS_ADDRESS = /^$|\/|^(?:[\w.-]+:|\[[\da-f:]+\]:)?\d{1,5}$/i
const address: Kind<string> = {
  expects: 'an address such as 127.0.0.1:9464, or the path of a unix socket',
  parse: v => (typeof v === 'string' && METRICS_ADDRESS.test(v) ? v : undefined),
}

function integer(min: number, max: number): Kind<number> {
  return {
    expects: `a whole number from ${min} to ${max}`,
    parse: v => {
      const n = typeof v === 'string' && /^\d+$/.test(v.trim()) ? Number(v) : v
      return Number.isInteger(n) && (n as number) >= min && (n as number) <= max ? (n as number) : undefined
    },
  }
}

function oneOf<const T extends string>(...values: readonly T[]): Kind<T> {
  return { expects: values.join(', '), parse: v => values.find(value => value === v) }
}

function orAuto(kind: Kind<number>): Kind<number | 'auto'> {
  return { expects: `auto or ${kind.expects}`, parse: v => (v === 'auto' ? 'auto' : kind.parse(v)) }
}

function entry<T>(kind: Kind<T>, value: T, doc: string, restart = false): Accessory<T> {
  return { kind, default: value, doc, restart }
}

/** The one table: flag, environment variable, configuration key, validator and documentation all come from it. */
export const ACCESSORIES: { readonly [Name in AccessoryName]: Accessory<Accessories[Name]> } = {
  host: entry(text, '127.0.0.1', 'Address to listen on; `::` or `0.0.0.0` for all.', true),
  port: entry(integer(0, 65_535), 3000, 'TCP port; 0 lets the system choose.', true),
  socketPath: entry(text, '', 'Path of a unix socket to listen on, instead of host and port.', true),
  listenBacklog: entry(integer(1, 65_535), 511, 'Connections the kernel queues while no worker takes them.', true),
  workers: entry(
    orAuto(integer(0, 1024)),
    'auto',
    'Worker processes. `auto`: as many as the CPU limit allows. 0: one process, no primary.',
  ),
  bootTimeoutMs: entry(duration, 30_000, 'How long a worker may take until it is ready.'),
  drainTimeoutMs: entry(duration, 20_000, 'How long requests in flight may still take once their worker is to go.'),
  killTimeoutMs: entry(duration, 5000, 'How long a worker that should be gone may still take before SIGKILL.'),
  idleWindowMs: entry(
    duration,
    2000,
    'How long a draining worker keeps idle keep-alive connections open, so that a request under way is still answered.',
  ),
  preStopDelayMs: entry(
    orAuto(duration),
    'auto',
    'How long to go on accepting after TERM while readiness already fails. `auto`: 5 s in a container, else 0.',
  ),
  respawnDelayMs: entry(
    duration,
    100,
    'Delay before a worker that died is replaced; doubles with every further death.',
  ),
  respawnDelayMaxMs: entry(duration, 30_000, 'Longest delay before a worker that died is replaced.'),
  crashLoopDeaths: entry(integer(1, 1000), 5, 'Deaths before ready, within the window, that make a crash loop.'),
  crashLoopWindowMs: entry(duration, 60_000, 'Window in which those deaths are counted.'),
  heartbeatIntervalMs: entry(period, 1000, 'How often a worker reports.'),
  heartbeatTimeoutMs: entry(duration, 20_000, 'Silence of a worker after which it is taken for hung and replaced.'),
  maxRequests: entry(count, 0, 'Requests after which a worker is recycled, spread by up to a fifth.'),
  maxAgeMs: entry(duration, 0, 'Age at which a worker is recycled, spread by up to a fifth.'),
  maxMemory: entry(size, 0, 'Resident memory of a worker above which, three reports in a row, it is recycled.'),
  reloadOverlap: entry(
    integer(1, 1024),
    1,
    'Workers a reload starts at once after the first of the new generation is ready.',
  ),
  probePath: entry(
    text,
    '',
    'Path a new worker must answer with 2xx or 3xx before it counts as ready. Empty: any answer to `GET /`.',
  ),
  maxConnections: entry(count, 0, 'Open connections at which a worker stops accepting.'),
  maxInFlight: entry(count, 0, 'Requests in flight in a worker above which further ones are answered 503.'),
  maxEventLoopDelayMs: entry(duration, 0, 'Delay of the event loop above which a worker answers 503.'),
  retryAfterMs: entry(duration, 1000, 'What those answers say in `Retry-After`, rounded up to seconds.'),
  healthPaths: entry(
    paths,
    ['/health', ...HEALTH_PATHS],
    'Paths, with everything below them, that are never answered 503 by load shedding.',
  ),
  workerHeader: entry(flag, false, 'Say in `X-Propane-Worker` which worker, generation and release answered.'),
  pidFile: entry(text, '', 'File to hold the process id of the primary.', true),
  controlSocket: entry(
    text,
    'auto',
    'Unix socket for status, reload and the other commands. `auto`: in the runtime folder. `off`: none.',
    true,
  ),
  metrics: entry(address, '', 'Address (`127.0.0.1:9464`) or unix socket path for Prometheus metrics.', true),
  logFormat: entry(oneOf('auto', 'json', 'text'), 'auto', '`auto`: text on a terminal, else JSON lines.', true),
  logFile: entry(text, '', 'File for the log instead of standard output; USR1 opens it again.', true),
  user: entry(text, '', 'User, name or id, the workers run as.', true),
  group: entry(text, '', 'Group, name or id, the workers run as.', true),
  cwd: entry(text, '', 'Working directory of the workers. Empty: where propane was started.'),
  envFile: entry(text, '', 'File of NAME=value lines for the workers, read again on every reload.'),
  release: entry(
    text,
    '',
    'Release id of the workers. Empty: ARLEN_RELEASE, or the name of the folder that a symbolic link in the path of the application leads to.',
  ),
}

const NAMES = Object.keys(ACCESSORIES) as AccessoryName[]

/** The flag of an accessory: `bootTimeoutMs` as `--boot-timeout`, since a flag names its unit in its value (`30s`). */
export function flagOf(name: string): string {
  return `--${withoutUnit(name).replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`
}

/** The environment variable of an accessory: `bootTimeoutMs` as `ARLEN_PROPANE_BOOT_TIMEOUT`. */
export function variableOf(name: string): string {
  return `ARLEN_PROPANE_${withoutUnit(name)
    .replace(/[A-Z]/g, letter => `_${letter}`)
    .toUpperCase()}`
}

function withoutUnit(name: string): string {
  return name.replace(/Ms$/, '')
}

/** The accessories that `ARLEN_PROPANE_*` variables set. */
export function accessoriesFromEnv(env: NodeJS.ProcessEnv): AccessoryInput {
  const found: AccessoryInput = {}
  for (const name of NAMES) {
    const value = env[variableOf(name)]
    if (value !== undefined && !isSetByOrchestrator(variableOf(name), value)) found[name] = value
  }
  return found
}

/**
 * Merges the sources, the later ones outranking the earlier, over the defaults.
 *
 * @throws settings_invalid with every problem listed at once.
 */
export function resolveAccessories(...sources: readonly Readonly<Record<string, unknown>>[]): Accessories {
  const problems: string[] = []
  const values: Record<string, unknown> = {}
  for (const name of NAMES) values[name] = ACCESSORIES[name].default
  for (const source of sources) {
    for (const [name, value] of Object.entries(source)) {
      if (value === undefined) continue
      if (!Object.hasOwn(ACCESSORIES, name)) {
        const meant = suggest(name, NAMES)
        problems.push(`${name}: there is no such accessory${meant === undefined ? '' : `; did you mean ${meant}?`}`)
        continue
      }
      const accessory: Accessory = ACCESSORIES[name as AccessoryName]
      const parsed = accessory.kind.parse(value)
      if (parsed === undefined)
        problems.push(`${name}: must be ${accessory.kind.expects}, not ${JSON.stringify(value)}`)
      else values[name] = parsed
    }
  }
  const { heartbeatIntervalMs, heartbeatTimeoutMs } = values as unknown as Accessories
  if (heartbeatTimeoutMs > 0 && heartbeatTimeoutMs <= heartbeatIntervalMs) {
    problems.push(`heartbeatTimeoutMs: must be longer than heartbeatIntervalMs (${heartbeatIntervalMs} ms), or 0`)
  }
  if (problems.length > 0) {
    throw propaneError('settings_invalid', { count: problems.length, problems: problems.map(p => `- ${p}`).join('\n') })
  }
  return values as unknown as Accessories
}

/** Names whose values differ, split by whether the running primary can take the new value. */
export function changedAccessories(
  before: Accessories,
  after: Accessories,
): { applied: AccessoryName[]; needRestart: AccessoryName[] } {
  const changed = NAMES.filter(name => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
  return {
    applied: changed.filter(name => !ACCESSORIES[name].restart),
    needRestart: changed.filter(name => ACCESSORIES[name].restart),
  }
}
