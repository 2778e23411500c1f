import type { Logger } from '@arlen/core'
import { LoginCounter } from './login-counter.ts'
import {
  checkLoginNetworks,
  LOGIN_NETWORKS,
  type LoginNetwork,
  type LoginNetworks,
  networksOf,
} from './login-networks.ts'
import type { RateLimit } from './rate-limiter.ts'
import type { RateStore } from './rate-store.ts'
import { countsAlone } from './shared-store.ts'

export interface LoginThrottleOptions {
  /** What its limits are called in stores; another one for what is not a login. Default `login`. */
  name?: string
  /** Failures of one address on one account. Default 5 in 15 minutes. */
  pair?: Omit<RateLimit, 'name'>
  /** Failures of strangers on one account, from anywhere. High, because anybody can cause them. Default 100 in an hour. */
  account?: Omit<RateLimit, 'name'>
  /** Failures of one address on any accounts. Default 50 in 15 minutes. */
  address?: Omit<RateLimit, 'name'>
  /** Failures of a device that has logged in to the account before. Default 10 in 15 minutes. */
  device?: Omit<RateLimit, 'name'>
  /**
   * The networks that are counted as well. Default: IPv4 /32 and, with four times the limits, /24; IPv6 /64, twice that
   * for the /56 and four times for the /48. What a wider network may do to one account holds for the time of `account`.
   */
  networks?: LoginNetworks
  /** How long an address that has logged in to an account is no stranger to it, in milliseconds. Default 30 days; 0 for never. */
  knownAddressMs?: number
  maxKeys?: number
  /** As that of `rateLimit()`. Default: together with the other workers of propane, and elsewhere in memory. */
  store?: RateStore | 'memory'
  /** How long the store may take, in milliseconds. Without an answer the attempt is refused with 503. Default 3000. */
  deadlineMs?: number
  /** Where an outage of the store is logged. Default: the log of the request, else process warnings. */
  log?: Logger
  now?: () => number
}

export interface LoginAttemptOptions {
  /** The id of a device that has proved to have logged in to this account before; `PasswordLogin` reads it from a cookie. */
  device?: string | undefined
  /** The log of the request. */
  log?: Logger | undefined
}

/** A limit, and the key it is asked about. */
type Step = readonly [LoginCounter, string]

const QUARTER_MS = 15 * 60_000

/**
 * Slows the guessing of passwords down by account, address and network. An attempt is paid for when it begins, so that
 * many at the same time do not slip through; a success gives back what it and its own failures had cost.
 *
 * A device that has logged in to the account before is counted by itself, and an address that has is not counted with
 * strangers: whatever they do to the account, its owner gets in from there. A guesser with many networks can still keep
 * the owner out on a new device in a new place, for as long as the guessing goes on.
 *
 * While the shared count does not answer, attempts are refused with 503: workers that counted by themselves would let
 * through as many times the guesses.
 */
export class LoginThrottle {
  /** By the factor of a network: of the narrowest and of the wider ones. */
  readonly #pairs: ReadonlyMap<number, LoginCounter>
  readonly #widePairs: ReadonlyMap<number, LoginCounter>
  readonly #addresses: ReadonlyMap<number, LoginCounter>
  readonly #account: LoginCounter
  readonly #device: LoginCounter
  readonly #known: LoginCounter | undefined
  readonly #networks: LoginNetworks

  /** @throws ArlenError `rate_limit_invalid`, `login_networks_invalid`. */
  constructor(options: LoginThrottleOptions = {}) {
    const { name = 'login', networks = LOGIN_NETWORKS, knownAddressMs = 30 * 24 * 60 * 60_000 } = options
    const { pair = { limit: 5, windowMs: QUARTER_MS }, account = { limit: 100, windowMs: 4 * QUARTER_MS } } = options
    const { address = { limit: 50, windowMs: QUARTER_MS }, device = { limit: 10, windowMs: QUARTER_MS } } = options
    checkLoginNetworks(networks)
    if (countsAlone(options.store)) {
      process.emitWarning(
        `the login limits of ${name} are counted by each worker alone, so that as many times the guesses pass. Give LoginThrottle a store, or install @arlen/security where propane is`,
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
   * @param address - of the client: `c.req.ip`.
   * @returns milliseconds to wait before this attempt may be made; 0 where it may be made now, and is counted.
   * @throws HttpError `rate_limit_unavailable` (503) while the shared count does not answer.
   */
  async attempt(account: string, address: string, options: LoginAttemptOptions = {}): Promise<number> {
    const steps = await this.#steps(account, address, options)
    for (const [index, [counter, key]] of steps.entries()) {
      const { allowed, retryAfterMs } = await counter.consume(key, 1, options.log)
      if (allowed) continue
      // A refused attempt costs nothing.
      for (const [before, paid] of steps.slice(0, index)) await before.consume(paid, -1, options.log)
      return Math.max(1, retryAfterMs)
    }
    return 0
  }

  /** The attempt was the owner's. */
  async succeeded(account: string, address: string, options: LoginAttemptOptions = {}): Promise<void> {
    const [first, ...others] = await this.#steps(account, address, options)
    await first![0].reset(first![1])
    for (const [counter, key] of others) await counter.consume(key, -1, options.log)
    const known = pairKey(networksOf(address, this.#networks)[0]!.key, account)
    await this.#known?.reset(known)
    await this.#known?.consume(known, 1, options.log)
  }

  /** What an attempt is counted by. Each is asked only where those before it let the attempt pass. */
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

function scaled(limit: Omit<RateLimit, 'name'>, times: number): Omit<RateLimit, 'name'> {
  const { burst } = limit
  return { ...limit, limit: limit.limit * times, ...(burst !== undefined && { burst: burst * times }) }
}

function pairKey(who: string, account: string): string {
  return `${who} ${accountKey(account)}`
}

/** One account has one spelling, and a long one is not kept. Cut first: what is normalized takes its time. */
function accountKey(account: string): string {
  return account.slice(0, 512).normalize('NFKC').trim().toLowerCase().slice(0, 256)
}
