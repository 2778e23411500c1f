import { type LocatedMutant, lineNumberOf, lineOf } from './identity.ts'
import type { Trial } from './try-mutant.ts'

export interface SampledMutant extends LocatedMutant {
  package: string
  /** See `nameMutants`. */
  name: string
}

export interface Result {
  mutant: SampledMutant
  outcome: Trial['outcome']
}

/** A mutant that no test can kill, because the program it creates behaves the same. */
export interface Equivalent {
  /** See `nameMutants`. */
  name: string
  reason: string
}

/** The share of non-equivalent mutants that tests must kill. */
const GOAL = 0.9

export function report(results: readonly Result[], equivalents: readonly Equivalent[]): { text: string; ok: boolean } {
  const counted = results.filter(({ mutant, outcome }) => outcome === 'killed' || !isEquivalent(mutant, equivalents))
  const lines = ['', 'package     tried  equivalent  killed  score']
  const inPackage = (list: readonly Result[], name: string) => list.filter(({ mutant }) => mutant.package === name)
  for (const name of new Set(results.map(({ mutant }) => mutant.package))) {
    lines.push(row(name, inPackage(results, name).length, inPackage(counted, name)))
  }
  lines.push(row('all', results.length, counted))
  const left = counted.filter(({ outcome }) => outcome !== 'killed')
  if (left.length > 0) lines.push('', 'not killed:')
  for (const { mutant, outcome } of left) lines.push(`  ${outcome.padEnd(9)}  ${describeMutant(mutant)}`)
  return { text: lines.join('\n'), ok: killed(counted) >= GOAL * counted.length }
}

function row(name: string, all: number, counted: readonly Result[]): string {
  const score = counted.length === 0 ? '-' : `${((100 * killed(counted)) / counted.length).toFixed(1)} %`
  const cells = [all, all - counted.length, killed(counted)].map((n, i) => String(n).padStart([5, 10, 6][i]!))
  return `${name.padEnd(10)}  ${cells.join('  ')}  ${score}`
}

function killed(results: readonly Result[]): number {
  return results.filter(({ outcome }) => outcome === 'killed').length
}

export function describeMutant(mutant: SampledMutant): string {
  const { file, source, start, end, change } = mutant
  const code = source.slice(start, end).replace(/\s+/g, ' ').slice(0, 60)
  return `${file}:${lineNumberOf(mutant)}  ${change}  «${code}»:  ${lineOf(mutant)}`
}

function isEquivalent(mutant: SampledMutant, known: readonly Equivalent[]): boolean {
  return known.some(({ name }) => name === mutant.name)
}
