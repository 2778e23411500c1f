import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { baselineOf, type GateReport, loadScenarios, readBaseline } from '@arlen/perf'
import { describe, expect, onTestFinished, test } from 'vitest'

const FILE = join(import.meta.dirname, 'baseline.json')
const COMMAND = 'make perf-baseline REASON=…'
const recorded = JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, unknown>

test('the baseline names its commit, author, reason, time and machine, and has every scenario', async () => {
  const baseline = readBaseline(FILE, COMMAND)!
  expect(baseline.commit).toMatch(/^[0-9a-f]{40}$/)
  const scenarios = await loadScenarios(join(import.meta.dirname, '..'), 'gate/*.perf.ts')
  expect(Object.keys(baseline.scenarios).sort()).toEqual(scenarios.map(({ name }) => name).sort())
  for (const figures of Object.values(baseline.scenarios)) {
    expect(figures).toMatchObject({ modules: expect.any(Number), capacity: { estimate: expect.any(Number) } })
  }
})

describe('a baseline is refused, with the command that makes one,', () => {
  test.each([
    ['without a reason', { why: undefined }, 'why must be a string that is not empty'],
    ['with an empty reason', { why: '  ' }, 'why must say why'],
    ['with a reason of one word', { why: 'update' }, 'why must say why'],
    ['without who made it', { who: '' }, 'who must be'],
    ['without its commit', { commit: undefined }, 'commit must be'],
    ['without when', { when: 'yesterday' }, 'when must be a date'],
    ['without its machine', { machine: {} }, 'machine must name its cpu and its node'],
    ['of another format', { format: 2 }, 'format must be 1'],
  ])('%s', (_, change, problem) => {
    const folder = mkdtempSync(join(tmpdir(), 'arlen-baseline-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'baseline.json')
    writeFileSync(file, JSON.stringify({ ...recorded, ...change }))
    const refused = () => readBaseline(file, COMMAND)
    expect(refused).toThrow(expect.objectContaining({ code: 'baseline_invalid' }))
    expect(refused).toThrow(problem)
    expect(refused).toThrow(COMMAND)
  })

  test('that is no JSON', () => {
    expect(() => readBaseline(import.meta.filename, COMMAND)).toThrow(
      expect.objectContaining({ code: 'baseline_invalid' }),
    )
  })
})

test('none is made without a reason either', () => {
  const given = { commit: 'a', who: 'Hank', command: COMMAND }
  const report = { scenarios: [] } as unknown as GateReport
  for (const why of ['', ' ', 'update']) {
    expect(() => baselineOf(report, { ...given, why })).toThrow(expect.objectContaining({ code: 'reason_missing' }))
  }
  expect(baselineOf(report, { ...given, why: 'pages have a chart now' }).why).toBe('pages have a chart now')
})

test('a missing file means that there is no baseline', () => {
  const file = join(import.meta.dirname, 'nothing.json')
  expect(existsSync(file)).toBe(false)
  expect(readBaseline(file, COMMAND)).toBeUndefined()
})
