import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Comparison, compare, type Verdict } from '@arlen/perf'
import { INJECTIONS, type ProofRun, SCENARIOS, WANTED } from './runs.ts'

export const RUNS_FILE = join(import.meta.dirname, 'runs.jsonl')

/** The runs that have been gathered, in their order. */
export function readRuns(file: string = RUNS_FILE): ProofRun[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as ProofRun)
}

const TITLES = {
  same: 'nothing: the candidate is the baseline',
  cpu: '10 % of the CPU time of a request',
  latency: '20 µs in every request',
  leak: '1 kB that stays, each request',
} as const

/** Decides by the recorded pairs, as the gate does today, and by the growth of memory as it was found. */
export function verdictOf({ pairs, samePairs, foundBy }: ProofRun): Verdict {
  return foundBy.includes('growth') ? 'loss' : compareRatios(pairs, samePairs).verdict
}

function compareRatios(pairs: readonly number[][], samePairs: readonly number[][]): Comparison {
  const asPairs = (groups: readonly number[][]) => groups.map(group => group.map(ratio => [ratio, 1] as const))
  return compare(asPairs(pairs), asPairs(samePairs))
}

/** What has come of the runs, as rows of a table. */
export function summaryRows(runs: readonly ProofRun[]): string[] {
  return SCENARIOS.flatMap(scenario =>
    INJECTIONS.map(injection => {
      const own = runs.filter(run => run.scenario === scenario && run.injection === injection)
      const count = (verdict: string) => own.filter(run => verdictOf(run) === verdict).length
      const loads = own.map(({ load }) => load[0]!)
      const cells = [
        scenario,
        TITLES[injection],
        `${own.length} of ${WANTED[injection]}`,
        count('loss'),
        count('undecided'),
        count('ok'),
        own.length === 0 ? '–' : `${Math.min(...loads).toFixed(0)} to ${Math.max(...loads).toFixed(0)}`,
      ]
      return `| ${cells.join(' | ')} |`
    }),
  )
}

/** The share of resampled runs in which a slowdown is found. */
export interface Detection {
  slowdown: number
  found: number
  of: number
}

const RESAMPLED = 100
/** Sets of processes in a resampled run, of twelve pairs each. */
const ROUNDS = 5
export const CALM_SPREAD = 0.03

/**
 * Runs that are put together from recorded pairs of programs that were the same: the candidate's are made slower by so much.
 * Only those count whose own spread is 3 % or less, as `make perf` waits for.
 */
export function resample(runs: readonly ProofRun[], slowdown: number): Detection {
  const pool = runs.filter(({ injection, scenario }) => injection === 'same' && scenario === 'hello')
  const random = seeded(Math.round(slowdown * 1000) + 1)
  const pick = <T>(values: readonly T[]) => values[Math.floor(random() * values.length)]!
  const draw = (kind: 'pairs' | 'samePairs') => Array.from({ length: ROUNDS }, () => pick(pick(pool)[kind]))
  let found = 0
  let calm = 0
  for (let tries = 0; calm < RESAMPLED && tries < 50 * RESAMPLED; tries += 1) {
    const slow = draw('pairs').map(group => group.map(ratio => ratio * (1 + slowdown)))
    const { spread, verdict } = compareRatios(slow, draw('samePairs'))
    if (spread > CALM_SPREAD) continue
    calm += 1
    if (verdict === 'loss') found += 1
  }
  return { slowdown, found, of: calm }
}

export function resampledRows(runs: readonly ProofRun[]): string[] {
  return [0, 0.05, 0.1, 0.2].map(slowdown => {
    const { found, of } = resample(runs, slowdown)
    return `| ${Math.round(slowdown * 100)} % slower | ${found} of ${of} |`
  })
}

/** A number from 0 up to 1, the same for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A dot and its interval for each run: candidate / baseline, CPU time. */
export function proofPlot(runs: readonly ProofRun[]): string {
  const [left, width, top, high] = [230, 900, 40, 9]
  const [least, most] = [0.8, 1.6]
  const x = (ratio: number) =>
    left + ((Math.min(most, Math.max(least, ratio)) - least) / (most - least)) * (width - left - 30)
  const colors = { loss: '#b3261e', undecided: '#b98a1c', ok: '#19703d' } as const
  const parts: string[] = []
  let y = top
  for (const scenario of SCENARIOS) {
    for (const injection of INJECTIONS) {
      parts.push(
        `<text x="${left - 12}" y="${y + 8}" text-anchor="end">${scenario}: ${TITLES[injection].split(':')[0]}</text>`,
      )
      for (const run of runs.filter(each => each.scenario === scenario && each.injection === injection)) {
        const { estimate: ratio, low, high: upper } = compareRatios(run.pairs, run.samePairs).ratio
        const verdict = verdictOf(run)
        parts.push(
          `<line x1="${x(low).toFixed(1)}" x2="${x(upper).toFixed(1)}" y1="${y}" y2="${y}" stroke="${colors[verdict]}" opacity="0.45"/>`,
        )
        parts.push(`<circle cx="${x(ratio).toFixed(1)}" cy="${y}" r="3" fill="${colors[verdict]}"/>`)
        y += high
      }
      y += 14
    }
  }
  const ticks = [0.8, 0.9, 1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6]
  const axis = ticks.map(
    tick =>
      `<line x1="${x(tick)}" x2="${x(tick)}" y1="${top - 12}" y2="${y}" stroke="${tick === 1 ? '#888' : '#ddd'}"/><text x="${x(tick)}" y="${top - 18}" text-anchor="middle">${tick === most ? '1.6 and more' : tick}</text>`,
  )
  const legend = Object.entries(colors).map(
    ([verdict, color], at) =>
      `<circle cx="${left + at * 110}" cy="${y + 12}" r="4" fill="${color}"/><text x="${left + 10 + at * 110}" y="${y + 16}">${verdict === 'ok' ? 'no loss' : verdict}</text>`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y + 30}" font-family="system-ui, sans-serif" font-size="12"><title>Every run of the proof: candidate / baseline, CPU time a request</title><rect width="100%" height="100%" fill="#fff"/>${axis.join('')}${parts.join('')}${legend.join('')}</svg>\n`
}
