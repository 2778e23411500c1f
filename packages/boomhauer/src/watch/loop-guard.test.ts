import { expect, test } from 'vitest'
import { type Cause, LoopGuard } from './loop-guard.ts'

const unloaded: Cause = { path: 'data/state.json', expected: false, data: true }
const loaded: Cause = { path: 'src/a.ts', expected: true, data: false }
const imported: Cause = { path: 'data/imported.json', expected: true, data: true }

test('the third build that one unloaded path causes is the last', () => {
  const guard = new LoopGuard()
  expect([unloaded, unloaded, unloaded].map(cause => guard.caused([cause]))).toEqual([
    undefined,
    undefined,
    unloaded.path,
  ])
  expect(guard.isStopped(unloaded.path)).toBe(true)
  expect(guard.isStopped('data/other.json')).toBe(false)
})

test('builds with other causes do not count', () => {
  const guard = new LoopGuard()
  for (let i = 0; i < 9; i++) expect(guard.caused([unloaded, loaded])).toBeUndefined()
  expect(guard.caused([])).toBeUndefined()
})

test('code that was loaded may cause as many as there are saves, however quick', () => {
  const guard = new LoopGuard(() => 0)
  for (let i = 0; i < 50; i++) {
    guard.ended()
    expect(guard.caused([loaded])).toBeUndefined()
  }
})

test('data that was loaded is stopped when it changes after each build at once, five times in a row', () => {
  let now = 0
  const guard = new LoopGuard(() => now)
  const after = (ms: number) => {
    guard.ended()
    now += ms
    return guard.caused([imported])
  }
  expect([20, 20, 20, 5_000, 20, 20, 20, 20].map(after)).toEqual(Array(8).fill(undefined))
  expect(after(20)).toBe(imported.path)
})
