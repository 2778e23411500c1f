import { hash, randomBytes, timingSafeEqual } from 'node:crypto'

const blind = randomBytes(32).toString('hex')

/**
 * Whether two secrets are the same, in a time that depends on neither their content nor on where they differ.
 *
 * Both sides are hashed with a key of this process first, so both have one length: no check of lengths leaks one, and
 * what little the comparison of digests could tell is of no use without the key.
 */
export function safeEqual(a: string, b: string): boolean {
  return timingSafeEqual(hash('sha256', blind + a, 'buffer'), hash('sha256', blind + b, 'buffer'))
}
