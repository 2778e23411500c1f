import { type OptionTable, option, readOptions } from '@arlen/core/options'
import type { Algorithm } from '@node-rs/argon2'
import { sessionError } from '../errors.ts'
import { randomToken } from '../secrets/random.ts'
import { Limiter } from './limiter.ts'

/** The Argon2id parameters that OWASP's Password Storage Cheat Sheet considers equivalent: memory in KiB, passes. */
const OWASP_MINIMA = [
  [47_104, 1],
  [19_456, 2],
  [12_288, 3],
  [9_216, 4],
  [7_168, 5],
] as const

/** `Algorithm.Argon2id`. The library declares it as a const enum, which erasable TypeScript cannot import. */
const ARGON2ID = 2 as Algorithm

type Argon2 = typeof import('@node-rs/argon2')

/** The library is native code, and loaded with the first password: most programs that have sessions start without one. */
const argon2 = (): Promise<Argon2> => import('@node-rs/argon2')

/** Longer than any passphrase, but cheap to read. */
const LONGEST_BYTES = 1024

/** A few seconds of work; clients further back would have given up. */
const MOST_WAITING = 200

/** Options of {@link Passwords}: the cost of a hash, and how many are made at once. */
export interface PasswordOptions {
  /** KiB. Default 19,456. */
  memoryCost?: number
  /** Passes. Default 2. */
  timeCost?: number
  /** Default 1. */
  parallelism?: number
  /**
   * How many hashes are computed at once. Default 2: they share the thread pool, four threads in Node.js, with file
   * access, DNS and compression.
   */
  atOnce?: number
  /** A secret that is mixed into every hash and kept outside the database. It cannot be changed later. */
  pepper?: string
  /** Verifies hashes other than Argon2, such as bcrypt. Passwords that match are hashed again with Argon2. */
  legacy?: (hash: string, password: string) => boolean | Promise<boolean>
}

const OPTIONS: OptionTable<PasswordOptions> = {
  memoryCost: option.integer(1),
  timeCost: option.integer(1),
  parallelism: option.integer(1),
  atOnce: option.integer(1),
  pepper: option.text,
  legacy: option.func,
}

/** The result of verifying a password. */
export interface PasswordResult {
  readonly ok: boolean
  /** A new hash to store. Set if the password is correct but its hash uses outdated parameters. */
  readonly rehash?: string
}

/**
 * Hashes and verifies passwords with Argon2id, off the event loop. Passwords are normalized (NFKC), so that the same
 * characters typed on different keyboards match (NIST SP 800-63B, section 3.1.1.2).
 *
 * Only a few are hashed at once. If too many wait, `passwords_busy` (503) is thrown.
 *
 * @throws ArlenError `password_parameters_invalid` if the parameters are weaker than every row of OWASP's table.
 */
export class Passwords {
  readonly #parameters: { memoryCost: number; timeCost: number; parallelism: number; algorithm: Algorithm }
  readonly #secret: { secret?: Uint8Array }
  readonly #legacy: PasswordOptions['legacy']
  readonly #limiter: Limiter
  #decoy: Promise<string> | undefined

  constructor(given: PasswordOptions = {}) {
    const options = readOptions('createPasswords()', given, OPTIONS)
    const { memoryCost = 19_456, timeCost = 2, parallelism = 1, atOnce = 2, pepper, legacy } = options
    if (!OWASP_MINIMA.some(([memory, time]) => memoryCost >= memory && timeCost >= time)) {
      throw sessionError('password_parameters_invalid', { problems: `${memoryCost} KiB and ${timeCost} passes` })
    }
    this.#parameters = { memoryCost, timeCost, parallelism, algorithm: ARGON2ID }
    this.#secret = pepper === undefined ? {} : { secret: Buffer.from(pepper) }
    this.#legacy = legacy
    this.#limiter = new Limiter(atOnce, MOST_WAITING)
  }

  /**
   * The hash to store, including parameters and salt (PHC string format). Throws `password_too_long` over 1,024 bytes.
   */
  async hash(password: string): Promise<string> {
    const normalized = password.normalize('NFKC')
    if (Buffer.byteLength(normalized) > LONGEST_BYTES) throw sessionError('password_too_long', { limit: LONGEST_BYTES })
    return this.#hash(await argon2(), normalized)
  }

  #hash({ hash }: Argon2, normalized: string): Promise<string> {
    return this.#limiter.run(() => hash(normalized, { ...this.#parameters, ...this.#secret }))
  }

  /** Verifies a password against a hash. For an unknown user pass `undefined`: it fails in the same time. */
  async verify(stored: string | undefined, password: string): Promise<PasswordResult> {
    const normalized = password.normalize('NFKC')
    if (Buffer.byteLength(normalized) > LONGEST_BYTES) return { ok: false }
    const library = await argon2()
    const { parseOptions, verify } = library
    // Created on the first call of any kind, ahead of it, so that the first unknown account does not stand out by its timing.
    const decoy = this.#makeDecoy(library)
    if (stored === undefined) {
      const hashed = await decoy
      await this.#limiter.run(() => verify(hashed, normalized, this.#secret))
      return { ok: false }
    }
    if (!stored.startsWith('$argon2')) {
      const ok = (await this.#legacy?.(stored, password)) ?? false
      return ok ? { ok, rehash: await this.hash(password) } : { ok: false }
    }
    if (!(await this.#limiter.run(() => verify(stored, normalized, this.#secret)))) return { ok: false }
    return this.#isCurrent(parseOptions(stored)) ? { ok: true } : { ok: true, rehash: await this.hash(password) }
  }

  #makeDecoy(library: Argon2): Promise<string> {
    if (this.#decoy !== undefined) return this.#decoy
    const decoy = this.#hash(library, randomToken(16))
    decoy.catch(() => {
      this.#decoy = undefined // callers waiting for it get the error; the next one tries again
    })
    this.#decoy = decoy
    return decoy
  }

  #isCurrent({ algorithm, memoryCost, timeCost, parallelism }: ReturnType<Argon2['parseOptions']>): boolean {
    const wanted = this.#parameters
    return (
      algorithm === wanted.algorithm &&
      memoryCost === wanted.memoryCost &&
      timeCost === wanted.timeCost &&
      parallelism === wanted.parallelism
    )
  }
}

/**
 * Makes {@link Passwords}.
 *
 * @throws ArlenError `option_unknown`, `option_invalid`, or `password_parameters_invalid` if the parameters are weaker
 *   than every row of OWASP's table.
 */
export function createPasswords(options: PasswordOptions = {}): Passwords {
  return new Passwords(options)
}
