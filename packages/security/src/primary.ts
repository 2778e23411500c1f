export { createRatePrimary, type RatePrimary } from './rate-limit/rate-primary.ts'
export { isRateQuestion, type RateAnswer, type RateQuestion } from './rate-limit/worker-messages.ts'
