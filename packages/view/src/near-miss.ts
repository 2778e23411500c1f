import { suggest } from '@arlen/core/options'

/** The end of a sentence about an unknown name: the nearest existing one, or a full stop. */
export function nearMiss(name: string, known: Iterable<string>): string {
  const like = suggest(name, known)
  return like === undefined ? '.' : `; did you mean "${like}"?`
}
