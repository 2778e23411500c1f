import { basename, dirname, relative } from 'node:path'

/**
 * Sorts test files so that one that kills a mutant probably comes early: first the test next to the module, then those that
 * share most of its path, the fastest first among equals, and slow tests last.
 */
export function nearestFirst(module: string, tests: readonly string[], ms: ReadonlyMap<string, number>): string[] {
  const own = `${basename(module, '.ts')}.test.ts`
  const rank = (test: string) => {
    if (basename(test) === own) return -1
    return distance(module, test) + (test.endsWith('.slow.test.ts') ? 100 : 0)
  }
  return [...tests].sort((a, b) => rank(a) - rank(b) || (ms.get(a) ?? 0) - (ms.get(b) ?? 0))
}

/** The number of folders between two files. */
function distance(from: string, to: string): number {
  return relative(dirname(from), dirname(to)).split('/').length
}
