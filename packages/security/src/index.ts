export { addressKey } from './address-key.ts'
export { type SecurityConfig, securityConfigSchema, securityMiddleware } from './config.ts'
export { cors } from './cors.ts'
export type { CorsOptions } from './cors-policy.ts'
export type { CspDirective, CspOptions } from './csp.ts'
export { type NonceContext, withCspNonce } from './csp-nonce.ts'
export { type CspReportsOptions, cspReports } from './csp-reports.ts'
export type { SecurityErrorCode } from './errors.ts'
export { rateLimitFallbacks } from './fallbacks.ts'
export { type HostCheckOptions, hostCheck } from './host-check.ts'
export type { LoginNetwork, LoginNetworks } from './login-networks.ts'
export { type LoginAttemptOptions, LoginThrottle, type LoginThrottleOptions } from './login-throttle.ts'
export { PgRateStore, RATE_LIMIT_MIGRATION, type SqlClient } from './pg-rate-store.ts'
export type { RateAlgorithmName } from './rate-algorithm.ts'
export { type RateLimitOptions, rateLimit } from './rate-limit.ts'
export {
  type CheckedRateLimit,
  checkRateLimit,
  type RateDecision,
  type RateLimit,
  RateLimiter,
} from './rate-limiter.ts'
export type { OnStoreError, RateStore } from './rate-store.ts'
export { type ReferrerPolicy, type SecurityHeadersOptions, securityHeaders } from './security-headers.ts'
export { type WorkerChannel, WorkerRateStore, workerRateStore } from './worker-rate-store.ts'
