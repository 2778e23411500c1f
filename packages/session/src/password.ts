import { type Algorithm, hash, parseOptions, verify } from '@node-rs/argon2'
import { sessionError } from './errors.ts'
import { randomToken } from './random.ts'
import { Turns } from './turns.ts'

/** What OWASP's Password Storage Cheat Sheet takes as equally strong for Argon2id: memory in KiB, passes. */
const OWASP_MINIMA = [
  [47_104, 1],
  [19_456, 2],
  [12_288, 3],
  [9_216, 4],
  [7_168, 5],
] as const

/** `Algorithm.Argon2id`: the library declares it as a const enum, which erasable TypeScript cannot import. */
const ARGON2ID = 2 as Algorithm

/** Longer than any pass phrase, short enough not to be work to read. */
const LONGEST_BYTES = 1024

/** A few seconds of work; whoever came behind would have given up. */
const MOST_WAITING = 200

export interface PasswordOptions {
  /** KiB. Default 19,456. */
  memoryCost?: number
  /** Passes. Default 2. */
  timeCost?: number
  /** Default 1. */
  parallelism?: number
  /**
   * How many hashes are made at once. Default 2: they run on the threads that files, name look-ups and compression need
   * too, of which Node.js has four.
   */
  atOnce?: number
  /** Mixed into every hash and kept out of the database; it cannot be changed later. */
  pepper?: string
  /** Judges hashes that are not Argon2's (of bcrypt, say); those that pass are hashed anew. */
  legacy?: (hash: string, password: string) => boolean | Promise<boolean>
}

export interface PasswordVerdict {
  readonly ok: boolean
  /** Set where the password is right and its hash is not as it would be made today: store this one. */
  readonly rehash?: string
}

/**
 * Hashes and verifies passwords with Argon2id, off the event loop. Passwords are normalized (NFKC) first, so that the
 * same characters typed on another keyboard are the same password (NIST SP 800-63B, section 3.1.1.2).
 *
 * Only a few are hashed at once; where too many wait, `passwords_busy` (503).
 *
 * @throws ArlenError `password_parameters` for parameters weaker than every row of OWASP's table.
 */
export class Passwords {
  readonly #parameters: { memoryCost: number; timeCost: number; parallelism: number; algorithm: Algorithm }
  readonly #secret: { secret?: Uint8Array }
  readonly #legacy: PasswordOptions['legacy']
  readonly #turns: Turns
  #decoy: Promise<string> | undefined

  constructor(options: PasswordOptions = {}) {
    const { memoryCost = 19_456, timeCost = 2, parallelism = 1, atOnce = 2, pepper, legacy } = options
    if (!OWASP_MINIMA.some(([memory, time]) => memoryCost >= memory && timeCost >= time)) {
      throw sessionError('password_parameters', { problems: `${memoryCost} KiB and ${timeCost} passes` })
    }
    this.#parameters = { memoryCost, timeCost, parallelism, algorithm: ARGON2ID }
    this.#secret = pepper === undefined ? {} : { secret: Buffer.from(pepper) }
    this.#legacy = legacy
    this.#turns = new Turns(atOnce, MOST_WAITING)
  }

  /** The hash to store, with its parameters and salt in it (PHC string). Throws `password_too_long` over 1,024 bytes. */
  async hash(password: string): Promise<string> {
    const normalized = password.normalize('NFKC')
    if (Buffer.byteLength(normalized) > LONGEST_BYTES) throw sessionError('password_too_long', { limit: LONGEST_BYTES })
    return this.#turns.run(() => hash(normalized, { ...this.#parameters, ...this.#secret }))
  }

  /**
   * Whether a password is the one that was hashed. For a user who does not exist give `undefined`: the answer is no, and
   * takes as long to make.
   */
  async verify(stored: string | undefined, password: string): Promise<PasswordVerdict> {
    const normalized = password.normalize('NFKC')
    if (Buffer.byteLength(normalized) > LONGEST_BYTES) return { ok: false }
    // Made whoever comes first, so that the first unknown account of a process is not known by the time it takes.
    const decoy = this.#makeDecoy()
    if (stored === undefined) {
      const hashed = await decoy
      await this.#turns.run(() => verify(hashed, normalized, this.#secret))
      return { ok: false }
    }
    if (!stored.startsWith('$argon2')) {
      const ok = (await this.#legacy?.(stored, password)) ?? false
      return ok ? { ok, rehash: await this.hash(password) } : { ok: false }
    }
    if (!(await this.#turns.run(() => verify(stored, normalized, this.#secret)))) return { ok: false }
    return this.#isCurrent(stored) ? { ok: true } : { ok: true, rehash: await this.hash(password) }
  }

  #makeDecoy(): Promise<string> {
    if (this.#decoy !== undefined) return this.#decoy
    const decoy = this.hash(randomToken(16))
    decoy.catch(() => {
      this.#decoy = undefined // whoever waits for it learns why; the next one tries again
    })
    this.#decoy = decoy
    return decoy
  }

  #isCurrent(stored: string): boolean {
    const { algorithm, memoryCost, timeCost, parallelism } = parseOptions(stored)
    const wanted = this.#parameters
    return (
      algorithm === wanted.algorithm &&
      memoryCost === wanted.memoryCost &&
      timeCost === wanted.timeCost &&
      parallelism === wanted.parallelism
    )
  }
}
