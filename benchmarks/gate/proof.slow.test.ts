import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isQuiet, readRuns } from './proof/runs.ts'
import { resampledRows, summaryRows } from './proof/summary.ts'

const runs = readRuns()

test('programs that are the same are called a loss in at most one of a hundred runs', () => {
  const same = runs.filter(({ injection }) => injection === 'same')
  expect(same.length).toBeGreaterThan(0)
  expect(same.filter(({ outcome }) => outcome === 'loss').length).toBeLessThanOrEqual(same.length / 100)
})

test('the gate finds a planted loss in at least 28 of 30 runs on a quiet machine, and never calls it "no loss"', () => {
  const lost = runs.filter(run => run.injection !== 'same' && isQuiet(run))
  const found = lost.filter(({ outcome }) => outcome === 'loss').length
  expect(found).toBeGreaterThanOrEqual(Math.floor((lost.length * 28) / 30))
  expect(runs.filter(({ injection, outcome }) => injection !== 'same' && outcome === 'ok')).toEqual([])
})

test('docs/performance.md shows what the data says: node benchmarks/gate/proof/write.ts', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/performance.md'), 'utf8')
  for (const row of [...summaryRows(runs, true), ...summaryRows(runs, false), ...resampledRows(runs)]) {
    expect(page).toContain(row)
  }
})
