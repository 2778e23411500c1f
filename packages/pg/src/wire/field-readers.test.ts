import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { ArrayTypes } from './array-types.ts'
import { parseTimestamptz } from './timestamp.ts'
import { createParsers, readerOf } from './type-parsers.ts'

// Unit tests share processes: modules that other files have loaded, or will, do without the mock.
vi.hoisted(() => vi.resetModules())
afterAll(() => void vi.resetModules())
vi.mock('./timestamp.ts', async original => {
  const module = await original<typeof import('./timestamp.ts')>()
  return { ...module, parseTimestamptz: vi.fn(module.parseTimestamptz) }
})
const parsedAsText = vi.mocked(parseTimestamptz)
beforeEach(() => void parsedAsText.mockClear())

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

describe('a timestamptz of the usual form', () => {
  const DAYS = [1, 2, 27, 28]
  const years = ['0100', '0399', '0400', '1600', '1899', '1900', '1969', '1970', '1999', '2000', '2023', '2024', '9999']
  const ends: Readonly<Record<string, string>> = { '04': '30', '06': '30', '09': '30', '11': '30' }
  const pad = (number: number) => String(number).padStart(2, '0')

  test.each(years)('is the same instant as its text, on the first and last days of the months of %s', year => {
    for (let month = 1; month <= 12; month++) {
      const end = pad(month) === '02' ? '28' : (ends[pad(month)] ?? '31')
      for (const day of [...DAYS.map(pad), end]) {
        const text = `${year}-${pad(month)}-${day} 23:59:58.987654+00`
        expect((read(1184, text) as Date).toISOString()).toBe(`${year}-${pad(month)}-${day}T23:59:58.987Z`)
      }
    }
  })

  test.each([
    ['2026-01-31 12:34:56+00', '2026-01-31T12:34:56.000Z'],
    ['2026-01-31 12:34:56.1+00', '2026-01-31T12:34:56.100Z'],
    ['2026-01-31 12:34:56.02+01', '2026-01-31T11:34:56.020Z'],
    ['2026-01-31 12:34:56.003999-12', '2026-02-01T00:34:56.003Z'],
    ['2024-02-29 10:20:30+14', '2024-02-28T20:20:30.000Z'],
  ])('%s is %s, without a text being made of it', (text, instant) => {
    expect((read(1184, text) as Date).toISOString()).toBe(instant)
    expect(parsedAsText).not.toHaveBeenCalled()
  })

  test.each([
    '2026x01-31 12:34:56+00',
    '2026-01x31 12:34:56+00',
    '2026-01-31T12:34:56+00',
    '2026-01-31 12x34:56+00',
    '2026-01-31 12:34x56+00',
    '2026-01-31 12:34:56+0',
    '2026-01-31 12:34:56',
  ])('is not %s', text => {
    expect(() => read(1184, text)).toThrow('is no a Date')
  })

  test('is not one with minutes of its zone, with five digits of its year, or before Christ', () => {
    for (const text of ['2026-01-31 12:34:56+05:30', '12026-01-31 12:34:56+00', '2026-01-31 12:34:56+00 BC']) {
      read(1184, text)
      expect(parsedAsText, text).toHaveBeenLastCalledWith(text)
    }
  })
})
