import { expect, onTestFinished, test, vi } from 'vitest'
import { Health } from './health.ts'

test('is ok without checks, and as long as each of them resolves', async () => {
  const health = new Health()
  expect(await health.report()).toEqual({ status: 'ok', checks: {} })
  health.add('cache', () => undefined)
  expect(await health.report()).toMatchObject({ status: 'ok', checks: { cache: { status: 'ok' } } })
})

test('fails with the reason of a check that throws, rejects or takes too long', async () => {
  const health = new Health()
  health.add('throws', () => {
    throw new Error('no disk')
  })
  health.add('rejects', () => Promise.reject(new Error('no database')))
  health.add('rejects with a text', () => Promise.reject('no reason'))
  health.add('hangs', () => new Promise(() => undefined), { timeoutMs: 10 })
  const report = await health.report()
  expect(report.status).toBe('failing')
  expect(report.checks.throws?.reason).toBe('no disk')
  expect(report.checks.rejects?.reason).toBe('no database')
  expect(report.checks['rejects with a text']?.reason).toBe('no reason')
  expect(report.checks.hangs?.reason).toBe('no answer within 10 ms')
})

test('runs a check once per cache time, however many clients ask', async () => {
  const health = new Health()
  let runs = 0
  health.add('cached', () => ++runs)
  health.add('fresh', () => ++runs, { cacheMs: 0 })
  await Promise.all([health.report(), health.report()])
  expect(runs).toBe(3)
})

test('is draining once that begins, whatever the checks say', async () => {
  const health = new Health()
  health.drain()
  expect((await health.report()).status).toBe('draining')
})

test('says how long a check took', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const health = new Health()
  vi.advanceTimersByTime(100)
  health.add('check', () => void vi.advanceTimersByTime(7), { cacheMs: 0 })
  expect((await health.report()).checks.check).toEqual({ status: 'ok', durationMs: 7 })
  health.add('check', () => {
    vi.advanceTimersByTime(9)
    throw new Error('no disk')
  })
  expect((await health.report()).checks.check).toEqual({ status: 'failing', durationMs: 9, reason: 'no disk' })
})

test('waits a second for a check, and keeps its result for a second, where nothing else is said', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  const timeout = vi.spyOn(AbortSignal, 'timeout')
  onTestFinished(() => {
    vi.useRealTimers()
    timeout.mockRestore()
  })
  const health = new Health()
  let runs = 0
  health.add('counting', () => void runs++)
  const seen = []
  for (const ms of [0, 999, 1, 999, 1]) {
    vi.advanceTimersByTime(ms)
    await health.report()
    seen.push(runs)
  }
  expect(seen).toEqual([1, 1, 2, 2, 3])
  expect(timeout.mock.calls).toEqual([[1000], [1000], [1000]])
})
