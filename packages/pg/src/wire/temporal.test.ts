import { expect, test } from 'vitest'
import { encodeTemporal } from './temporal.ts'

/** What Temporal prints; the types themselves are tried in bound-values.test.ts, where Node.js has them. */
const value = (type: string, text: string, more: object = {}) => ({
  [Symbol.toStringTag]: `Temporal.${type}`,
  toString: (options?: object) => (options === undefined ? text : `${text}${JSON.stringify(options)}`),
  ...more,
})
const never = '{"calendarName":"never"}'

test.each<[object, string | undefined]>([
  [value('Instant', '2026-01-31T00:00:00Z'), '2026-01-31T00:00:00Z'],
  [value('Instant', '+012026-01-31T00:00:00Z'), '12026-01-31T00:00:00Z'],
  [value('Instant', '0001-01-31T00:00:00Z'), '0001-01-31T00:00:00Z'],
  [value('Instant', '0000-01-31T00:00:00Z'), '0001-01-31T00:00:00Z BC'],
  [value('Instant', '-000043-03-15T00:00:00Z'), '0044-03-15T00:00:00Z BC'],
  [value('ZonedDateTime', 'x', { toInstant: () => '2026-01-31T12:00:00Z' }), '2026-01-31T12:00:00Z'],
  [value('PlainDateTime', '2026-01-31T12:00:00'), `2026-01-31T12:00:00${never}`],
  [value('PlainDate', '2026-01-31'), `2026-01-31${never}`],
  [value('PlainDate', '-000001-01-31'), `0002-01-31${never} BC`],
  [value('PlainTime', '12:00:00'), '12:00:00'],
  [value('Duration', 'P1DT2H0.5S'), 'P1DT2H0.5S'],
  [value('Duration', '-P1DT2H0.5S'), 'P-1DT-2H-0.5S'],
  [value('PlainYearMonth', '2026-01'), undefined],
  [{}, undefined],
])('%# is written as PostgreSQL reads it: %s', (given, text) => {
  expect(encodeTemporal(given)).toBe(text)
})

test('what is not a date with a year is left as it is', () => {
  expect(encodeTemporal(value('Instant', 'soon'))).toBe('soon')
})
