import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { watchMachine } from '../gate/machine.ts'
import type { Compared, GateReport } from '../gate/report.ts'
import { ARCHIVE, archiveReport, readHistory } from './archive.ts'
import { renderReport } from './html.ts'
import { describeReport } from './text.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'arlen-archive-'))
})
afterEach(() => rmSync(root, { recursive: true }))

const none = { estimate: Number.NaN, low: Number.NaN, high: Number.NaN }
const compared: Compared = {
  name: 'p99',
  title: 'p99',
  unit: 'µs',
  candidate: Number.NaN,
  baseline: Number.NaN,
  ratio: none,
  ratios: [],
  same: none,
  sameRatios: [],
  spread: Number.NaN,
  limit: 0.05,
  outcome: 'undecided',
  note: 'the generator was late',
}

/** A run in which nothing could be measured. */
function reportAt(at: string): GateReport {
  return {
    format: 1,
    at,
    effort: 'check',
    candidate: { label: 'candidate', commit: 'c0ffee' },
    baseline: { label: 'baseline' },
    machine: watchMachine({ servers: undefined, load: undefined })(),
    outcome: 'undecided',
    scenarios: [
      {
        name: 'hello',
        about: '',
        outcome: 'undecided',
        comparisons: [compared],
        checks: [
          {
            name: 'answers',
            title: 'answers',
            value: Number.NaN,
            bound: undefined,
            from: 'nothing',
            outcome: 'undecided',
            note: 'no answer',
          },
        ],
        capacity: undefined,
        notes: [],
        raw: { rounds: [], starts: [], counters: {}, growth: {} },
        ms: 1,
      },
    ],
    notes: [],
    ms: 1,
  }
}

test('a run that is read back says the same, what was not measured included', () => {
  const report = reportAt('2026-11-30T21:00:00.000Z')
  archiveReport(root, report)
  const [read] = readHistory(root)
  expect(renderReport(read!, [])).toBe(renderReport(report, []))
  expect(describeReport(read!)).toBe(describeReport(report))
  expect(read!.scenarios[0]!.checks[0]!.value).toBeNaN()
  expect(read!.machine).toEqual(report.machine)
})

test('runs are kept in their order, the latest under a name of its own, and what cannot be read is left out', () => {
  archiveReport(root, reportAt('2026-11-30T22:00:00.000Z'))
  archiveReport(root, reportAt('2026-11-30T21:00:00.000Z'))
  writeFileSync(join(root, ARCHIVE, '2026-broken.json'), '{')
  writeFileSync(join(root, ARCHIVE, '2025-other.json'), '{ "format": 2 }')
  expect(readHistory(root).map(({ at }) => at)).toEqual(['2026-11-30T21:00:00.000Z', '2026-11-30T22:00:00.000Z'])
  expect(readdirSync(join(root, ARCHIVE))).toEqual(expect.arrayContaining(['latest.html', 'latest.json']))
})
