import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runVitest, type VitestRun } from './vitest-run.ts'

const suites = join(import.meta.dirname, 'fixtures/suites')

function run(name: string, options: { deadlineMs?: number; signal?: AbortSignal } = {}): Promise<VitestRun> {
  return runVitest('suites', ['--root', suites, name], { deadlineMs: 60_000, output: 'ignore', ...options })
}

describe('a run of Vitest', () => {
  test('counts what passed', async () => {
    const { result, tally } = await run('passing')
    expect(result).toMatchObject({ ok: true, reason: '' })
    expect(tally).toEqual({ passed: 2, failed: 0, skipped: [], failures: [], unsteady: [], overtime: [], slow: [] })
  })

  test('counts and names what failed', async () => {
    const { tally } = await run('failing')
    expect(tally).toMatchObject({ passed: 1, failed: 1 })
    expect(tally.failures[0]).toMatch(/failing\.test\.ts > is wrong: expected 1 to be 2/)
  })

  test('names what passed, but not at the first try', async () => {
    const { tally } = await run('unsteady')
    expect(tally).toMatchObject({ passed: 1, failed: 0 })
    expect(tally.unsteady[0]).toMatch(/unsteady\.test\.ts > passes at the second try/)
  })

  test('names what was skipped with its reason', async () => {
    const { tally } = await run('skipping')
    expect(tally).toMatchObject({ passed: 1, failed: 0 })
    expect(tally.skipped.map(test => test.reason)).toEqual([
      'no browser',
      'prints (needs a printer)',
      'with a browser > draws another (no reason given)',
    ])
  })

  test('counts tests that were skipped because a hook threw', async () => {
    const { tally } = await run('throwing-hook')
    expect(tally.skipped.map(test => test.reason)).toEqual(['the set-up before it failed'])
  })

  test.each([
    ['a file that cannot be loaded', 'throwing-at-load', 'cannot be loaded'],
    ['a hook that throws', 'throwing-hook', 'no database'],
    ['a rejection outside any test', 'rejecting', 'nobody waits for me'],
    ['a runner that dies without a report', 'exiting', 'suites: ended by SIGKILL'],
    ['a test that is tried again without saying that it measures time', 'retrying', 'only a test with "(timed)"'],
    ['a runner that finds no test', 'no-such-suite', 'suites: exit code 1'],
  ])('takes %s for a failure', async (_, name, reason) => {
    const { tally } = await run(name)
    expect(tally.failed).toBeGreaterThan(0)
    expect(tally.failures.join('\n')).toContain(reason)
  })

  test('stops a runner at its deadline, and on an interrupt', async () => {
    const late = await run('hanging', { deadlineMs: 1_500 })
    expect(late.tally).toMatchObject({ failed: 1, failures: ['suites: stopped after 1.5 s'] })
    const interrupted = await run('hanging', { signal: AbortSignal.timeout(1_000) })
    expect(interrupted.tally).toMatchObject({ failed: 1, failures: ['suites: interrupted'] })
  })
})
