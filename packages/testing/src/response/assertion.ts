import type { Finding } from './failure.ts'
import type { ResponseData } from './response-data.ts'

/** Checks a response. Undefined if it is as expected. */
// biome-ignore lint/suspicious/noExplicitAny: AssertionMethods types the arguments of each
export type Assertion = (response: ResponseData, ...args: any[]) => Finding | undefined | Promise<Finding | undefined>

/** The finding that a value differs. */
export function differs(what: string, actual: unknown, expected: unknown): Finding {
  return { message: `${what} is not as expected: found ${show(actual)}, expected ${show(expected)}.`, actual, expected }
}

export function show(value: unknown): string {
  if (value instanceof RegExp || typeof value === 'function') return String(value)
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}

/** Whether an expectation lists members, rather than being a pattern or a matcher of a runner. */
export function isAttributes(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !(value instanceof RegExp) && !('asymmetricMatch' in value)
}
