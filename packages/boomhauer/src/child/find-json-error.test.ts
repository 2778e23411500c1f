import { expect, test } from 'vitest'
import { findJsonError } from './find-json-error.ts'

test.each(['{}', '[]', ' 1 ', '"a"', 'null', '[1, {"a": [true, -1.5e3]}]', '{"a\\u00e4\\n": {}, "b": []}'])(
  '%s is JSON',
  text => {
    JSON.parse(text)
    expect(findJsonError(text)).toBeUndefined()
  },
)

test.each([
  ['', 1, 1],
  ['{\n  "a": 1,\n  "b": x\n}', 3, 8],
  ['{ "a": 1,\n}', 2, 1],
  ['[1, 2,]', 1, 7],
  ['[1 2]', 1, 4],
  ['{"a" 1}', 1, 6],
  ['{a: 1}', 1, 2],
  ["{'a': 1}", 1, 2],
  ['{"a": "b\n"}', 1, 7],
  ['{"a": 01}', 1, 7],
  ['{"a": 1', 1, 8],
  ['{"a": 1}\n}', 2, 1],
  ['{"a": 1} // a', 1, 10],
  ['[1}', 1, 3],
  ['{"a": tru}', 1, 7],
])('%j is not, from line %i, column %i on', (text, line, column) => {
  expect(() => JSON.parse(text)).toThrow()
  expect(findJsonError(text)).toEqual({ line, column })
})
