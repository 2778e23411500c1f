import { expect, test } from 'vitest'
import { STAGES, Timings } from './timings.ts'

test('always reports every stage, in order, 0 where one did not run', () => {
  const timings = new Timings()
  timings.lap('route')
  expect(Object.keys(timings.toJSON())).toEqual([...STAGES])
  expect(timings.toJSON().render).toBe(0)
  expect(timings.toServerTiming()).toMatch(/^parse;dur=0, route;dur=[\d.]+, .*total;dur=[\d.]+$/)
})

test('gives every moment to one stage, so that total is their sum', () => {
  const timings = new Timings(performance.now() - 5)
  timings.lap('parse')
  timings.lap('controller')
  timings.lap('parse')
  expect(timings.parse).toBeGreaterThanOrEqual(5)
  expect(timings.total).toBe(timings.parse + timings.controller)
})
