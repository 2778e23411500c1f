import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { createLogger } from '@arlen/core/logger'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { RecurringTask } from './recurring-task.ts'

const lines: Record<string, unknown>[] = []
const log = createLogger({ destination: { write: line => void lines.push(JSON.parse(line)) } })

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  lines.length = 0
})

test('does the work once in each interval, and no more after it was stopped', async () => {
  const work = vi.fn()
  const recurring = new RecurringTask('cleaning', 1000, work, log)
  expect(vi.getTimerCount()).toBe(0)
  recurring.start()
  await vi.advanceTimersByTimeAsync(1000)
  // The first time is random, so that the second may just be within the same interval.
  expect([1, 2]).toContain(work.mock.calls.length)
  await vi.advanceTimersByTimeAsync(100_000)
  expect(work.mock.calls.length).toBeGreaterThanOrEqual(90)
  expect(work.mock.calls.length).toBeLessThanOrEqual(112)
  await recurring.stop()
  const { length } = work.mock.calls
  await vi.advanceTimersByTimeAsync(10_000)
  expect(work).toHaveBeenCalledTimes(length)
})

test('many processes do it at different times', async () => {
  const times: number[] = []
  const began = Date.now()
  const processes = Array.from({ length: 20 }, () => new RecurringTask('w', 10_000, () => times.push(Date.now()), log))
  for (const one of processes) one.start()
  await vi.advanceTimersByTimeAsync(10_000)
  for (const one of processes) await one.stop()
  expect(times.length).toBeGreaterThanOrEqual(20)
  expect(new Set(times.map(time => Math.floor((time - began) / 1000))).size).toBeGreaterThan(3)
})

test('a failure is logged and does not end it; work that is under way is not begun again, and waited for', async () => {
  let release: (() => void) | undefined
  let begun = 0
  const recurring = new RecurringTask(
    'cleaning',
    1000,
    () => {
      begun++
      if (begun === 1) throw new Error('no database')
      return new Promise<void>(resolve => {
        release = resolve
      })
    },
    log,
  )
  recurring.start()
  await vi.advanceTimersByTimeAsync(1000)
  expect(lines).toMatchObject([{ level: 'error', work: 'cleaning', err: { message: 'no database' } }])
  await vi.advanceTimersByTimeAsync(50_000)
  expect(begun).toBe(2)
  let stopped = false
  const stopping = recurring.stop()?.then(() => {
    stopped = true
  })
  await vi.advanceTimersByTimeAsync(10_000)
  expect(stopped).toBe(false)
  release!()
  await stopping
  expect([begun, vi.getTimerCount()]).toEqual([2, 0])
})

test('tools are told of the start and of the end of each run', async () => {
  const seen: unknown[] = []
  const listener = (state: unknown) => void seen.push(state)
  subscribe('arlen:job', listener)
  onTestFinished(() => void unsubscribe('arlen:job', listener))
  const recurring = new RecurringTask('cleaning', 1000, () => new Promise(done => setTimeout(done, 20)), log)
  const runs = [recurring.runNow(), recurring.runNow()]
  expect(seen).toMatchObject([{ name: 'cleaning', runs: 1, isRunning: true }])
  await vi.advanceTimersByTimeAsync(20)
  await Promise.all(runs)
  expect(seen).toMatchObject([{}, { name: 'cleaning', runs: 1, isRunning: false, last: { durationMs: 20 } }])
})

test('reports its runs, runs at once on demand, and shares a run among simultaneous demands', async () => {
  let outcome: () => unknown = () => undefined
  const recurring = new RecurringTask('cleaning', 1000, () => outcome(), log)
  expect(recurring.state).toEqual({ name: 'cleaning', everyMs: 1000, runs: 0, isRunning: false })
  recurring.start()
  expect(recurring.state.nextAt).toBeLessThanOrEqual(Date.now() + 1000)

  const { promise, resolve } = Promise.withResolvers<void>()
  outcome = () => promise
  const runs = [recurring.runNow(), recurring.runNow()]
  expect(recurring.state).toEqual({ name: 'cleaning', everyMs: 1000, runs: 1, isRunning: true })
  await vi.advanceTimersByTimeAsync(20)
  resolve()
  await Promise.all(runs)
  expect(recurring.state.last).toEqual({ startedAt: expect.any(Number), durationMs: 20 })

  outcome = () => {
    throw new Error('no database')
  }
  await expect(recurring.runNow()).rejects.toThrow('no database')
  expect(recurring.state).toMatchObject({ runs: 2, isRunning: false, last: { failure: 'Error: no database' } })
  expect(vi.getTimerCount()).toBe(1)
  await recurring.stop()
})

test.each([0, -1, Number.NaN, 2 ** 31])('refuses to recur every %d ms', everyMs => {
  expect(() => new RecurringTask('w', everyMs, () => undefined, log)).toThrow(RangeError)
})

test('may recur each millisecond, or about every three weeks', () => {
  for (const everyMs of [1, 22 * 24 * 60 * 60 * 1000]) {
    expect(new RecurringTask('w', everyMs, () => undefined, log).state).toMatchObject({ everyMs })
  }
  const message = 'w cannot recur every 1987200000 ms'
  expect(() => new RecurringTask('w', 23 * 24 * 60 * 60 * 1000, () => undefined, log)).toThrow(message)
})

test('stopping it does not fail because its run does', async () => {
  const { promise, reject } = Promise.withResolvers<void>()
  const recurring = new RecurringTask('w', 1000, () => promise, log)
  expect(recurring.stop()).toBeUndefined()
  recurring.start()
  const run = recurring.runNow()
  const stopping = recurring.stop()
  reject(new Error('no database'))
  await expect(run).rejects.toThrow('no database')
  await expect(stopping).resolves.toBeUndefined()
})
