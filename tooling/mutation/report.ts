import { type LocatedMutant, lineNumberOf, lineOf } from './identity.ts'
import type { Trial } from './try-mutant.ts'

export interface SampledMutant extends LocatedMutant {
  package: string
  /** See `nameMutants`. */
  name: string
}

export interface Result {
  mutant: SampledMutant
  trial: Trial
}

/** A mutant that no test can kill, because the program it creates behaves the same. */
export interface Equivalent {
  /** See `nameMutants`. */
  name: string
  reason: string
}

/** The share of non-equivalent mutants that tests must kill. */
const GOAL = 0.9

/** A table of scores, and what was not killed. It is not ok if any package is below the goal. */
export function report(results: readonly Result[], equivalents: readonly Equivalent[]): { text: string; ok: boolean } {
  const counted = results.filter(result => isKilled(result) || !isEquivalent(result.mutant, equivalents))
  const lines = ['', 'package     tried  equivalent  killed  by time-out  score']
  const inPackage = (list: readonly Result[], name: string) => list.filter(({ mutant }) => mutant.package === name)
  const names = [...new Set(results.map(({ mutant }) => mutant.package))]
  for (const name of names) lines.push(row(name, inPackage(results, name).length, inPackage(counted, name)))
  lines.push(row('all', results.length, counted))
  const left = counted.filter(result => !isKilled(result))
  if (left.length > 0) lines.push('', 'not killed, and how many test files were tried:')
  for (const { mutant, trial } of left) {
    lines.push(`  ${`${trial.outcome} ${trial.ran.length}`.padEnd(12)}  ${describeMutant(mutant)}`)
  }
  return { text: lines.join('\n'), ok: names.every(name => reachesGoal(inPackage(counted, name))) }
}

function reachesGoal(counted: readonly Result[]): boolean {
  return counted.filter(isKilled).length >= GOAL * counted.length
}

function row(name: string, all: number, counted: readonly Result[]): string {
  const killed = counted.filter(isKilled)
  const late = killed.filter(({ trial }) => trial.timedOut)
  const score = counted.length === 0 ? '-' : `${((100 * killed.length) / counted.length).toFixed(1)} %`
  const numbers = [all, all - counted.length, killed.length, late.length]
  const cells = numbers.map((n, i) => String(n).padStart([5, 10, 6, 11][i]!))
  return `${name.padEnd(10)}  ${cells.join('  ')}  ${score}`
}

function isKilled({ trial }: Result): boolean {
  return trial.outcome === 'killed'
}

export function describeMutant(mutant: SampledMutant): string {
  const { file, source, start, end, change } = mutant
  const code = source.slice(start, end).replace(/\s+/g, ' ').slice(0, 60)
  return `${file}:${lineNumberOf(mutant)}  ${change}  «${code}»:  ${lineOf(mutant)}`
}

function isEquivalent(mutant: SampledMutant, known: readonly Equivalent[]): boolean {
  return known.some(({ name }) => name === mutant.name)
}
