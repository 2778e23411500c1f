import { expect, test } from 'vitest'
import { parseBytea } from './bytea.ts'

test.each<[string, number[]]>([
  ['\\x', []],
  ['\\x00ff41', [0, 255, 65]],
  ['', []],
  ['a b', [97, 32, 98]],
  ['\\\\', [92]],
  ['\\000\\3771', [0, 255, 49]],
  ['a\\\\\\101\\\\b', [97, 92, 65, 92, 98]],
])('%j', (text, bytes) => {
  expect([...parseBytea(text)]).toEqual(bytes)
})
