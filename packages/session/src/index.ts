export { type SessionContext, withSession } from './context.ts'
export { defineCookie, type TypedCookie, type TypedCookieOptions } from './cookie/typed-cookie.ts'
export { type CsrfOptions, csrf } from './csrf/csrf.ts'
export type { SessionErrorCode } from './errors.ts'
export type { AuthScheme, Credentials, CredentialsProblem } from './login/auth-scheme.ts'
export { type Authentication, createAuthentication } from './login/authentication.ts'
export type { AuthenticationOptions } from './login/authentication-options.ts'
export type { AuthGuard } from './login/guard.ts'
export { createPasswords, type PasswordOptions, type PasswordResult, type Passwords } from './login/password.ts'
export {
  createPasswordLogin,
  type PasswordLogin,
  type PasswordLoginOptions,
  type Throttle,
  type ThrottleOptions,
} from './login/password-login.ts'
export type { AppUser } from './login/user.ts'
export { safeEqual } from './secrets/safe-equal.ts'
export { generateSecret } from './secrets/secrets.ts'
export type { LoginOptions, Session, SessionData, SessionUser } from './session/session.ts'
export { session } from './session/session-middleware.ts'
export type { SessionOptions } from './session/session-settings.ts'
export {
  type ApiKeyStore,
  createMemoryApiKeyStore,
  type MemoryApiKeyStore,
  type StoredApiKey,
} from './stores/api-key-store.ts'
export {
  createMemoryEndedSessions,
  createPgEndedSessions,
  ENDED_SESSION_MIGRATION,
  type EndedSessions,
  type MemoryEndedSessions,
  type PgEndedSessions,
} from './stores/ended-sessions.ts'
export { createMemorySessionStore, type MemorySessionStore } from './stores/memory-session-store.ts'
export { createMemoryTokenStore, type MemoryTokenStore } from './stores/memory-token-store.ts'
export { API_KEY_MIGRATION, createPgApiKeyStore, type PgApiKeyStore } from './stores/pg-api-key-store.ts'
export { createPgSessionStore, type PgSessionStore, SESSION_MIGRATION } from './stores/pg-session-store.ts'
export type { SqlClient, SqlSource } from './stores/pg-sql.ts'
export { createPgTokenStore, type PgTokenStore, TOKEN_MIGRATION } from './stores/pg-token-store.ts'
export type { SessionPatch, SessionStore, StoredSession } from './stores/session-store.ts'
export {
  type ApiKeys,
  type ApiKeysOptions,
  apiKeys,
  type IssueApiKeyOptions,
  type IssuedApiKey,
} from './token/api-keys.ts'
export { type BearerOptions, bearer } from './token/bearer.ts'
export {
  createOneTimeTokens,
  type OneTimeTokenOptions,
  type OneTimeTokenStore,
  type OneTimeTokens,
  type Redemption,
  type StoredToken,
  type TakenToken,
  type TokenReuse,
} from './token/one-time-token.ts'
export { bearerToken, hashToken, type NewToken, newToken } from './token/token.ts'
