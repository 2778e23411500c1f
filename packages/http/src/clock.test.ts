import { expect, test } from 'vitest'
import { Clock, JSON_TYPE, NEVER } from './clock.ts'

test('a deadline is never early, and late by two ticks at most', () => {
  const clock = new Clock(250)
  const start = performance.now()
  for (const ms of [1, 100, 250, 1000, 30_000]) {
    for (const late of [0, 100, 249]) {
      clock.advance(start + 10_000 + late)
      const deadline = clock.tick + clock.ticks(ms)
      clock.advance(start + 10_000 + late + ms - 1)
      expect(clock.tick).toBeLessThan(deadline)
      clock.advance(start + 10_000 + late + ms + 500)
      expect(clock.tick).toBeGreaterThanOrEqual(deadline)
    }
  }
})

test('a duration that is too long to count lasts forever', () => {
  const clock = new Clock(10)
  expect(clock.ticks(Number.POSITIVE_INFINITY)).toBe(NEVER)
  expect(clock.ticks(1e300)).toBe(NEVER)
  clock.advance(performance.now() + (10 * 365 * 86_400_000) / 10)
  expect(clock.tick).toBeLessThan(NEVER)
})

test('the date is written as RFC 9110, section 5.6.7 prefers, and follows the wall clock, backwards too', () => {
  const clock = new Clock(250)
  clock.advance(performance.now(), Date.UTC(1994, 10, 6, 8, 49, 37, 999))
  expect(clock.dateLine).toBe('Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n')
  expect(clock.plainHead(JSON_TYPE)).toContain(clock.dateLine)
  clock.advance(performance.now(), Date.UTC(1994, 10, 6, 8, 49, 30))
  expect(clock.dateLine).toContain('08:49:30')
})
