import type { Logger } from '@arlen/core'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { RATE_LIMIT_OPTIONS, type RateLimit } from '../rate-limit/rate-limiter.ts'
import type { RateStore } from '../rate-limit/rate-store.ts'
import { countsAlone } from '../rate-limit/shared-store.ts'
import { LoginCounter } from './login-counter.ts'
import {
  checkLoginNetworks,
  LOGIN_NETWORKS,
  type LoginNetwork,
  type LoginNetworks,
  networksOf,
} from './login-networks.ts'

/** Options of a login throttle. */
export interface LoginThrottleOptions {
  /** Names the limits in stores. Use another name for anything that is not a login. Default `login`. */
  name?: string
  /** Failures per address and account. Default 5 in 15 minutes. */
  pair?: Omit<RateLimit, 'name'>
  /** Failures of strangers per account, from anywhere. High, because anyone can cause them. Default 100 per hour. */
  account?: Omit<RateLimit, 'name'>
  /** Failures per address over all accounts. Default 50 in 15 minutes. */
  address?: Omit<RateLimit, 'name'>
  /** Failures of a device that has logged in to the account before. Default 10 in 15 minutes. */
  device?: Omit<RateLimit, 'name'>
  /**
   * The network widths that are counted. Default: IPv4 /32, and /24 with four times the limits; IPv6 /64, /56 with
   * twice and /48 with four times the limits. For wider networks the limit per account applies to the window of
   * `account`.
   */
  networks?: LoginNetworks
  /**
   * How long an address that has logged in to an account is not a stranger to it, in milliseconds. Default 30 days; 0
   * for never.
   */
  knownAddressMs?: number
  maxKeys?: number
  /** As for `rateLimit()`. Default: shared by propane's workers, and in memory elsewhere. */
  store?: RateStore | 'memory'
  /** How long to wait for the store, in milliseconds. After that the attempt is rejected with 503. Default 3000. */
  deadlineMs?: number
  /** Logs store outages. Default: the request's logger, else process warnings. */
  log?: Logger
  now?: () => number
}

const COUNT = option.nested<Omit<RateLimit, 'name'>>(RATE_LIMIT_OPTIONS)

const OPTIONS: OptionTable<LoginThrottleOptions> = {
  name: option.text,
  pair: COUNT,
  account: COUNT,
  address: COUNT,
  device: COUNT,
  networks: option.object,
  knownAddressMs: option.durationMs(),
  maxKeys: option.integer(1),
  store: option.either(option.object, option.oneOf('memory')),
  deadlineMs: option.durationMs(1),
  log: option.object,
  now: option.func,
}

/** What is known about an attempt to log in. */
export interface LoginAttemptOptions {
  /**
   * The id of a device that is proven to have logged in to this account before. `PasswordLogin` reads it from a cookie.
   */
  device?: string | undefined
  /** The request's logger. */
  log?: Logger | undefined
}

const ATTEMPT_OPTIONS: OptionTable<LoginAttemptOptions> = { device: option.string, log: option.object }

/** A limit and the key to count. */
type Step = readonly [LoginCounter, string]

const QUARTER_MS = 15 * 60_000

/**
 * Limits password guessing per account, address and network. An attempt is counted when it begins, so that parallel
 * attempts cannot slip through. A success refunds its own cost and the failures before it.
 *
 * A device that has logged in to the account before is counted separately, and an address that has is not counted with
 * strangers: whatever strangers do, the owner can log in from there. An attacker with many networks can still lock the
 * owner out on a new device in a new place, while the attack lasts.
 *
 * If the shared count does not answer, attempts are rejected with 503. Counting per worker instead would multiply the
 * number of guesses by the number of workers.
 */
export class LoginThrottle {
  /** Limits by the multiple of the network: for the narrowest networks, and for wider ones. */
  readonly #pairs: ReadonlyMap<number, LoginCounter>
  readonly #widePairs: ReadonlyMap<number, LoginCounter>
  readonly #addresses: ReadonlyMap<number, LoginCounter>
  readonly #account: LoginCounter
  readonly #device: LoginCounter
  readonly #known: LoginCounter | undefined
  readonly #networks: LoginNetworks

  /** @throws ArlenError `rate_limit_invalid`, `login_networks_invalid`. */
  constructor(given: LoginThrottleOptions = {}) {
    const options = readOptions('createLoginThrottle()', given, OPTIONS)
    const { name = 'login', networks = LOGIN_NETWORKS, knownAddressMs = 30 * 24 * 60 * 60_000 } = options
    const { pair = { limit: 5, windowMs: QUARTER_MS }, account = { limit: 100, windowMs: 4 * QUARTER_MS } } = options
    const { address = { limit: 50, windowMs: QUARTER_MS }, device = { limit: 10, windowMs: QUARTER_MS } } = options
    checkLoginNetworks(networks)
    if (countsAlone(options.store)) {
      process.emitWarning(
        `the login limits ${name} are counted per worker, which multiplies the allowed guesses. Give createLoginThrottle() a store, or install @arlen/security next to propane`,
        { code: 'ARLEN_LOGIN_LIMITS' },
      )
    }
    const counter = (suffix: string, limit: Omit<RateLimit, 'name'>) =>
      new LoginCounter({ ...limit, name: `${name}-${suffix}` }, options)
    this.#networks = networks
    const factors = (list: readonly LoginNetwork[]) => [...new Set(list.map(({ times }) => times))]
    const all = factors([...networks.ipv4, ...networks.ipv6])
    this.#addresses = new Map(all.map(times => [times, counter(`address-${times}`, scaled(address, times))]))
    const narrowest = factors([networks.ipv4[0], networks.ipv6[0]])
    this.#pairs = new Map(narrowest.map(times => [times, counter(`pair-${times}`, scaled(pair, times))]))
    const longer = { ...pair, windowMs: Math.max(pair.windowMs, account.windowMs) }
    const wider = factors([...networks.ipv4.slice(1), ...networks.ipv6.slice(1)])
    this.#widePairs = new Map(wider.map(times => [times, counter(`wide-${times}`, scaled(longer, times))]))
    this.#account = counter('account', account)
    this.#device = counter('device', device)
    if (knownAddressMs > 0) {
      this.#known = counter('known', { limit: 1, windowMs: knownAddressMs, algorithm: 'fixed-window' })
    }
  }

  /**
   * @param address - the client's address: `c.req.ip`.
   * @returns milliseconds until this attempt may be made; 0 if it may be made now, in which case it is counted.
   * @throws HttpError `rate_limit_unavailable` (503) if the shared count does not answer.
   */
  async attempt(account: string, address: string, given: LoginAttemptOptions = {}): Promise<number> {
    const options = readOptions('attempt()', given, ATTEMPT_OPTIONS)
    const steps = await this.#steps(account, address, options)
    for (const [index, [counter, key]] of steps.entries()) {
      const { allowed, retryAfterMs } = await counter.consume(key, 1, options.log)
      if (allowed) continue
      // Rejected attempts cost nothing.
      for (const [before, paid] of steps.slice(0, index)) await before.consume(paid, -1, options.log)
      return Math.max(1, retryAfterMs)
    }
    return 0
  }

  /** Reports that the attempt succeeded. */
  async succeeded(account: string, address: string, given: LoginAttemptOptions = {}): Promise<void> {
    const options = readOptions('succeeded()', given, ATTEMPT_OPTIONS)
    const [first, ...others] = await this.#steps(account, address, options)
    await first![0].reset(first![1])
    for (const [counter, key] of others) await counter.consume(key, -1, options.log)
    const known = pairKey(networksOf(address, this.#networks)[0]!.key, account)
    await this.#known?.reset(known)
    await this.#known?.consume(known, 1, options.log)
  }

  /** The limits of an attempt. Each is asked only if the earlier ones allowed the attempt. */
  async #steps(account: string, address: string, { device, log }: LoginAttemptOptions): Promise<Step[]> {
    if (device !== undefined) return [[this.#device, pairKey(device, account)]]
    const networks = networksOf(address, this.#networks)
    const known = await this.#known?.consume(pairKey(networks[0]!.key, account), 0, log)
    const isStranger = known === undefined || known.remaining > 0
    const counted = isStranger ? networks : networks.slice(0, 1)
    return [
      ...counted.map(({ key, times }, index): Step => {
        const pairs = index === 0 ? this.#pairs : this.#widePairs
        return [pairs.get(times)!, pairKey(key, account)]
      }),
      ...counted.map(({ key, times }): Step => [this.#addresses.get(times)!, key]),
      ...(isStranger ? [[this.#account, accountKey(account)] satisfies Step] : []),
    ]
  }
}

/**
 * Makes a {@link LoginThrottle}.
 *
 * @throws ArlenError `option_unknown`, `option_invalid`, `rate_limit_invalid`, `login_networks_invalid`.
 */
export function createLoginThrottle(options: LoginThrottleOptions = {}): LoginThrottle {
  return new LoginThrottle(options)
}

function scaled(limit: Omit<RateLimit, 'name'>, times: number): Omit<RateLimit, 'name'> {
  const { burst } = limit
  return { ...limit, limit: limit.limit * times, ...(burst !== undefined && { burst: burst * times }) }
}

function pairKey(who: string, account: string): string {
  return `${who} ${accountKey(account)}`
}

/** Normalizes an account name and bounds its length. Truncated first, because normalization takes time. */
function accountKey(account: string): string {
  return account.slice(0, 512).normalize('NFKC').trim().toLowerCase().slice(0, 256)
}
