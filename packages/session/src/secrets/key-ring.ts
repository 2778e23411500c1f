import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import { sessionError } from '../errors.ts'
import { secretProblems } from './secrets.ts'

/** A key made from a secret, and the id that values sealed with it carry. */
export interface DerivedKey {
  /** Four characters that identify the secret without revealing it. */
  readonly id: string
  readonly key: KeyObject
}

/**
 * An application's secrets, newest first: the first one seals and signs, the others only open. To rotate, put a new
 * secret in front, and drop the oldest once everything it sealed has expired.
 *
 * Each purpose gets its own keys by HKDF-SHA-256 (RFC 5869), so a value made for one purpose is invalid for another.
 * Keys are derived once, at boot.
 *
 * @throws ArlenError `secrets_invalid`, listing every problem: missing, short, placeholder, repeated.
 */
export class KeyRing {
  readonly #secrets: readonly string[]

  constructor(secrets: readonly string[]) {
    const problems = secretProblems(secrets)
    const ids = secrets.map(keyId)
    if (problems.length === 0 && new Set(ids).size < ids.length)
      problems.push('two secrets share a key id; replace one')
    if (problems.length > 0) throw sessionError('secrets_invalid', { problems: problems.map(p => `  ${p}`).join('\n') })
    this.#secrets = [...secrets]
  }

  /** One 256-bit key per secret, in the same order. */
  derive(purpose: string): readonly [DerivedKey, ...DerivedKey[]] {
    const keys = this.#secrets.map(secret => ({ id: keyId(secret), key: createSecretKey(expand(secret, purpose, 32)) }))
    return keys as [DerivedKey, ...DerivedKey[]] // the constructor saw at least one secret
  }
}

function keyId(secret: string): string {
  return expand(secret, 'key id', 3).toString('base64url')
}

function expand(secret: string, purpose: string, bytes: number): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, 'arlen', purpose, bytes))
}
