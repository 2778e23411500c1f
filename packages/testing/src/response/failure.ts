import { AssertionError } from 'node:assert'
import { type CallSite, thrownFrom } from '../call-site.ts'

/** What an assertion found wrong. */
export interface Finding {
  /** One sentence, without the values. */
  message: string
  actual?: unknown
  expected?: unknown
  /** What the assertion looked at, where that is not the body: the HTML around a selector. */
  context?: string | undefined
}

/** Makes the error of an assertion that failed. Its stack begins where the test made the assertion. */
export function failure({ message, actual, expected }: Finding, report: string, stackFrom: object): AssertionError {
  const error = new AssertionError({ message, actual, expected, operator: 'strictEqual' })
  // Set afterwards, for the constructor adds a comparison of its own, which the sentence has already.
  error.message = `${message}\n\n${report}`
  if (typeof stackFrom === 'function') Error.captureStackTrace(error, stackFrom as () => void)
  return thrownFrom(error, typeof stackFrom === 'function' ? error : (stackFrom as CallSite)) as AssertionError
}
