import type { Diagnostic } from '@arlen/core'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { isOutside, Retries } from './retries.ts'

const failure = (more: Partial<Diagnostic> = {}): Diagnostic[] => [
  { stage: 'boot', severity: 'error', message: 'no', ...more },
]
const down = failure({ causes: failure({ code: 'ECONNREFUSED' }) })

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test.each([
  [down, true],
  [failure({ code: 'EADDRINUSE' }), true],
  [failure({ code: '57P03' }), true],
  [failure({ action: { name: 'migrate', label: 'Apply' } }), true],
  [failure({ message: 'connect ECONNREFUSED ::1:5432' }), true],
  [failure({ code: 'ERR_MODULE_NOT_FOUND' }), false],
  [failure(), false],
])('%j: %s', (diagnostics, outside) => {
  expect(isOutside(diagnostics)).toBe(outside)
})

test('attempts come less and less often, half a minute apart at most, until something changes', () => {
  const retries = new Retries(() => undefined)
  const waits = Array.from({ length: 8 }, () => retries.failed(down))
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000])
  retries.reset()
  expect(retries.failed(down)).toBe(1_000)
  expect(retries.failed(failure())).toBeUndefined()
})

test('the last failure alone decides when', () => {
  const again = vi.fn()
  const retries = new Retries(again)
  retries.failed(down)
  retries.failed(down)
  vi.advanceTimersByTime(1_900)
  expect(again).not.toHaveBeenCalled()
  vi.advanceTimersByTime(200)
  expect(again).toHaveBeenCalledTimes(1)
  retries.failed(down)
  retries.stop()
  vi.advanceTimersByTime(60_000)
  expect(again).toHaveBeenCalledTimes(1)
})

test('a page is worth an attempt when the start failed, a second later', () => {
  const retries = new Retries(() => undefined)
  retries.failed(failure())
  expect(retries.isDue()).toBe(false)
  vi.advanceTimersByTime(1_000)
  expect(retries.isDue()).toBe(true)
  retries.failed(failure({ stage: 'load' }))
  vi.advanceTimersByTime(1_000)
  expect(retries.isDue()).toBe(false)
})
