/**
 * The counting algorithms. Each keeps at most three numbers per key, in columns: columns of a table in which every key
 * has a row. All are pure functions of (row, cost, now). Time is in milliseconds of the table's clock.
 */
export interface Columns {
  readonly a: Float64Array
  readonly b: Float64Array
  readonly c: Float64Array
}

export interface RateRule {
  /** Requests per window; for the token bucket, tokens refilled per window. */
  readonly limit: number
  readonly windowMs: number
  /** Token bucket only: its capacity. Default `limit`. */
  readonly burst?: number | undefined
}

export interface RateAlgorithm {
  /** Number of columns used. */
  readonly columns: 1 | 2 | 3
  /**
   * Counts `cost` and returns true, or counts nothing and returns false. An empty row is all zeros. A negative cost is
   * a refund, down to zero.
   */
  take(columns: Columns, row: number, cost: number, now: number): boolean
  /** Whether a request of cost 1 would be rejected. */
  isBlocked(columns: Columns, row: number, now: number): boolean
  /** When the row becomes equivalent to an empty one. */
  expiresAt(columns: Columns, row: number): number
  /** The remaining quota. */
  remaining(columns: Columns, row: number, now: number): number
  /** Milliseconds until the whole quota is available. */
  resetMs(columns: Columns, row: number, now: number): number
  /** Milliseconds until `cost` fits; 0 if it fits now. */
  retryAfterMs(columns: Columns, row: number, cost: number, now: number): number
}

/** How requests are counted. */
export type RateAlgorithmName = 'fixed-window' | 'sliding-window' | 'token-bucket'

export function rateAlgorithm(name: RateAlgorithmName, rule: RateRule): RateAlgorithm {
  if (name === 'fixed-window') return fixedWindow(rule)
  return name === 'sliding-window' ? slidingWindow(rule) : tokenBucket(rule)
}

/**
 * `limit` per window; a window begins with its first request. Cheapest, but two bursts may meet at a window boundary.
 */
function fixedWindow({ limit, windowMs }: RateRule): RateAlgorithm {
  // a: end of the window; b: count
  const used = (columns: Columns, row: number, now: number) => (columns.a[row]! > now ? columns.b[row]! : 0)
  return {
    columns: 2,
    take(columns, row, cost, now) {
      const count = Math.max(0, used(columns, row, now) + cost)
      if (count > limit) return false
      if (columns.a[row]! <= now) columns.a[row] = now + windowMs
      columns.b[row] = count
      return true
    },
    isBlocked: (columns, row, now) => used(columns, row, now) + 1 > limit,
    expiresAt: (columns, row) => columns.a[row]!,
    remaining: (columns, row, now) => limit - used(columns, row, now),
    resetMs: (columns, row, now) => Math.max(0, columns.a[row]! - now),
    retryAfterMs: (columns, row, cost, now) =>
      used(columns, row, now) + cost > limit ? (cost > limit ? windowMs : columns.a[row]! - now) : 0,
  }
}

/**
 * `limit` in any window, estimated from two fixed windows: the previous count is weighted by its overlap. The default:
 * nearly exact, with no burst at the boundary.
 */
function slidingWindow({ limit, windowMs }: RateRule): RateAlgorithm {
  // a: start of the current window; b: count of the one before; c: count of the current one
  const used = (columns: Columns, row: number, now: number) => {
    const age = now - columns.a[row]!
    if (age < windowMs) return columns.b[row]! * (1 - age / windowMs) + columns.c[row]!
    return age < 2 * windowMs ? columns.c[row]! * (2 - age / windowMs) : 0
  }
  return {
    columns: 3,
    take(columns, row, cost, now) {
      if (used(columns, row, now) + cost > limit) return false
      const start = now - (now % windowMs)
      const before = columns.a[row]!
      if (start !== before) {
        columns.b[row] = start - before === windowMs ? columns.c[row]! : 0
        columns.c[row] = 0
        columns.a[row] = start
      }
      columns.c[row] = Math.max(0, columns.c[row]! + cost)
      return true
    },
    isBlocked: (columns, row, now) => used(columns, row, now) + 1 > limit,
    expiresAt: (columns, row) => (columns.b[row] === 0 && columns.c[row] === 0 ? 0 : columns.a[row]! + 2 * windowMs),
    remaining: (columns, row, now) => Math.max(0, Math.floor(limit - used(columns, row, now))),
    resetMs: (columns, row, now) => Math.max(0, columns.a[row]! + 2 * windowMs - now),
    retryAfterMs(columns, row, cost, now) {
      if (used(columns, row, now) + cost <= limit) return 0
      if (cost > limit) return 2 * windowMs
      const start = columns.a[row]!
      const [previous, current] = [columns.b[row]!, columns.c[row]!]
      // The previous count decays in this window; if that is not enough, this count decays in the next.
      const room = limit - cost
      if (current <= room) return start + windowMs * (1 - (room - current) / previous) - now
      return start + windowMs * (2 - room / current) - now
    },
  }
}

/**
 * A bucket of `burst` tokens that is refilled with `limit` per window, stored as the single time at which it will be
 * full (GCRA, the generic cell rate algorithm of the ATM Forum's traffic management).
 */
function tokenBucket({ limit, windowMs, burst = limit }: RateRule): RateAlgorithm {
  // a: when the bucket is full
  const interval = windowMs / limit
  const capacityMs = burst * interval
  const missingMs = (columns: Columns, row: number, now: number) => Math.max(0, columns.a[row]! - now)
  return {
    columns: 1,
    take(columns, row, cost, now) {
      const missing = Math.max(0, missingMs(columns, row, now) + cost * interval)
      if (missing > capacityMs + ROUNDING_MS) return false
      columns.a[row] = now + missing
      return true
    },
    isBlocked: (columns, row, now) => missingMs(columns, row, now) + interval > capacityMs + ROUNDING_MS,
    expiresAt: (columns, row) => columns.a[row]!,
    remaining: (columns, row, now) =>
      Math.max(0, Math.floor((capacityMs - missingMs(columns, row, now) + ROUNDING_MS) / interval)),
    resetMs: missingMs,
    retryAfterMs: (columns, row, cost, now) =>
      Math.max(0, Math.min(missingMs(columns, row, now) + cost * interval, capacityMs + cost * interval) - capacityMs),
  }
}

/** Rounding errors of intervals such as 1000/3 ms must not cost a token. */
const ROUNDING_MS = 1e-6
