import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  CHECK,
  describeReport,
  type Effort,
  type GateReport,
  type Measurement,
  renderReport,
  runGate,
} from '../src/index.ts'

const root = join(import.meta.dirname, '../fixtures')
/** Enough for losses that nobody could overlook. */
const TINY: Effort = {
  ...CHECK,
  leastPairs: 6,
  mostPairs: 6,
  pairsPerRound: 3,
  blockMs: 10,
  warmUp: 500,
  windows: 4,
  windowMs: 100,
  growthRequests: 10_000,
  growthMs: 60_000,
  starts: 2,
}

function gate(
  loss: string,
  measure: readonly Measurement[],
  against: 'baseline' | 'nothing' = 'baseline',
): Promise<GateReport> {
  return runGate({
    candidate: { root, label: 'candidate', env: { LOSS: loss } },
    ...(against === 'baseline' && { baseline: { root, label: 'baseline' } }),
    scenarios: [{ name: 'hello', requests: [{ path: '/', contains: 'hello' }], measure }],
    app: 'server.mjs',
    effort: TINY,
  })
}

const lostIn = ({ scenarios: [scenario] }: GateReport) =>
  [...scenario!.comparisons, ...scenario!.checks].filter(({ outcome }) => outcome === 'loss').map(({ name }) => name)

describe('a loss fails the gate, and without it the gate passes:', () => {
  test.each([
    ['nothing', '', []],
    ['one module', 'module', ['modules']],
    ['one query', 'query', ['queries']],
  ])('%s more', async (_, loss, lost) => {
    expect(lostIn(await gate(loss, ['counters']))).toEqual(lost)
  })

  test('one system call more', async () => {
    const report = await gate('call', ['counters'])
    const calls = report.scenarios[0]!.checks.find(({ name }) => name === 'calls')!
    // Where strace(1) is missing, or may not look, the report says so.
    if (calls.note === undefined) expect(lostIn(report)).toContain('calls')
    else expect(calls.note).toMatch(/strace/)
  })

  test('CPU time', async () => {
    const same = await gate('', ['throughput'])
    expect(lostIn(same)).toEqual([])
    expect(same.outcome).not.toBe('loss')
    const lost = await gate('cpu', ['throughput'])
    expect(lostIn(lost)).toEqual(['cpu'])
    expect(lost.outcome).toBe('loss')
    expect(describeReport(lost)).toMatch(/LOSS {5} hello.*CPU time a request: loss/s)
    // A loss counts when it has shown twice, each time in at least so many pairs.
    expect(lost.scenarios[0]!.raw.rounds.length).toBeGreaterThanOrEqual(4)
  })

  test('latency', async () => {
    expect(lostIn(await gate('', ['latency']))).toEqual([])
    const report = await gate('wait', ['latency'])
    const p50 = report.scenarios[0]!.comparisons.find(({ name }) => name === 'p50')!
    // On a machine that is busy, in both measurements or in the second, the report says so.
    if (p50.note === undefined) expect(p50.outcome).toBe('loss')
    else {
      expect(p50.outcome).toBe('undecided')
      expect(p50.note).toMatch(/came late itself|^lost once/)
    }
  })

  test('memory', async () => {
    expect(lostIn(await gate('leak', ['growth'], 'nothing'))).toEqual(['growth'])
    expect(lostIn(await gate('', ['growth'], 'nothing'))).toEqual([])
  })
})

describe('a candidate that stops answering', () => {
  const silent = (own: string, others: string) =>
    runGate({
      candidate: { root, label: 'candidate', env: { LOSS: own } },
      baseline: { root, label: 'baseline', env: { LOSS: others } },
      scenarios: [{ name: 'hello', requests: ['/'], measure: ['growth'] }],
      app: 'server.mjs',
      effort: { ...TINY, silenceMs: 2_000 },
    })

  test.each(['hang', 'spin'])('has lost where the baseline answers: %s', async loss => {
    const report = await silent(loss, '')
    expect(report.outcome).toBe('loss')
    expect(lostIn(report)).toEqual(['answers'])
    expect(describeReport(report)).toMatch(/LOSS {5} hello.*answers: loss.*no answer came within 2 s; its process is/s)
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
    ['close', /closed a connection before it had answered/],
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
