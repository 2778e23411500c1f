import type { Logger } from '@arlen/core'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import type { Context } from '@arlen/http'
import { sessionError } from '../errors.ts'
import { knownDevice, rememberDevice } from './known-devices.ts'
import type { Passwords } from './password.ts'

/** Limits guessing. `createLoginThrottle()` of @arlen/security implements it. */
export interface Throttle {
  /** @returns milliseconds until this attempt may be made; 0 if it may be made now, in which case it is counted. */
  attempt(account: string, address: string, options: ThrottleOptions): number | Promise<number>
  succeeded(account: string, address: string, options: ThrottleOptions): void | Promise<void>
}

/** Details of a login attempt, for the throttle. */
export interface ThrottleOptions {
  /** The id of a device that has logged in to this account before. */
  readonly device: string | undefined
  readonly log: Logger | undefined
}

/** Options of {@link PasswordLogin}. */
export interface PasswordLoginOptions<User> {
  passwords: Passwords
  /** Finds the user and password hash of an account, or undefined. */
  find: (account: string) => Promise<{ user: User; passwordHash: string } | undefined>
  /**
   * Stores a stronger hash, made because the parameters have been raised, if the account still has the hash it
   * replaces: the password may be changing concurrently.
   */
  rehash: (user: User, passwordHash: string, replaced: string) => Promise<unknown>
  /** `none` if something in front of the application limits guessing. */
  throttle: Throttle | 'none'
}

const OPTIONS: OptionTable<PasswordLoginOptions<never>> = {
  passwords: option.required(option.object),
  find: option.required(option.func),
  rehash: option.required(option.func),
  throttle: option.required(option.either(option.object, option.oneOf('none'))),
}

/**
 * Checks account and password. A failure looks the same whatever was wrong: an unknown account takes as long as a wrong
 * password. Throttled attempts are rejected before any look-up.
 */
export class PasswordLogin<User> {
  readonly #options: PasswordLoginOptions<User>

  /** @throws ArlenError `option_unknown`, `option_invalid`. */
  constructor(options: PasswordLoginOptions<User>) {
    this.#options = readOptions('createPasswordLogin()', options, OPTIONS as OptionTable<PasswordLoginOptions<User>>)
  }

  /**
   * The user, or undefined if account or password is wrong.
   *
   * @param client - the request, whose cookies tell whether its device has logged in to the account before, so that
   *   strangers' guesses do not lock the owner out; or only the client's address.
   * @throws HttpError `login_throttled` (429) with Retry-After.
   */
  async verify(account: string, password: string, client: Context | string): Promise<User | undefined> {
    const { passwords, find, rehash, throttle } = this.#options
    const c = typeof client === 'string' ? undefined : client
    const address = typeof client === 'string' ? client : client.req.ip
    const options: ThrottleOptions = { device: c && knownDevice(c, account), log: c?.log }
    const wait = throttle === 'none' ? 0 : await throttle.attempt(account, address, options)
    if (wait > 0) {
      const seconds = Math.ceil(wait / 1000)
      throw sessionError('login_throttled', { seconds }, { headers: { 'Retry-After': String(seconds) } })
    }
    const found = await find(account)
    const result = await passwords.verify(found?.passwordHash, password)
    if (!found || !result.ok) return undefined
    if (throttle !== 'none') await throttle.succeeded(account, address, options)
    if (c !== undefined) rememberDevice(c, account)
    if (result.rehash !== undefined) await rehash(found.user, result.rehash, found.passwordHash)
    return found.user
  }
}

/** Makes a {@link PasswordLogin}. @throws ArlenError `option_unknown`, `option_invalid`. */
export function createPasswordLogin<User>(options: PasswordLoginOptions<User>): PasswordLogin<User> {
  return new PasswordLogin(options)
}
