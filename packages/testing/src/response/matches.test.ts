import { expect, test } from 'vitest'
import { matches } from './matches.ts'

test.each<[string, unknown, unknown, boolean]>([
  ['equal values', { a: [1, 'x'] }, { a: [1, 'x'] }, true],
  ['a member too many', { a: 1, b: 2 }, { a: 1 }, false],
  ['a member too few', { a: 1 }, { a: 1, b: 2 }, false],
  ['a list of another length', [1, 2], [1], false],
  ['a pattern inside', { a: 'abc' }, { a: /b/ }, true],
  ['a pattern that does not fit', { a: 'abc' }, { a: /z/ }, false],
  ['a pattern for what is not text', { a: 1 }, { a: /1/ }, false],
  ['a function', 'abc', (text: unknown) => text === 'abc', true],
  ['a matcher of the runner', { a: 1 }, { a: expect.any(Number) }, true],
  ['a matcher that does not fit', { a: 1 }, { a: expect.any(String) }, false],
  ['null and nothing', null, undefined, false],
  ['a number and its text', 1, '1', false],
])('%s', (_, actual, expected, result) => {
  expect(matches(actual, expected)).toBe(result)
})
