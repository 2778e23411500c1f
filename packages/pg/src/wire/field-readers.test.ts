import { describe, expect, test } from 'vitest'
import { ArrayTypes } from './array-types.ts'
import { createParsers, readerOf } from './type-parsers.ts'

const parsers = createParsers({}, new ArrayTypes())

/** What a field is read as, in the middle of a message. */
function read(oid: number, text: string): unknown {
  const bytes = Buffer.from(`99${text}+11`)
  return readerOf(parsers(oid)!)(bytes, 2, bytes.length - 3)
}

describe.each([
  [21, ['0', '-1', '32767', '-32768']],
  [23, ['0', '7', '-1', '2147483647', '-2147483648']],
  [26, ['0', '4294967295']],
  [16, ['t', 'f']],
  [25, ['', 'a', 'ä€😀', '\u0000'.repeat(3), 'x'.repeat(300)]],
  [701, ['1.5', 'NaN', '-Infinity', '1e300', '-0']],
  [20, ['9223372036854775807', '-1']],
  [17, ['\\x00ff', '']],
  [3802, ['{"a": [1, null]}', '12345678901234567890']],
  [
    1184,
    [
      ...[
        '2026-01-31 12:34:56+00',
        '2026-01-31 12:34:56.1+00',
        '2026-01-31 12:34:56.123456-08',
        '1999-12-31 23:59:59.9999+14',
      ],
      ...[
        '2026-01-31 12:34:56.12+05:30',
        '1850-01-01 00:00:00-00:01:15',
        '0099-01-01 00:00:00+00',
        '0100-01-01 00:00:00+00',
      ],
      ...['0001-01-01 00:00:00+00 BC', '12026-01-01 00:00:00+00', '2024-02-29 00:00:00.001-03'],
    ],
  ],
] as const)('a field of type %i', (oid, texts) => {
  test.each(texts)('is %j in bytes what it is as text', text => {
    expect(read(oid, text)).toEqual(parsers(oid)!(text))
  })
})

test.each(['infinity', '-infinity', '', '2026-01-31'])('a timestamptz of %j is refused either way', text => {
  expect(() => read(1184, text)).toThrow(expect.objectContaining({ message: expect.stringContaining('Date') }))
})

test('a parser of the application is called with the text', () => {
  const custom = createParsers({ custom: { 23: text => `int ${text}` } }, new ArrayTypes())
  expect(readerOf(custom(23)!)(Buffer.from('12'), 0, 2)).toBe('int 12')
})
