import { isDeepStrictEqual } from 'node:util'

/**
 * What an assertion can expect of a text: the text, a pattern, a function, or a matcher of the runner (`expect.any(…)`).
 */
export type TextExpectation = string | RegExp | ((text: string) => boolean) | Matcher

/** An asymmetric matcher of Vitest or Jest: `expect.objectContaining({ … })`. */
export interface Matcher {
  asymmetricMatch(actual: unknown): boolean
}

/** Whether a value is as expected: deeply equal, with patterns and matchers anywhere inside. */
export function matches(actual: unknown, expected: unknown): boolean {
  if (isMatcher(expected)) return expected.asymmetricMatch(actual)
  if (expected instanceof RegExp) return typeof actual === 'string' && expected.test(actual)
  if (typeof expected === 'function') return expected(actual) === true
  if (Array.isArray(expected)) {
    return (
      Array.isArray(actual) &&
      actual.length === expected.length &&
      expected.every((each, i) => matches(actual[i], each))
    )
  }
  if (isPlain(expected) && isPlain(actual)) {
    const names = Object.keys(expected).filter(name => expected[name] !== undefined)
    return (
      names.length === Object.keys(actual).length &&
      names.every(name => name in actual && matches(actual[name], expected[name]))
    )
  }
  return isDeepStrictEqual(actual, expected)
}

function isMatcher(value: unknown): value is Matcher {
  return (
    typeof value === 'object' && value !== null && typeof (value as Partial<Matcher>).asymmetricMatch === 'function'
  )
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
