export { RatePrimary } from './rate-primary.ts'
export { isRateQuestion, type RateAnswer, type RateQuestion } from './worker-messages.ts'
