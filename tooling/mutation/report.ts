import type { NumberedMutant } from './instrument.ts'

export interface SampledMutant extends NumberedMutant {
  file: string
  /** The whole text of the file. */
  source: string
}

export interface Result {
  mutant: SampledMutant
  /** `unreached`: no test executes it, which is as bad as surviving. */
  outcome: 'killed' | 'survived' | 'unreached'
}

/** A mutant that no test can kill, since the program it makes does the same. */
export interface Equivalent {
  file: string
  /** The line of the mutant, trimmed. */
  line: string
  change: string
  reason: string
}

/** The share of mutants that are not equivalent and that tests must kill. */
const GOAL = 0.9

export function report(results: readonly Result[], equivalents: readonly Equivalent[]): { text: string; ok: boolean } {
  const counted = results.filter(({ mutant, outcome }) => outcome === 'killed' || !isEquivalent(mutant, equivalents))
  const lines = ['', 'package     tried  equivalent  killed  score']
  const inPackage = (list: readonly Result[], name: string) => list.filter(({ mutant }) => packageOf(mutant) === name)
  for (const name of new Set(results.map(({ mutant }) => packageOf(mutant)))) {
    lines.push(row(name, inPackage(results, name).length, inPackage(counted, name)))
  }
  lines.push(row('all', results.length, counted))
  const left = counted.filter(({ outcome }) => outcome !== 'killed')
  if (left.length > 0) lines.push('', 'not killed:')
  for (const { mutant, outcome } of left) lines.push(`  ${outcome.padEnd(9)}  ${describeMutant(mutant)}`)
  return { text: lines.join('\n'), ok: killed(counted) >= GOAL * counted.length }
}

function packageOf({ file }: SampledMutant): string {
  return file.split('/')[1] ?? ''
}

function row(name: string, all: number, counted: readonly Result[]): string {
  const score = counted.length === 0 ? '-' : `${((100 * killed(counted)) / counted.length).toFixed(1)} %`
  const cells = [all, all - counted.length, killed(counted)].map((n, i) => String(n).padStart([5, 10, 6][i]!))
  return `${name.padEnd(10)}  ${cells.join('  ')}  ${score}`
}

function killed(results: readonly Result[]): number {
  return results.filter(({ outcome }) => outcome === 'killed').length
}

export function describeMutant({ id, file, source, start, change }: SampledMutant): string {
  const line = source.slice(0, start).split('\n').length
  return `#${id} ${file}:${line}  ${change}:  ${lineAt(source, start)}`
}

function isEquivalent({ file, source, start, change }: SampledMutant, known: readonly Equivalent[]): boolean {
  const line = lineAt(source, start)
  return known.some(entry => entry.file === file && entry.line === line && entry.change === change)
}

function lineAt(source: string, offset: number): string {
  return source
    .slice(source.lastIndexOf('\n', offset - 1) + 1)
    .split('\n', 1)[0]!
    .trim()
}
