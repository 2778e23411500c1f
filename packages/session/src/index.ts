export { type ApiKeyStore, MemoryApiKeyStore, type StoredApiKey } from './api-key-store.ts'
export { ApiKeys, type ApiKeysOptions, apiKeys, type IssueApiKeyOptions, type IssuedApiKey } from './api-keys.ts'
export type { AuthScheme, Credentials, CredentialsProblem } from './auth-scheme.ts'
export { Authentication, type AuthenticationOptions } from './authentication.ts'
export { type BearerOptions, bearer } from './bearer.ts'
export { type SessionConfig, sessionConfigSchema, sessionOptions } from './config.ts'
export { type SessionContext, withSession } from './context.ts'
export { CookieCodec } from './cookie-codec.ts'
export { CookieSigner } from './cookie-signature.ts'
export { type CsrfOptions, csrf } from './csrf.ts'
export { CSRF_FIELD, CSRF_HEADER } from './csrf-fields.ts'
export { CsrfTokens } from './csrf-token.ts'
export { developmentSecret } from './development-secret.ts'
export { ENDED_SESSION_MIGRATION, type EndedSessions, MemoryEndedSessions, PgEndedSessions } from './ended-sessions.ts'
export type { SessionErrorCode } from './errors.ts'
export type { AuthGuard } from './guard.ts'
export { type DerivedKey, KeyRing } from './key-ring.ts'
export { MemorySessionStore } from './memory-session-store.ts'
export { MemoryTokenStore } from './memory-token-store.ts'
export {
  type OneTimeTokenOptions,
  type OneTimeTokenStore,
  OneTimeTokens,
  type Redemption,
  type StoredToken,
  type TakenToken,
  type TokenReuse,
} from './one-time-token.ts'
export { type PasswordOptions, Passwords, type PasswordVerdict } from './password.ts'
export { PasswordLogin, type PasswordLoginOptions, type Throttle, type ThrottleOptions } from './password-login.ts'
export { API_KEY_MIGRATION, PgApiKeyStore } from './pg-api-key-store.ts'
export { PgSessionStore, SESSION_MIGRATION } from './pg-session-store.ts'
export type { SqlClient, SqlSource } from './pg-sql.ts'
export { PgTokenStore, TOKEN_MIGRATION } from './pg-token-store.ts'
export { randomToken } from './random.ts'
export { safeEqual } from './safe-equal.ts'
export { generateSecret, PLACEHOLDER_SECRET, secretProblems } from './secrets.ts'
export type { LoginOptions, Session, SessionData, SessionUser } from './session.ts'
export { sessionMiddleware } from './session-middleware.ts'
export type { SessionOptions } from './session-settings.ts'
export type { SessionPatch, SessionStore, StoredSession } from './session-store.ts'
export { bearerToken, hashToken, type NewToken, newToken } from './token.ts'
export { type CookieSchema, defineCookie, TypedCookie, type TypedCookieOptions } from './typed-cookie.ts'
export type { AppUser } from './user.ts'
