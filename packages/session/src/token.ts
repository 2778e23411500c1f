import { hash } from 'node:crypto'
import { randomToken } from './random.ts'

/** 256 random bits that stand for somebody, and what to store of them. */
export interface NewToken {
  /** Shown once, never stored: `prefix_` and 43 characters. */
  readonly token: string
  /** SHA-256 of the token: enough to find it again, useless to whoever reads the database. */
  readonly hash: string
}

/**
 * Makes a token. A slow hash would add nothing: there is no guessing 256 random bits.
 *
 * @param prefix - tells scanners of leaked secrets, and people, what they have found: `shop_pat`.
 */
export function newToken(prefix: string): NewToken {
  const token = `${prefix}_${randomToken(32)}`
  return { token, hash: hashToken(token) }
}

/** The hash under which a token is stored. Look it up by this; nothing needs to be compared. */
export function hashToken(token: string): string {
  return hash('sha256', token, 'base64url')
}

/** Longer ones are no tokens; a JWT with many claims has a few thousand characters. */
const LONGEST = 8192

/** The token of `Authorization: Bearer …` (RFC 6750, section 2.1); undefined where there is none or it is malformed. */
export function bearerToken(authorization: string | undefined): string | undefined {
  if (authorization === undefined || authorization.length > LONGEST) return undefined
  return /^Bearer +([\w.~+/-]+=*) *$/i.exec(authorization)?.[1]
}
