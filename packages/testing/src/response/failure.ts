import { AssertionError } from 'node:assert'
import { type CallSite, thrownFrom } from '../call-site.ts'

/** What is wrong according to an assertion. */
export interface Finding {
  /** One sentence, without the values. */
  message: string
  actual?: unknown
  expected?: unknown
  /** What the assertion examined, if not the body: the HTML around a selector. */
  context?: string | undefined
}

/** Creates the error of a failed assertion. Its stack begins at the assertion in the test. */
export function failure({ message, actual, expected }: Finding, report: string, stackFrom: object): AssertionError {
  const error = new AssertionError({ message, actual, expected, operator: 'strictEqual' })
  // Set afterwards, because the constructor appends a comparison that the sentence already has.
  error.message = `${message}\n\n${report}`
  if (typeof stackFrom === 'function') Error.captureStackTrace(error, stackFrom as () => void)
  return thrownFrom(error, typeof stackFrom === 'function' ? error : (stackFrom as CallSite)) as AssertionError
}
