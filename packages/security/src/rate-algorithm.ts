/**
 * How requests are counted. Each algorithm keeps at most three numbers for a key, in lanes: columns of a table whose row
 * is the key's. All are pure functions of (row, cost, now); time is milliseconds of whatever clock the table lives by.
 */
export interface Lanes {
  readonly a: Float64Array
  readonly b: Float64Array
  readonly c: Float64Array
}

export interface RateRule {
  /** Requests in one window; for the token bucket the tokens that flow back in one window. */
  readonly limit: number
  readonly windowMs: number
  /** Token bucket only: what it holds. Default `limit`. */
  readonly burst?: number | undefined
}

export interface RateAlgorithm {
  /** How many of the lanes it uses. */
  readonly lanes: 1 | 2 | 3
  /**
   * Counts `cost` and returns true, or returns false and counts nothing. An empty row is all zeros. A negative cost gives
   * back what was counted, to zero at most.
   */
  take(lanes: Lanes, row: number, cost: number, now: number): boolean
  /** Whether a request of cost 1 would be refused now. */
  isBlocked(lanes: Lanes, row: number, now: number): boolean
  /** From when on the row says no more than an empty one. */
  expiresAt(lanes: Lanes, row: number): number
  /** How much is left. */
  remaining(lanes: Lanes, row: number, now: number): number
  /** Milliseconds until everything is left again. */
  resetMs(lanes: Lanes, row: number, now: number): number
  /** Milliseconds until `cost` fits; 0 where it fits now. */
  retryAfterMs(lanes: Lanes, row: number, cost: number, now: number): number
}

export type RateAlgorithmName = 'fixed-window' | 'sliding-window' | 'token-bucket'

export function rateAlgorithm(name: RateAlgorithmName, rule: RateRule): RateAlgorithm {
  if (name === 'fixed-window') return fixedWindow(rule)
  return name === 'sliding-window' ? slidingWindow(rule) : tokenBucket(rule)
}

/** `limit` in each window that begins with its first request. Cheapest; two bursts may meet where windows do. */
function fixedWindow({ limit, windowMs }: RateRule): RateAlgorithm {
  // a: end of the window; b: count
  const used = (lanes: Lanes, row: number, now: number) => (lanes.a[row]! > now ? lanes.b[row]! : 0)
  return {
    lanes: 2,
    take(lanes, row, cost, now) {
      const count = Math.max(0, used(lanes, row, now) + cost)
      if (count > limit) return false
      if (lanes.a[row]! <= now) lanes.a[row] = now + windowMs
      lanes.b[row] = count
      return true
    },
    isBlocked: (lanes, row, now) => used(lanes, row, now) + 1 > limit,
    expiresAt: (lanes, row) => lanes.a[row]!,
    remaining: (lanes, row, now) => limit - used(lanes, row, now),
    resetMs: (lanes, row, now) => Math.max(0, lanes.a[row]! - now),
    retryAfterMs: (lanes, row, cost, now) =>
      used(lanes, row, now) + cost > limit ? (cost > limit ? windowMs : lanes.a[row]! - now) : 0,
  }
}

/**
 * `limit` in any window, estimated from two fixed ones: what the last one counted weighs as much as it still overlaps.
 * The default: nearly exact, and no burst at the boundary.
 */
function slidingWindow({ limit, windowMs }: RateRule): RateAlgorithm {
  // a: start of the current window; b: count of the one before; c: count of the current one
  const used = (lanes: Lanes, row: number, now: number) => {
    const age = now - lanes.a[row]!
    if (age < windowMs) return lanes.b[row]! * (1 - age / windowMs) + lanes.c[row]!
    return age < 2 * windowMs ? lanes.c[row]! * (2 - age / windowMs) : 0
  }
  return {
    lanes: 3,
    take(lanes, row, cost, now) {
      if (used(lanes, row, now) + cost > limit) return false
      const start = now - (now % windowMs)
      const before = lanes.a[row]!
      if (start !== before) {
        lanes.b[row] = start - before === windowMs ? lanes.c[row]! : 0
        lanes.c[row] = 0
        lanes.a[row] = start
      }
      lanes.c[row] = Math.max(0, lanes.c[row]! + cost)
      return true
    },
    isBlocked: (lanes, row, now) => used(lanes, row, now) + 1 > limit,
    expiresAt: (lanes, row) => (lanes.b[row] === 0 && lanes.c[row] === 0 ? 0 : lanes.a[row]! + 2 * windowMs),
    remaining: (lanes, row, now) => Math.max(0, Math.floor(limit - used(lanes, row, now))),
    resetMs: (lanes, row, now) => Math.max(0, lanes.a[row]! + 2 * windowMs - now),
    retryAfterMs(lanes, row, cost, now) {
      if (used(lanes, row, now) + cost <= limit) return 0
      if (cost > limit) return 2 * windowMs
      const start = lanes.a[row]!
      const [previous, current] = [lanes.b[row]!, lanes.c[row]!]
      // In this window the count before fades; if that is not enough, in the next one this count does.
      const room = limit - cost
      if (current <= room) return start + windowMs * (1 - (room - current) / previous) - now
      return start + windowMs * (2 - room / current) - now
    },
  }
}

/**
 * A bucket that holds `burst` tokens and fills with `limit` in a window, kept as the one time at which it will be full
 * (GCRA, the generic cell rate algorithm of ATM Forum's traffic management).
 */
function tokenBucket({ limit, windowMs, burst = limit }: RateRule): RateAlgorithm {
  // a: when the bucket is full
  const interval = windowMs / limit
  const capacityMs = burst * interval
  const missingMs = (lanes: Lanes, row: number, now: number) => Math.max(0, lanes.a[row]! - now)
  return {
    lanes: 1,
    take(lanes, row, cost, now) {
      const missing = Math.max(0, missingMs(lanes, row, now) + cost * interval)
      if (missing > capacityMs + ROUNDING_MS) return false
      lanes.a[row] = now + missing
      return true
    },
    isBlocked: (lanes, row, now) => missingMs(lanes, row, now) + interval > capacityMs + ROUNDING_MS,
    expiresAt: (lanes, row) => lanes.a[row]!,
    remaining: (lanes, row, now) =>
      Math.max(0, Math.floor((capacityMs - missingMs(lanes, row, now) + ROUNDING_MS) / interval)),
    resetMs: missingMs,
    retryAfterMs: (lanes, row, cost, now) =>
      Math.max(0, Math.min(missingMs(lanes, row, now) + cost * interval, capacityMs + cost * interval) - capacityMs),
  }
}

/** Sums of intervals such as 1000/3 ms must not cost a token that is there. */
const ROUNDING_MS = 1e-6
