import { type OptionRule, option } from '@arlen/core/options'

/** What a limit counts. */
export type LimitUnit = 'bytes' | 'count' | 'ms' | 'bytes/s'

/** One limit of the engine: everything that options, the configuration of applications and the docs say about it. */
export interface LimitSetting {
  readonly unit: LimitUnit
  readonly default: number
  /** The lowest value that makes sense. */
  readonly min: number
  /** Whether 0 means no limit. */
  readonly zeroIsNone?: boolean
  /** What is limited, and what happens to a request that exceeds it. */
  readonly description: string
}

/**
 * Every limit and time-out of the engine. The options of `serve()` and `createServer()`, the `http.*` settings of an
 * application and the tables in the docs are all derived from this table.
 */
export const LIMITS = {
  maxRequestLineBytes: {
    unit: 'bytes',
    default: 4096,
    min: 1,
    description: 'Longest request line, without its line break; else 414',
  },
  maxHeaderBytes: { unit: 'bytes', default: 32_768, min: 1, description: 'All header fields together; else 431' },
  maxHeaderFields: { unit: 'count', default: 100, min: 1, description: 'Header fields of a request; else 431' },
  maxBodyBytes: {
    unit: 'bytes',
    default: 1_048_576,
    min: 0,
    description: 'Largest request body, as received and again as decompressed; else 413',
  },
  maxPairs: {
    unit: 'count',
    default: 1000,
    min: 0,
    description: 'Name-value pairs in a query (else 400) or in a form without files (else 413)',
  },
  maxJsonValues: {
    unit: 'count',
    default: 10_000,
    min: 1,
    description: 'Values in a JSON body, including arrays and objects; else 413',
  },
  maxJsonDepth: { unit: 'count', default: 100, min: 1, description: 'Levels of nesting in a JSON body; else 413' },
  maxChunkExtensionBytes: {
    unit: 'bytes',
    default: 4096,
    min: 0,
    description: 'All chunk extensions of a body together; else 400',
  },
  maxTrailerBytes: {
    unit: 'bytes',
    default: 8192,
    min: 0,
    description: 'All trailer fields of a body together; else 431',
  },
  maxDiscardedBytes: {
    unit: 'bytes',
    default: 65_536,
    min: 0,
    description: 'How much of an unread body is read and discarded to keep the connection open',
  },
  maxConnections: { unit: 'count', default: 20_000, min: 1, description: 'Connections served at once, per process' },
  maxWaitingConnections: {
    unit: 'count',
    default: 1000,
    min: 0,
    description: 'Connections beyond those that may wait, accepted but not read; further ones get 503',
  },
  maxRequestsInFlight: {
    unit: 'count',
    default: 0,
    min: 0,
    zeroIsNone: true,
    description: 'Requests handled at once, per process; further ones, except health checks, get 503. 0: no limit',
  },
  maxRequestsPerConnection: {
    unit: 'count',
    default: 0,
    min: 0,
    zeroIsNone: true,
    description: 'Requests on a connection before it is closed. 0: no limit',
  },
  headerTimeoutMs: {
    unit: 'ms',
    default: 10_000,
    min: 1,
    description: 'How long the head of a request may take, from the connect or its first byte; else 408',
  },
  bodyTimeoutMs: {
    unit: 'ms',
    default: 30_000,
    min: 1,
    description: 'Longest pause between two reads of a body; else 408',
  },
  minBodyBytesPerSecond: {
    unit: 'bytes/s',
    default: 500,
    min: 0,
    zeroIsNone: true,
    description: 'Average rate of a body once bodyTimeoutMs has passed; else 408. 0: no limit',
  },
  handlerTimeoutMs: {
    unit: 'ms',
    default: 30_000,
    min: 1,
    description: 'How long a handler may take to begin its response; else 503',
  },
  writeTimeoutMs: {
    unit: 'ms',
    default: 30_000,
    min: 1,
    description: 'How long a client may read none of its response before the connection is cut',
  },
  keepAliveTimeoutMs: {
    unit: 'ms',
    default: 72_000,
    min: 1,
    description: 'How long a connection may be idle between two requests; more than the 60 s of load balancers',
  },
  lingerTimeoutMs: {
    unit: 'ms',
    default: 2000,
    min: 0,
    description: 'How long to keep reading after the last response, so that the client can receive it',
  },
  drainTimeoutMs: {
    unit: 'ms',
    default: 2000,
    min: 0,
    description: 'How long a closing server keeps idle connections open for a request already on its way',
  },
} as const

/** The name of a limit: `maxBodyBytes`, `handlerTimeoutMs`. */
export type LimitName = keyof typeof LIMITS

/** The limits and time-outs of a server: bytes, counts, and milliseconds for those that end in `Ms`; see {@link LIMITS}. */
export type Limits = { [Name in LimitName]: number }

/** The names of the durations. */
export type TimeoutName = Extract<LimitName, `${string}TimeoutMs`>

const ENTRIES = Object.entries(LIMITS) as [LimitName, LimitSetting][]

export const TIMEOUT_NAMES: readonly TimeoutName[] = ENTRIES.flatMap(([name, { unit }]) =>
  unit === 'ms' ? [name as TimeoutName] : [],
)

/** A rule for each limit: a number that is not below its minimum; `Infinity` lifts a limit. */
export const LIMIT_RULES: Readonly<Record<LimitName, OptionRule>> = Object.fromEntries(
  ENTRIES.map(([name, { min }]) => [name, ruleFor(min)]),
) as Record<LimitName, OptionRule>

/** The limits as the engine compares with them: no limit is `Infinity`. */
export function resolveLimits(given: Readonly<Partial<Limits>> = {}): Limits {
  const limits = ENTRIES.map(([name, setting]) => {
    const value = given[name] ?? setting.default
    return [name, value === 0 && setting.zeroIsNone ? withoutLimit(setting) : value]
  })
  return Object.fromEntries(limits) as Limits
}

/** Minimums are lifted by 0, maximums by `Infinity`. */
function withoutLimit({ unit }: LimitSetting): number {
  return unit === 'bytes/s' ? 0 : Number.POSITIVE_INFINITY
}

function ruleFor(min: number): OptionRule {
  const rule = option.number(min)
  return { ...rule, accepts: value => value === Number.POSITIVE_INFINITY || rule.accepts(value) }
}
