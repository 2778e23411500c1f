export { addressKey } from './address-key.ts'
export type { SecurityErrorCode } from './errors.ts'
export type { RateAlgorithmName } from './rate-algorithm.ts'
export {
  type CheckedRateLimit,
  checkRateLimit,
  type RateDecision,
  type RateLimit,
  RateLimiter,
} from './rate-limiter.ts'
