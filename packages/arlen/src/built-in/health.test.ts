import { expect, test } from 'vitest'
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
  health.add('hangs', () => new Promise(() => undefined), { timeoutMs: 10 })
  const report = await health.report()
  expect(report.status).toBe('failing')
  expect(report.checks.throws?.reason).toBe('no disk')
  expect(report.checks.rejects?.reason).toBe('no database')
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
