import { type OptionTable, option, readOptions } from '@arlen/core/options'
import type { Context } from '@arlen/http'
import {
  type CryptoKey,
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  type JSONWebKeySet,
  type JWK,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  jwtVerify,
  type KeyObject,
} from 'jose'
import { sessionError } from '../errors.ts'
import type { AuthScheme, Credentials, CredentialsProblem, Maybe } from '../login/auth-scheme.ts'
import { readAuthorization } from '../login/authorization.ts'
import { bearer, UNKNOWN } from './bearer.ts'

/** The signature algorithms of RFC 7518, RFC 8037 and RFC 9864 that are accepted; `none` is not among them. */
export type JwtAlgorithm =
  | `HS${256 | 384 | 512}`
  | `RS${256 | 384 | 512}`
  | `PS${256 | 384 | 512}`
  | `ES${256 | 384 | 512}`
  | 'EdDSA'
  | 'Ed25519'

/** Options of JSON Web Tokens: what a token must contain to be accepted. */
export interface JwtOptions<User> {
  /**
   * The accepted algorithms, whatever the token says: `['RS256']`. Shared-secret and public-key algorithms cannot be
   * mixed.
   */
  algorithms: readonly [JwtAlgorithm, ...JwtAlgorithm[]]
  /** The required issuer (`iss`). */
  issuer: string | readonly string[]
  /** The required audience (`aud`): this application. */
  audience: string | readonly string[]
  /** The verification key: a public key, or for HS256 a secret of at least 32 bytes. Give this or `jwks`. */
  key?: KeyObject | CryptoKey | JWK | Uint8Array
  /** The issuer's keys: the https URL of its JWK set, or the set itself. */
  jwks?: string | URL | JSONWebKeySet
  /** The user that the claims identify, or undefined if that user no longer exists. */
  findUser: (claims: JWTPayload, c: Context) => Maybe<User>
  /** The token's scopes. Default: the claim `scope` (RFC 9068, section 2.2.3), or `scp`. */
  scopesOf?: (claims: JWTPayload) => readonly string[]
  /** The required `typ` header, such as `at+jwt` (RFC 9068), which keeps ID tokens out. Default any. */
  typ?: string
  /** Allowed clock difference, in milliseconds. Default 0. */
  clockToleranceMs?: number
  /**
   * How long fetched keys are cached, in milliseconds. Default 10 minutes. An unknown key id triggers a fetch at most
   * every 30 seconds.
   */
  keysMaxAgeMs?: number
  /** Names the protected space in challenges. Default `api`. */
  realm?: string
  now?: () => number
}

/** Keys and claims are validated where they are used. */
const OPTIONS: OptionTable<JwtOptions<never>> = {
  algorithms: option.any,
  issuer: option.any,
  audience: option.any,
  key: option.any,
  jwks: option.any,
  findUser: option.required(option.func),
  scopesOf: option.func,
  typ: option.string,
  clockToleranceMs: option.durationMs(),
  keysMaxAgeMs: option.durationMs(),
  realm: option.string,
  now: option.func,
}

/**
 * JSON Web Tokens as bearer tokens (RFC 7519, RFC 8725). The jose library verifies signature, algorithm, issuer,
 * audience and times. A token without `exp` is rejected. For `schemes` of `createAuthentication()`.
 *
 * @throws ArlenError `jwt_options_invalid`, `realm_invalid`.
 */
export function jwt<User>(given: JwtOptions<User>): AuthScheme<User> {
  const options = readOptions('jwt()', given, OPTIONS as OptionTable<JwtOptions<User>>)
  const { findUser, scopesOf = scopesOfClaims, realm } = options
  const key = keyOf(options)
  const rules = verifyOptions(options)
  const scheme = bearer<User>({
    ...(realm !== undefined && { realm }),
    bearerFormat: 'JWT',
    async verify(token, c): Promise<Credentials<User> | CredentialsProblem | undefined> {
      const currentDate = new Date((options.now ?? Date.now)())
      const claims = await verifiedClaims(token, key, { ...rules, currentDate })
      if ('error' in claims) return claims.error
      const user = await findUser(claims.payload, c)
      return user === undefined ? UNKNOWN : { user, scopes: scopesOf(claims.payload), claims: claims.payload }
    },
  })
  return {
    ...scheme,
    // Anything without three parts belongs to another scheme: an opaque token or an API key.
    authenticate: c => (looksLikeJwt(readAuthorization(c)?.credentials) ? scheme.authenticate(c) : undefined),
  }
}

type Verified = { readonly payload: JWTPayload } | { readonly error: CredentialsProblem }

async function verifiedClaims(token: string, key: Key, options: JWTVerifyOptions): Promise<Verified> {
  try {
    return { payload: (await jwtVerify(token, key, options)).payload }
  } catch (error) {
    if (error instanceof errors.JWTExpired) return refused('The token has expired')
    if (error instanceof errors.JWTClaimValidationFailed) return refused(`The claim ${error.claim} is not acceptable`)
    if (CLIENT_ERRORS.some(kind => error instanceof kind)) return { error: UNKNOWN }
    // The issuer's keys are unavailable, which says nothing about the token.
    throw sessionError('token_keys_unavailable', {}, { cause: error, headers: { 'Retry-After': '5' } })
  }
}

const CLIENT_ERRORS = [
  errors.JWSInvalid,
  errors.JWTInvalid,
  errors.JWSSignatureVerificationFailed,
  errors.JOSEAlgNotAllowed,
  errors.JOSENotSupported,
  errors.JWKSNoMatchingKey,
  errors.JWKSMultipleMatchingKeys,
]

function refused(description: string): Verified {
  return { error: { error: 'invalid_token', description } }
}

type Key = KeyObject | CryptoKey | JWK | Uint8Array | JWTVerifyGetKey

function keyOf({ key, jwks, algorithms, keysMaxAgeMs }: JwtOptions<unknown>): Key {
  const refuse = (problem: string) => sessionError('jwt_options_invalid', { problem })
  if ((key === undefined) === (jwks === undefined)) throw refuse('give either key or jwks')
  const secret = algorithms.filter(name => name.startsWith('HS'))
  if (secret.length > 0 && secret.length < algorithms.length) {
    throw refuse(
      'algorithms of secrets (HS256 and the like) and of key pairs do not mix: a public key would be a secret',
    )
  }
  if (key !== undefined) {
    if (key instanceof Uint8Array && key.length < 32) throw refuse('a secret needs at least 32 bytes')
    return key
  }
  if (secret.length > 0) throw refuse('secrets do not come from a JWK set; give key')
  if (typeof jwks === 'object' && 'keys' in jwks) return createLocalJWKSet(jwks)
  const url = URL.parse(String(jwks))
  if (url === null || !(url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname)))) {
    throw refuse('jwks must be an https address or a JWK set')
  }
  return createRemoteJWKSet(url, { ...(keysMaxAgeMs !== undefined && { cacheMaxAge: keysMaxAgeMs }) })
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]'
}

const ALGORITHM = /^(?:(?:HS|RS|PS|ES)(?:256|384|512)|EdDSA|Ed25519)$/

function verifyOptions({
  algorithms,
  issuer,
  audience,
  typ,
  clockToleranceMs = 0,
}: JwtOptions<unknown>): JWTVerifyOptions {
  const refuse = (problem: string) => sessionError('jwt_options_invalid', { problem })
  if (!Array.isArray(algorithms) || algorithms.length === 0) throw refuse('algorithms must name at least one')
  const unknown = algorithms.find(name => !ALGORITHM.test(name))
  if (unknown !== undefined) throw refuse(`${unknown} is no algorithm that is accepted`)
  for (const [member, value] of Object.entries({ issuer, audience })) {
    const list: readonly unknown[] = Array.isArray(value) ? value : [value]
    if (list.length === 0 || list.some(item => typeof item !== 'string' || item === '')) {
      throw refuse(`${member} must be a text or a list of texts`)
    }
  }
  return {
    algorithms: [...algorithms],
    issuer: typeof issuer === 'string' ? issuer : [...issuer],
    audience: typeof audience === 'string' ? audience : [...audience],
    requiredClaims: ['exp'],
    clockTolerance: clockToleranceMs / 1000,
    ...(typ !== undefined && { typ }),
  }
}

function looksLikeJwt(credentials: string | undefined): boolean {
  if (credentials === undefined) return false
  const first = credentials.indexOf('.')
  const second = credentials.indexOf('.', first + 1)
  return first > 0 && second > 0 && credentials.indexOf('.', second + 1) === -1
}

function scopesOfClaims({ scope, scp }: JWTPayload): readonly string[] {
  const given = scope ?? scp
  if (Array.isArray(given)) return given.filter(item => typeof item === 'string')
  return typeof given === 'string' ? given.split(' ').filter(item => item !== '') : []
}
