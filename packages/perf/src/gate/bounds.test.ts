import { expect, test } from 'vitest'
import type { Round } from '../measure/round.ts'
import { checkLatencies } from './bounds.ts'
import type { ScenarioRun } from './scenario-run.ts'

const run = { scenario: { budget: { p99Ms: 10 } }, baseline: undefined } as unknown as ScenarioRun

function roundOf(p99Ms: number, lagMs = 0): Round {
  const steady = { p50Ms: 1, p95Ms: 2, p99Ms, lag: { p50Ms: 0, p95Ms: 0, p99Ms: lagMs } }
  return { blocks: [], windows: [], steady: [{ side: 'candidate', ...steady }] }
}

const outcomeOf = (...rounds: Round[]) => checkLatencies(run, rounds).find(({ name }) => name === 'p99')?.outcome

test('a budget of latencies is lost where every round is past it', () => {
  expect(outcomeOf(roundOf(8), roundOf(9))).toBe('ok')
  expect(outcomeOf(roundOf(11), roundOf(12))).toBe('loss')
  expect(outcomeOf(roundOf(8), roundOf(12))).toBe('undecided')
})

test('a budget that the load generator itself may have broken is undecided', () => {
  expect(outcomeOf(roundOf(11), roundOf(12, 6))).toBe('undecided')
})
