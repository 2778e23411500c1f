import { defineMiddleware } from '@arlen/core'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import type { Context, Middleware } from '@arlen/http'
import { securityError } from '../errors.ts'
import { addressKey } from './address-key.ts'
import { ProxyCollapse } from './proxy-collapse.ts'
import {
  type CheckedRateLimit,
  RATE_LIMIT_OPTIONS,
  type RateDecision,
  type RateLimit,
  RateLimiter,
} from './rate-limiter.ts'
import type { OnStoreError, RateStore } from './rate-store.ts'
import { ResilientLimiter } from './resilient-limiter.ts'
import { sharedStore } from './shared-store.ts'

/** Options of {@link rateLimit}. */
export interface RateLimitOptions extends RateLimit {
  /**
   * What is counted: `address`, the client's address as far as it can be trusted, or the result of a function, such as
   * a user id or API key. If the function returns nothing, the address counts.
   */
  key?: 'address' | ((c: Context) => string | number | undefined)
  /** Significant bits of an IPv6 address, 48 to 64. Default 64. */
  ipv6Prefix?: number
  /** The cost of a request. Default 1. */
  cost?: (c: Context) => number
  /** Requests to exclude from the limit. */
  skip?: (c: Context) => boolean
  /**
   * Where to count: `memory` for this process only, or a shared store such as `createPgRateStore()`. Default: shared by
   * propane's workers, and in memory elsewhere.
   */
  store?: RateStore | 'memory' | undefined
  /** Default `local`. */
  onStoreError?: OnStoreError
  /** How long to wait for the store, in milliseconds. Default 50. */
  deadlineMs?: number
  /** Whether responses tell the remaining quota (`RateLimit`, `RateLimit-Policy`). Default true. */
  headers?: boolean
  /** Maximum number of keys. Default 100,000, which takes about 4 MB. */
  maxKeys?: number
}

const OPTIONS: OptionTable<RateLimitOptions> = {
  ...RATE_LIMIT_OPTIONS,
  key: option.either(option.func, option.oneOf('address')),
  ipv6Prefix: option.any,
  cost: option.func,
  skip: option.func,
  store: option.either(option.object, option.oneOf('memory')),
  onStoreError: option.any,
  deadlineMs: option.durationMs(1),
  headers: option.boolean,
  maxKeys: option.integer(1),
}

/**
 * Rejects requests over the limit with 429 and tells when to retry (`Retry-After`, RFC 9110; `RateLimit`,
 * draft-ietf-httpapi-ratelimit-headers). Synchronous when counting in memory.
 *
 * @throws ArlenError `rate_limit_invalid`.
 */
export function rateLimit(given: RateLimitOptions): Middleware {
  const options = readOptions('rateLimit()', given, OPTIONS)
  const { onStoreError = 'local', deadlineMs = 50, headers = true, skip, cost } = options
  const local = new RateLimiter(options, { maxKeys: options.maxKeys ?? 100_000 })
  const store = sharedStore(options.store)
  const shared = store && new ResilientLimiter({ store, local, onStoreError, deadlineMs })
  const keyOf = keyFunction(options, local.rule)
  const admit = admission(local.rule, headers)
  return defineMiddleware(
    'rateLimit()',
    next => c => {
      if (skip?.(c)) return next(c)
      const key = keyOf(c)
      const price = cost === undefined ? 1 : cost(c)
      if (shared === undefined) {
        admit(c, local.consume(key, price))
        return next(c)
      }
      return shared
        .consume(key, price, () => c.log)
        .then(decision => {
          admit(c, decision)
          return next(c)
        })
    },
    'Use expressRateLimit() of @arlen/security/express or fastifyRateLimit of @arlen/security/fastify.',
  )
}

function keyFunction(options: RateLimitOptions, { name }: CheckedRateLimit): (c: Context) => string {
  const { key = 'address', ipv6Prefix = 64 } = options
  if (!Number.isInteger(ipv6Prefix) || ipv6Prefix < 48 || ipv6Prefix > 64) {
    throw securityError('rate_limit_invalid', { name, problem: 'ipv6Prefix must be from 48 to 64' })
  }
  const collapse = new ProxyCollapse()
  const byAddress = (c: Context): string => {
    const { ip } = c.req
    if (!collapse.isSettled) watch(collapse, c, ip, name)
    return addressKey(ip, ipv6Prefix)
  }
  if (key === 'address') return byAddress
  return c => {
    const given = key(c)
    // The prefix distinguishes a key that looks like an address from that address.
    return given === undefined || given === '' ? byAddress(c) : `=${given}`
  }
}

function watch(collapse: ProxyCollapse, c: Context, ip: string, limit: string): void {
  const forwarded = c.req.header('x-forwarded-for') !== undefined || c.req.header('forwarded') !== undefined
  const address = collapse.notice(ip, forwarded)
  if (address === undefined) return
  c.log.error(
    { limit, address },
    'the rate limit counts all clients as one, because they come through an untrusted proxy. Add its address to trustedProxies',
  )
}

/** Reports the decision to the client; throws if the request is rejected. */
function admission(rule: CheckedRateLimit, headers: boolean): (c: Context, decision: RateDecision) => void {
  const policy = `"${rule.name}";q=${rule.limit};w=${Math.ceil(rule.windowMs / 1000)}`
  return (c, decision) => {
    const state = `"${rule.name}";r=${decision.remaining};t=${Math.ceil(decision.resetMs / 1000)}`
    if (decision.allowed) {
      if (headers) c.res.headers.append('RateLimit-Policy', policy).append('RateLimit', state)
      return
    }
    const seconds = Math.max(1, Math.ceil(decision.retryAfterMs / 1000))
    throw securityError(
      'rate_limited',
      { seconds },
      {
        headers: {
          'Retry-After': String(seconds),
          ...(headers && { 'RateLimit-Policy': policy, RateLimit: state }),
        },
      },
    )
  }
}
