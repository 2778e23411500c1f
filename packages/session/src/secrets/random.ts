import { randomFillSync } from 'node:crypto'

/**
 * Random bytes from a pool: one call to the CSPRNG serves many small draws (`randomBytes(12)` costs about as much as 4
 * kB). Bytes are wiped from the pool once used.
 */
const pool = Buffer.alloc(6144)
let used = pool.length

/** Fills `target`, of at most 6,144 bytes, from the pool. */
export function randomInto(target: Uint8Array): void {
  if (used + target.length > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const end = used + target.length
  for (let i = 0, at = used; at < end; i++, at++) {
    target[i] = pool[at]!
    pool[at] = 0
  }
  used = end
}

/** `bytes` random bytes as base64url: 16 give 22 characters, 32 give 43. */
export function randomToken(bytes: number): string {
  const token = Buffer.allocUnsafe(bytes)
  randomInto(token)
  return token.toString('base64url')
}
