import { expect, test } from 'vitest'
import { CrashLoopLimiter } from './crash-loop-limiter.ts'

test('now and then a crash is forgiven', () => {
  const limiter = new CrashLoopLimiter()
  expect([0, 8_000, 16_000, 24_000].map(at => limiter.crashed(at))).toEqual([true, true, true, true])
})

test('the third crash in ten seconds is one too many', () => {
  const limiter = new CrashLoopLimiter()
  expect([0, 1_000, 2_000].map(at => limiter.crashed(at))).toEqual([true, true, false])
  expect(limiter.crashed(30_000)).toBe(true)
})

test('crashes of earlier code do not count', () => {
  const brake = new CrashLoopLimiter()
  for (const at of [0, 1_000]) brake.crashed(at)
  brake.reset()
  expect([2_000, 3_000].map(at => brake.crashed(at))).toEqual([true, true])
})
