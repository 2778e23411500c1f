import { expect, test } from 'vitest'
import { parseRange } from './range.ts'

test.each([
  ['bytes=0-0', { start: 0, end: 1 }],
  ['bytes=0-99', { start: 0, end: 100 }],
  ['bytes=10-', { start: 10, end: 100 }],
  ['bytes=99-', { start: 99, end: 100 }],
  ['bytes=-10', { start: 90, end: 100 }],
  ['bytes=-100', { start: 0, end: 100 }],
  ['bytes=-1000', { start: 0, end: 100 }],
  ['bytes=90-1000', { start: 90, end: 100 }],
  ['BYTES=1-2', { start: 1, end: 3 }],
  ['bytes= 1-2 ', { start: 1, end: 3 }],
  ['bytes=100-', 'unsatisfiable'],
  ['bytes=100-200', 'unsatisfiable'],
  ['bytes=-0', 'unsatisfiable'],
  ['bytes=99999999999999999999-', 'unsatisfiable'],
  ['bytes=5-4', undefined],
  ['bytes=-', undefined],
  ['bytes=', undefined],
  ['bytes=a-b', undefined],
  ['bytes=0-1,5-6', undefined],
  ['bytes 0-1', undefined],
  ['lines=0-1', undefined],
  [undefined, undefined],
])('%s of 100 bytes is %j', (field, expected) => {
  expect(parseRange(field, 100)).toEqual(expected)
})

test.each(['bytes=0-', 'bytes=0-0', 'bytes=5-', 'bytes=-0', 'bytes=-1', 'bytes=-'])(
  'no range of nothing counts: %s',
  field => {
    expect(parseRange(field, 0)).toBeUndefined()
  },
)
