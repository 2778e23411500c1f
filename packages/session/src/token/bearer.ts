import { type OptionTable, option, readOptions } from '@arlen/core/options'
import type { Context } from '@arlen/http'
import {
  type AuthScheme,
  type Credentials,
  type CredentialsProblem,
  checkedRealm,
  type Maybe,
} from '../login/auth-scheme.ts'
import { isToken68, readAuthorization } from '../login/authorization.ts'
import { whenKnown } from '../session/when-known.ts'

/** Options of bearer tokens. */
export interface BearerOptions<User> {
  /**
   * Finds a token's user and scopes. Return undefined if the token is unknown, expired or revoked. Store tokens as
   * `hashToken(token)` and look them up by that hash.
   */
  verify: (token: string, c: Context) => Maybe<Credentials<User> | CredentialsProblem>
  /** Names the protected space in challenges. Default `api`. */
  realm?: string
  /** A hint at the token format for OpenAPI. */
  bearerFormat?: string
}

const OPTIONS: OptionTable<BearerOptions<never>> = {
  verify: option.required(option.func),
  realm: option.string,
  bearerFormat: option.string,
}

const MALFORMED: CredentialsProblem = { error: 'invalid_request', description: 'Send one token: Bearer <token>' }
export const UNKNOWN: CredentialsProblem = { error: 'invalid_token' }

/**
 * Bearer tokens in `Authorization` (RFC 6750), for `schemes` of `createAuthentication()`. Tokens in the query string or a form
 * are ignored, because those end up in logs.
 *
 * @throws ArlenError `realm_invalid`.
 */
export function bearer<User>(options: BearerOptions<User>): AuthScheme<User> {
  const { verify, bearerFormat, realm } = readOptions('bearer()', options, OPTIONS as OptionTable<BearerOptions<User>>)
  return {
    name: 'Bearer',
    realm: checkedRealm(realm),
    openApi: { type: 'http', scheme: 'bearer', ...(bearerFormat !== undefined && { bearerFormat }) },
    authenticate(c) {
      const authorization = readAuthorization(c)
      if (authorization?.scheme !== 'bearer') return undefined
      if (!isToken68(authorization.credentials)) return MALFORMED
      return whenKnown(verify(authorization.credentials, c), found => found ?? UNKNOWN)
    },
  }
}
