import type { SecurityScheme } from '@arlen/core'
import type { Context } from '@arlen/http'
import { sessionError } from '../errors.ts'

export type Maybe<T> = T | undefined | Promise<T | undefined>

/** An authenticated user and what the token may be used for. */
export interface Credentials<User> {
  readonly user: User
  /** The scopes the token was granted, for `requireScope()`. Default none. */
  readonly scopes?: readonly string[] | undefined
  /** The claims of a JWT. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined
}

/** Why credentials were rejected, with an error code of RFC 6750, section 3.1. */
export interface CredentialsProblem {
  readonly error: 'invalid_request' | 'invalid_token'
  /** A hint for the client's developer. Quotes and backslashes are replaced by apostrophes. */
  readonly description?: string
}

/** A way for a program to authenticate itself in the header of each request. */
export interface AuthScheme<User> {
  /** The scheme's name in `Authorization` and `WWW-Authenticate`: `Bearer`. */
  readonly name: string
  readonly realm: string
  /** How an OpenAPI document describes it. */
  readonly openApi: SecurityScheme
  /** Undefined if the request has no credentials for this scheme. */
  authenticate(c: Context): Maybe<Credentials<User> | CredentialsProblem>
}

const DEFAULT_REALM = 'api'

/** @throws ArlenError `realm_invalid` if the text needs escaping in a header. */
export function checkedRealm(realm: string = DEFAULT_REALM): string {
  if (!/^[\x20\x21\x23-\x5b\x5d-\x7e]{1,100}$/.test(realm))
    throw sessionError('realm_invalid', { realm: JSON.stringify(realm) })
  return realm
}

/** One challenge for `WWW-Authenticate` (RFC 9110, section 11.6.1): `Bearer realm="api", error="invalid_token"`. */
export function challenge(name: string, parameters: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined)
  return `${name} ${given.map(([key, value]) => `${key}="${quotable(value!)}"`).join(', ')}`
}

/** Keeps the characters that RFC 6750, section 3, allows in its values; none of them needs escaping. */
function quotable(text: string): string {
  return text.replace(/["\\]/g, "'").replace(/[^\x20-\x7e]/g, '?')
}

export function isProblem(result: object): result is CredentialsProblem {
  return 'error' in result
}
