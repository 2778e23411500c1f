import { basename, dirname, relative } from 'node:path'

/**
 * Sorts test files so that one which kills a mutant comes early: first the test beside the module, then those that share
 * most of its path, the quicker one first among equals.
 */
export function nearestFirst(module: string, tests: readonly string[], ms: ReadonlyMap<string, number>): string[] {
  const own = `${basename(module, '.ts')}.test.ts`
  const rank = (test: string) => (basename(test) === own ? -1 : distance(module, test))
  return [...tests].sort((a, b) => rank(a) - rank(b) || (ms.get(a) ?? 0) - (ms.get(b) ?? 0))
}

/** The number of folders on the way from one file to the other. */
function distance(from: string, to: string): number {
  return relative(dirname(from), dirname(to)).split('/').length
}
