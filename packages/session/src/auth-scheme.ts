import type { SecurityScheme } from '@arlen/core'
import type { Context } from '@arlen/http'
import { sessionError } from './errors.ts'

export type Maybe<T> = T | undefined | Promise<T | undefined>

/** Who a request is from, and what its token may be used for. */
export interface Credentials<User> {
  readonly user: User
  /** What the token was granted for, for `requireScope()`. Default: nothing. */
  readonly scopes?: readonly string[] | undefined
  /** The claims of a JWT. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined
}

/** Why credentials are refused, by the codes of RFC 6750, section 3.1. */
export interface CredentialsProblem {
  readonly error: 'invalid_request' | 'invalid_token'
  /** For the developer of the client. Quotes and backslashes become apostrophes. */
  readonly description?: string
}

/** One way for a program to prove who it is, in the header of each request. */
export interface AuthScheme<User> {
  /** The name in `Authorization` and `WWW-Authenticate`: `Bearer`. */
  readonly name: string
  readonly realm: string
  /** How an OpenAPI document describes it. */
  readonly openApi: SecurityScheme
  /** Undefined where the request has no credentials of this scheme. */
  authenticate(c: Context): Maybe<Credentials<User> | CredentialsProblem>
}

export const DEFAULT_REALM = 'api'

/** @throws ArlenError `realm_invalid` for text that cannot be a quoted string of a header field. */
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

/** The characters that RFC 6750, section 3, allows in its values, which need no escapes anywhere. */
function quotable(text: string): string {
  return text.replace(/["\\]/g, "'").replace(/[^\x20-\x7e]/g, '?')
}

export function isProblem(result: object): result is CredentialsProblem {
  return 'error' in result
}
