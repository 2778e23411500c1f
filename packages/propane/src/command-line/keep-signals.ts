export { keepSignals } from './early-signals.ts'
