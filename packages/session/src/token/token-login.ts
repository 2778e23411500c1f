import type { Context } from '@arlen/http'
import { sessionError } from '../errors.ts'
import {
  type AuthScheme,
  type Credentials,
  type CredentialsProblem,
  challenge,
  isProblem,
  type Maybe,
} from '../login/auth-scheme.ts'
import { readAuthorization } from '../login/authorization.ts'
import { whenKnown } from '../session/when-known.ts'
import { UNKNOWN } from './bearer.ts'

type Named = Pick<AuthScheme<unknown>, 'name' | 'realm'>

/**
 * The request's credentials, from the first scheme that finds any.
 *
 * @throws HttpError `token_invalid` (401) or `authorization_malformed` (400) for invalid credentials, with the error
 *   codes of RFC 6750, section 3.1.
 */
export function authenticate<User>(schemes: readonly AuthScheme<User>[], c: Context): Maybe<Found<User>> {
  if (schemes.length === 0) return undefined
  return whenKnown(firstResult(schemes, c, 0), found => {
    if (found !== undefined) return accept(found, c)
    // One of our schemes, but no scheme recognized the credentials, such as a bearer token that is neither JWT nor key.
    const sent = readAuthorization(c)?.scheme
    const named = schemes.find(({ name }) => name.toLowerCase() === sent)
    if (named !== undefined) throw rejection(named, UNKNOWN)
    return undefined
  })
}

/** Credentials and the scheme they came by. */
export interface Found<User> {
  readonly scheme: AuthScheme<User>
  readonly credentials: Credentials<User>
}

interface FirstResult<User> {
  readonly scheme: AuthScheme<User>
  readonly result: Credentials<User> | CredentialsProblem
}

function firstResult<User>(schemes: readonly AuthScheme<User>[], c: Context, index: number): Maybe<FirstResult<User>> {
  const scheme = schemes[index]
  if (scheme === undefined) return undefined
  return whenKnown(scheme.authenticate(c), result =>
    result === undefined ? firstResult(schemes, c, index + 1) : { scheme, result },
  )
}

function accept<User>({ scheme, result }: FirstResult<User>, c: Context): Found<User> {
  if (isProblem(result)) throw rejection(scheme, result)
  // Caches treat responses to `Authorization` as private (RFC 9111, section 3.5), but not those to other fields.
  if (!c.res.headers.has('cache-control')) c.res.headers.set('Cache-Control', 'no-store')
  return { scheme, credentials: result }
}

function rejection({ name, realm }: Named, { error, description }: CredentialsProblem): Error {
  const headers = { 'WWW-Authenticate': challenge(name, { realm, error, error_description: description }) }
  return sessionError(error === 'invalid_request' ? 'authorization_malformed' : 'token_invalid', {}, { headers })
}

/** @throws HttpError `scope_required` (403) if a needed scope was not granted. */
export function checkScopes(scheme: Named, granted: readonly string[], needed: readonly string[]): void {
  if (needed.every(scope => granted.includes(scope))) return
  const { name, realm } = scheme
  const parameters = { realm, error: 'insufficient_scope', scope: needed.join(' ') }
  throw sessionError(
    'scope_required',
    { scope: needed.join(' ') },
    { headers: { 'WWW-Authenticate': challenge(name, parameters) } },
  )
}
