import { expect, test } from 'vitest'
import { formatBytes, formatDuration, parseBytes, parseDuration } from './units.ts'

test.each([
  [1500, 1500],
  ['1500', 1500],
  ['250ms', 250],
  ['1.5s', 1500],
  ['5 m', 300_000],
  ['1H', 3_600_000],
  ['2d', 172_800_000],
  ['', undefined],
  ['s', undefined],
  ['-1s', undefined],
  ['1w', undefined],
  [-1, undefined],
  [Number.NaN, undefined],
  [true, undefined],
])('the duration %j is %s ms', (value, ms) => {
  expect(parseDuration(value)).toBe(ms)
})

test.each([
  [1024, 1024],
  ['512mb', 536_870_912],
  ['1.5 GB', 1_610_612_736],
  ['12kb', 12_288],
  ['12 potatoes', undefined],
])('the size %j is %s bytes', (value, bytes) => {
  expect(parseBytes(value)).toBe(bytes)
})

test('writes durations and sizes for people', () => {
  expect([999, 1000, 1549, 90_000].map(formatDuration)).toEqual(['999ms', '1s', '1.5s', '90s'])
  expect([300_000, 309_000, 3_725_000, 7_200_000].map(formatDuration)).toEqual(['5m', '5m 9s', '1h 2m', '2h'])
  expect([86_400_000, 180_000_000].map(formatDuration)).toEqual(['1d', '2d 2h'])
  expect(formatBytes(67_108_864)).toBe('64.0 MiB')
})
