import type { Logger } from '@arlen/core'
import type { Context } from '@arlen/http'
import { sessionError } from './errors.ts'
import { knownDevice, rememberDevice } from './known-devices.ts'
import type { Passwords } from './password.ts'

/** Slows guessing down; `LoginThrottle` of @arlen/security is one. */
export interface Throttle {
  /** @returns milliseconds to wait before this attempt may be made; 0 where it may be made now, and is counted. */
  attempt(account: string, address: string, options: ThrottleOptions): number | Promise<number>
  succeeded(account: string, address: string, options: ThrottleOptions): void | Promise<void>
}

export interface ThrottleOptions {
  /** The id of a device that has logged in to this account before. */
  readonly device: string | undefined
  readonly log: Logger | undefined
}

export interface PasswordLoginOptions<User> {
  passwords: Passwords
  /** The user of an account name, and the hash of the password; undefined where there is none. */
  find: (account: string) => Promise<{ user: User; passwordHash: string } | undefined>
  /**
   * Stores a hash that was made anew because the parameters have become stronger, where the account still has the one it
   * replaces: the password may be changed at the same moment.
   */
  rehash: (user: User, passwordHash: string, replaced: string) => Promise<unknown>
  /** `none` leaves guessing to whatever stands before this application. */
  throttle: Throttle | 'none'
}

/**
 * Checks account and password, and says no in one way, whatever was wrong: for an account that does not exist it takes
 * as long, and a throttled attempt is refused before anything is looked up.
 */
export class PasswordLogin<User> {
  readonly #options: PasswordLoginOptions<User>

  constructor(options: PasswordLoginOptions<User>) {
    this.#options = options
  }

  /**
   * The user, or undefined where account or password are wrong.
   *
   * @param client - the request, which also says by a cookie whether its device has logged in to the account before, so
   *   that guesses of strangers do not keep the owner out; or only the client's address.
   * @throws HttpError `too_many_logins` (429) with Retry-After.
   */
  async verify(account: string, password: string, client: Context | string): Promise<User | undefined> {
    const { passwords, find, rehash, throttle } = this.#options
    const c = typeof client === 'string' ? undefined : client
    const address = typeof client === 'string' ? client : client.req.ip
    const options: ThrottleOptions = { device: c && knownDevice(c, account), log: c?.log }
    const wait = throttle === 'none' ? 0 : await throttle.attempt(account, address, options)
    if (wait > 0) {
      const seconds = Math.ceil(wait / 1000)
      throw sessionError('too_many_logins', { seconds }, { headers: { 'Retry-After': String(seconds) } })
    }
    const found = await find(account)
    const verdict = await passwords.verify(found?.passwordHash, password)
    if (!found || !verdict.ok) return undefined
    if (throttle !== 'none') await throttle.succeeded(account, address, options)
    if (c !== undefined) rememberDevice(c, account)
    if (verdict.rehash !== undefined) await rehash(found.user, verdict.rehash, found.passwordHash)
    return found.user
  }
}
