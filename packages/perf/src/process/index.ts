export { answerCalls, type Calls } from './answer-calls.ts'
