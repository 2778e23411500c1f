import { hash } from 'node:crypto'
import { randomToken } from '../secrets/random.ts'

/** A token of 256 random bits, and the hash to store. */
export interface NewToken {
  /** The token, to be shown once and never stored: `prefix_` and 43 characters. */
  readonly token: string
  /** SHA-256 of the token: enough to find it, useless to anyone who reads the database. */
  readonly hash: string
}

/**
 * Creates a token. A slow hash would add nothing, because 256 random bits cannot be guessed.
 *
 * @param prefix - identifies the kind of token to people and to secret scanners: `shop_pat`.
 */
export function newToken(prefix: string): NewToken {
  const token = `${prefix}_${randomToken(32)}`
  return { token, hash: hashToken(token) }
}

/** The hash to store a token under and look it up by. Nothing else needs to be compared. */
export function hashToken(token: string): string {
  return hash('sha256', token, 'base64url')
}

/** Longer values are rejected. A JWT with many claims has a few thousand characters. */
const LONGEST = 8192

/** The token of `Authorization: Bearer …` (RFC 6750, section 2.1). Undefined if absent or malformed. */
export function bearerToken(authorization: string | undefined): string | undefined {
  if (authorization === undefined || authorization.length > LONGEST) return undefined
  return /^Bearer +([\w.~+/-]+=*) *$/i.exec(authorization)?.[1]
}
