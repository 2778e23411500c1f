import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestRunner } from './test-runner.ts'

/** Which test files execute a mutant, and how long each takes. */
export interface Reach {
  tests: Map<number, string[]>
  ms: Map<string, number>
  /** Files that fail even without a mutant, which makes them useless here. */
  leftOut: string[]
}

/** Runs each test file once with no mutant switched on. */
export async function recordReach(
  tree: string,
  runners: readonly TestRunner[],
  files: readonly string[],
): Promise<Reach> {
  const hits = join(tree, 'mutation-hits.tsv')
  writeFileSync(hits, '')
  const ms = new Map<string, number>()
  const leftOut: string[] = []
  const queue = [...files]
  const work = async (runner: TestRunner) => {
    for (let file = queue.shift(); file; file = queue.shift()) {
      const env = { MUTANT: '-1', MUTANT_HITS: hits }
      let result = await runner.run({ file, env }, 180_000)
      if (!result.passed) result = await runner.run({ file, env }, 180_000)
      if (result.passed) ms.set(file, result.ms)
      else leftOut.push(`${file} (${result.failure})`)
    }
  }
  await Promise.all(runners.map(work))
  const tests = new Map<number, string[]>()
  for (const line of new Set(readFileSync(hits, 'utf8').split('\n'))) {
    const [file = '', id = ''] = line.split('\t')
    if (ms.has(file)) tests.set(Number(id), [...(tests.get(Number(id)) ?? []), file])
  }
  rmSync(hits)
  return { tests, ms, leftOut }
}

/** Tests of the whole tree that hold every package to something: that options are refused, that defaults are documented. */
const OF_ALL = ['tooling/config-reference.test.ts', 'tooling/options.test.ts']

/** A package's promises are tested by its own tests, whoever else uses it. */
export function testFilesOf(tree: string, name: string, slow: boolean): string[] {
  const own = globSync(`packages/${name}/{src,test}/**/*.test.ts`, { cwd: tree })
  return [...(slow ? own : own.filter(file => !file.endsWith('.slow.test.ts'))), ...OF_ALL]
}
