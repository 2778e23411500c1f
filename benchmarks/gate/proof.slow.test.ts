import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readRuns, resampledRows, summaryRows, verdictOf } from './proof/summary.ts'

const runs = readRuns()

test('programs that are the same are called a loss in at most one of a hundred runs', () => {
  const same = runs.filter(({ injection }) => injection === 'same')
  expect(same.length).toBeGreaterThan(0)
  expect(same.filter(run => verdictOf(run) === 'loss').length).toBeLessThanOrEqual(same.length / 100)
})

test('what was put into hello is found in more runs than not, and never called "no loss"', () => {
  const lost = runs.filter(({ injection, scenario }) => injection !== 'same' && scenario === 'hello')
  const verdicts = lost.map(verdictOf)
  expect(verdicts.filter(verdict => verdict === 'loss').length).toBeGreaterThan(verdicts.length / 2)
  expect(verdicts).not.toContain('ok')
})

test('docs/performance.md shows what the data says: node benchmarks/gate/proof/write.ts', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/performance.md'), 'utf8')
  const resampled = resampledRows(runs)
  expect(resampled[0]).toBe('| 0 % slower | 0 of 100 |')
  for (const row of [...summaryRows(runs), ...resampled]) expect(page).toContain(row)
})
