import { expect, test } from 'vitest'
import { SETTINGS } from '../../test/simulation.ts'
import { countBootDeath, countCrash, respawnDelayMs, spread, within } from './back-off.ts'
import type { Slot } from './pool.ts'

function slot(): Slot {
  return { deaths: 0, notBefore: 0, bootDeaths: [], parked: false }
}

test('the delay doubles from the first to the longest, less up to a quarter', () => {
  for (const id of [1, 2, 3, 50]) {
    for (let deaths = 0; deaths < 100; deaths++) {
      const full = Math.min(30_000, 100 * 2 ** deaths)
      const delay = respawnDelayMs(deaths, id, SETTINGS)
      expect(delay).toBeLessThanOrEqual(full)
      expect(delay).toBeGreaterThan(full * 0.75)
    }
  }
})

test('workers that die together do not start together', () => {
  const delays = [1, 2, 3, 4, 5, 6, 7, 8].map(id => Math.round(respawnDelayMs(5, id, SETTINGS)))
  expect(new Set(delays).size).toBe(8)
  for (let id = 1; id < 1000; id++) {
    expect(spread(id)).toBeGreaterThanOrEqual(0)
    expect(spread(id)).toBeLessThan(1)
  }
})

test('a death before ready counts towards the crash loop as long as the window is open', () => {
  const it = slot()
  for (const now of [1000, 2000, 62_500]) countBootDeath(it, 1, now, SETTINGS)
  expect(it).toMatchObject({ deaths: 3, bootDeaths: [62_500] })
  expect(it.notBefore).toBeGreaterThan(62_500)
  expect(within([1000, 2000, 61_500], 61_500, SETTINGS)).toEqual([2000, 61_500])
})

test('the count starts again after a life as long as the window, and a death in service is no boot failure', () => {
  const it = slot()
  for (let each = 0; each < 4; each++) countCrash(it, 1, 59_999, 1000, SETTINGS)
  expect(it).toMatchObject({ deaths: 4, bootDeaths: [] })
  countCrash(it, 1, 60_000, 1000, SETTINGS)
  expect(it.deaths).toBe(1)
  expect(it.notBefore - 1000).toBeLessThanOrEqual(100)
})
