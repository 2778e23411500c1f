import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { describeReport, type GateReport, renderReport, runGate } from '../src/index.ts'
import { gate, lostIn, root, TINY } from './tiny-gate.ts'

describe('a candidate that stops answering', () => {
  const silent = (own: string, others: string) =>
    runGate({
      candidate: { root, label: 'candidate', env: { LOSS: own } },
      baseline: { root, label: 'baseline', env: { LOSS: others } },
      scenarios: [{ name: 'hello', requests: ['/'], measure: ['growth'] }],
      app: 'server.mjs',
      effort: { ...TINY, silenceMs: 6_000 },
    })

  test.each(['hang', 'spin'])('has lost where the baseline answers: %s', async loss => {
    const report = await silent(loss, '')
    expect(report.outcome).toBe('loss')
    expect(lostIn(report)).toEqual(['answers'])
    expect(describeReport(report)).toMatch(/LOSS {5} hello.*answers: loss.*no answer came within 6 s; its process is/s)
  })

  test('is undecided where the baseline stops as well', async () => {
    const report = await silent('hang', 'hang')
    expect(report.outcome).toBe('undecided')
    expect(describeReport(report)).toMatch(/the candidate: no answer came within/)
  })
})

describe('a run that measured something else is refused:', () => {
  test.each([
    ['answer', /differs from the first, at byte/],
    ['status', /differs from the first, at byte/],
    ['close', /closed a connection before it had answered|a connection to the server failed/],
  ])('%s', async (loss, reason) => {
    await expect(gate(loss, ['throughput'], 'nothing')).rejects.toThrow(reason)
  })

  test('a body without what it must contain, and an application that is not there', async () => {
    const scenario = { name: 'hello', requests: [{ path: '/', contains: 'goodbye' }], measure: ['growth'] as const }
    const candidate = { root, label: 'candidate' }
    const options = { candidate, effort: TINY }
    await expect(runGate({ ...options, app: 'server.mjs', scenarios: [scenario] })).rejects.toThrow(
      /does not contain "goodbye"/,
    )
    await expect(runGate({ ...options, app: 'none.mjs', scenarios: [scenario] })).rejects.toMatchObject({
      code: 'app_missing',
    })
  })
})

test('if the baseline cannot run a scenario, the report says so and compares the candidate with the record', async () => {
  const report = await runGate({
    candidate: { root, label: 'candidate' },
    baseline: { root: join(root, 'nowhere'), label: 'older' },
    recorded: {
      format: 1,
      commit: 'c',
      who: 'Hank',
      why: 'the first one',
      when: '2026-11-01',
      machine: {} as GateReport['machine'],
      scenarios: { hello: { modules: 0, queries: 1 } },
    },
    scenarios: [{ name: 'hello', requests: ['/'], measure: ['counters'] }],
    app: 'server.mjs',
    effort: TINY,
  })
  expect(report.scenarios[0]!.notes.join()).toMatch(/the baseline cannot run this scenario: There is no application/)
  expect(lostIn(report)).toEqual(['modules'])
})

test('the report is one page without anything from elsewhere, and has every pair', async () => {
  const report = await gate('', ['throughput', 'latency', 'growth', 'start'])
  const page = renderReport(report, [report])
  expect(page).not.toMatch(/(?:src|href)="(?!#)|@import|url\(/)
  const pairs = report.scenarios[0]!.comparisons.find(({ name }) => name === 'cpu')!.ratios.flat().length
  expect(pairs).toBeGreaterThanOrEqual(6)
  expect(page.match(/<circle /g)!.length).toBeGreaterThan(pairs)
  expect(page).toContain('History')
})
