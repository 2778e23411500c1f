import { expect, test } from 'vitest'
import type { Outcome } from '../decide/comparison.ts'
import type { GateReport } from './report.ts'
import { untilDecided } from './until-decided.ts'

test.each<[outcomes: Outcome[], repeats: number, last: Outcome, runs: number]>([
  [['undecided', 'undecided', 'ok', 'loss'], 2, 'ok', 3],
  [['undecided', 'loss', 'ok'], 2, 'loss', 2],
  [['undecided', 'undecided', 'undecided', 'ok'], 2, 'undecided', 3],
  [['undecided', 'ok'], 0, 'undecided', 1],
  [['loss', 'ok'], 2, 'loss', 1],
])('of %j with %d repeats it takes %s, after %d runs', async (outcomes, repeats, last, runs) => {
  const seen: number[] = []
  const report = await untilDecided({ repeats }, async again => {
    seen.push(again)
    return { outcome: outcomes[again] } as GateReport
  })
  expect(report.outcome).toBe(last)
  expect(seen).toEqual(Array.from({ length: runs }, (_, at) => at))
})
