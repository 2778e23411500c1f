import { describe, expect, test } from 'vitest'
import { checkCounters, checkGrowth, intervalAtLeast, intervalAtMost } from './checks.ts'

const counted = { modules: 100, queries: 2, calls: 4, allocatedBytes: [1_000] }
const outcomes = (changes: object, budget = {}) =>
  Object.fromEntries(
    checkCounters({ ...counted, ...changes }, [{ from: 'baseline', counters: counted }], budget).map(check => [
      check.name,
      check.outcome,
    ]),
  )

describe('counters are held hard:', () => {
  test('as many as the baseline, or fewer, are no loss', () => {
    expect(outcomes({})).toEqual({ modules: 'ok', queries: 'ok', calls: 'ok' })
    expect(outcomes({ modules: 90, queries: 1, calls: 3 })).toEqual({ modules: 'ok', queries: 'ok', calls: 'ok' })
  })

  test.each([{ modules: 101 }, { queries: 3 }, { calls: 5 }])('one more is a loss: %o', change => {
    const [name = ''] = Object.keys(change)
    expect(outcomes(change)[name]).toBe('loss')
  })

  test('less than one more is noise from timers', () => {
    expect(outcomes({ calls: 4.2 }).calls).toBe('ok')
  })

  test('a budget holds whatever the baseline does', () => {
    expect(checkCounters(counted, [], { queries: 1 })).toContainEqual(
      expect.objectContaining({ name: 'queries', from: 'budget', bound: 1, outcome: 'loss' }),
    )
    expect(checkCounters(counted, [], { queries: 2 }).map(({ outcome }) => outcome)).not.toContain('loss')
  })

  test('a scenario may say how many more are none yet', () => {
    const lost = (modules: number) =>
      checkCounters({ ...counted, modules }, [{ from: 'baseline', counters: counted }], {}, { modules: 5 })[0]!.outcome
    expect([105, 106].map(lost)).toEqual(['ok', 'loss'])
  })

  test('counters that are unavailable say why, and are no loss', () => {
    const [, , calls] = checkCounters({ ...counted, calls: 'strace(1) is not installed' }, [], {})
    expect(calls).toMatchObject({ name: 'calls', outcome: 'ok', note: 'strace(1) is not installed' })
  })
})

describe('memory that grows', () => {
  const growth = (low: number, high: number, requests = 20_000) => ({
    requests,
    slope: { estimate: (low + high) / 2, low, high },
    points: [],
    peakBytes: 0,
  })

  test('is a loss where the whole interval is past 32 bytes a request', () => {
    expect(checkGrowth(growth(900, 1_100), undefined).outcome).toBe('loss')
    expect(checkGrowth(growth(20, 60), undefined).outcome).toBe('undecided')
    expect(checkGrowth(growth(-4, 9), undefined).outcome).toBe('ok')
  })

  test('is none where the baseline grows as much', () => {
    expect(checkGrowth(growth(900, 1_000), growth(950, 1_050)).outcome).toBe('ok')
    expect(checkGrowth(growth(1_900, 2_000), growth(950, 1_050)).outcome).toBe('loss')
  })

  test('has its own budget if the scenario sets one', () => {
    expect(checkGrowth(growth(900, 1_100), undefined, { growthBytes: 2_000 }).outcome).toBe('ok')
  })

  test('is undecided where it is little in all', () => {
    expect(checkGrowth(growth(100, 200, 5_000), undefined)).toMatchObject({
      outcome: 'undecided',
      note: expect.stringContaining('too little in all'),
    })
    expect(checkGrowth(growth(100, 200, 6_000), undefined).outcome).toBe('loss')
    expect(checkGrowth(growth(1_000, 1_100, 1_000), undefined).outcome).toBe('loss')
  })
})

test('intervals are held as a whole', () => {
  const interval = { estimate: 2, low: 1.5, high: 2.5 }
  expect([1, 2, 3].map(bound => intervalAtMost(interval, bound))).toEqual(['loss', 'undecided', 'ok'])
  expect([1, 2, 3].map(bound => intervalAtLeast(interval, bound))).toEqual(['ok', 'undecided', 'loss'])
})
