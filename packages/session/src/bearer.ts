import type { Context } from '@arlen/http'
import { type AuthScheme, type Credentials, type CredentialsProblem, checkedRealm, type Maybe } from './auth-scheme.ts'
import { isToken68, readAuthorization } from './authorization.ts'
import { whenKnown } from './when-known.ts'

export interface BearerOptions<User> {
  /**
   * Whose token it is, and what it is good for; undefined for one that is unknown, expired or revoked. Store tokens as
   * `hashToken(token)` and look them up by that.
   */
  verify: (token: string, c: Context) => Maybe<Credentials<User> | CredentialsProblem>
  /** Names the protected space in challenges. Default `api`. */
  realm?: string
  /** What tokens look like, for OpenAPI. */
  bearerFormat?: string
}

export const MALFORMED: CredentialsProblem = { error: 'invalid_request', description: 'Send one token: Bearer <token>' }
export const UNKNOWN: CredentialsProblem = { error: 'invalid_token' }

/**
 * Bearer tokens in the `Authorization` field (RFC 6750), for `schemes` of `Authentication`. Tokens in the query or in a
 * form are not read: both end up in logs.
 *
 * @throws ArlenError `realm_invalid`.
 */
export function bearer<User>(options: BearerOptions<User>): AuthScheme<User> {
  const { verify, bearerFormat } = options
  return {
    name: 'Bearer',
    realm: checkedRealm(options.realm),
    openApi: { type: 'http', scheme: 'bearer', ...(bearerFormat !== undefined && { bearerFormat }) },
    authenticate(c) {
      const authorization = readAuthorization(c)
      if (authorization?.scheme !== 'bearer') return undefined
      if (!isToken68(authorization.credentials)) return MALFORMED
      return whenKnown(verify(authorization.credentials, c), found => found ?? UNKNOWN)
    },
  }
}
