export type { SecurityErrorCode } from './errors.ts'
export type { CspDirective, CspOptions } from './headers/csp.ts'
export { type NonceContext, withCspNonce } from './headers/csp-nonce.ts'
export { type CspReportsOptions, cspReports } from './headers/csp-reports.ts'
export { type ReferrerPolicy, type SecurityHeadersOptions, securityHeaders } from './headers/security-headers.ts'
export type { LoginNetwork, LoginNetworks } from './login/login-networks.ts'
export {
  createLoginThrottle,
  type LoginAttemptOptions,
  type LoginThrottle,
  type LoginThrottleOptions,
} from './login/login-throttle.ts'
export { cors } from './origin/cors.ts'
export type { CorsOptions } from './origin/cors-policy.ts'
export { type HostCheckOptions, hostCheck } from './origin/host-check.ts'
export { addressKey } from './rate-limit/address-key.ts'
export { rateLimitFallbacks } from './rate-limit/fallbacks.ts'
export {
  createPgRateStore,
  type PgRateStore,
  RATE_LIMIT_MIGRATION,
  type SqlClient,
} from './rate-limit/pg-rate-store.ts'
export type { RateAlgorithmName } from './rate-limit/rate-algorithm.ts'
export { type RateLimitOptions, rateLimit } from './rate-limit/rate-limit.ts'
export {
  createRateLimiter,
  type RateDecision,
  type RateLimit,
  type RateLimiter,
  type RateLimiterOptions,
} from './rate-limit/rate-limiter.ts'
export type { OnStoreError, RateStore } from './rate-limit/rate-store.ts'
