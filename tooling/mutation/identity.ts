import { basename } from 'node:path'
import type { Mutant } from './mutants.ts'

/** A mutant and the module it is in. */
export interface LocatedMutant extends Mutant {
  file: string
  /** The whole text of the file. */
  source: string
}

/** The line that a mutant is in, trimmed. */
export function lineOf({ source, start }: LocatedMutant): string {
  return source
    .slice(source.lastIndexOf('\n', start - 1) + 1)
    .split('\n', 1)[0]!
    .trim()
}

export function lineNumberOf({ source, start }: LocatedMutant): number {
  return source.slice(0, start).split('\n').length
}

/**
 * Names each mutant of a package by what it changes, not by its position, so that it is found again after other lines have
 * changed and files have been moved. The third of three identical ones is `… #3`.
 */
export function nameMutants<M extends LocatedMutant>(mutants: readonly M[]): Map<string, M> {
  const named = new Map<string, M>()
  const seen = new Map<string, number>()
  for (const mutant of mutants) {
    const name = `${basename(mutant.file)}: ${mutant.change}: ${lineOf(mutant)}`
    const nth = (seen.get(name) ?? 0) + 1
    seen.set(name, nth)
    named.set(nth === 1 ? name : `${name} #${nth}`, mutant)
  }
  return named
}
