import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestRunner } from './test-runner.ts'

/** Which test files execute a mutant, and how long each takes. */
export interface Reach {
  tests: Map<number, string[]>
  ms: Map<string, number>
}

/** Runs each test file once with no mutant switched on. A file that fails even so is useless here and is left out. */
export async function recordReach(
  tree: string,
  runners: readonly TestRunner[],
  packages: readonly string[],
): Promise<Reach> {
  const hits = join(tree, 'mutation-hits.tsv')
  writeFileSync(hits, '')
  const ms = new Map<string, number>()
  const queue = testFiles(tree, packages)
  const work = async (runner: TestRunner) => {
    for (let file = queue.shift(); file; file = queue.shift()) {
      const env = { MUTANT: '-1', MUTANT_HITS: hits }
      let result = await runner.run({ file, env }, 180_000)
      if (!result.passed) result = await runner.run({ file, env }, 180_000)
      if (result.passed) ms.set(file, result.ms)
      else console.log(`mutation: ${file} fails without a mutant and is left out (${result.failure})`)
    }
  }
  await Promise.all(runners.map(work))
  const tests = new Map<number, string[]>()
  for (const line of new Set(readFileSync(hits, 'utf8').split('\n'))) {
    const [file = '', id = ''] = line.split('\t')
    if (ms.has(file)) tests.set(Number(id), [...(tests.get(Number(id)) ?? []), file])
  }
  rmSync(hits)
  return { tests, ms }
}

/** A package's promises are tested by its own tests, whoever else uses it. */
function testFiles(tree: string, packages: readonly string[]): string[] {
  return packages.flatMap(name =>
    globSync(`packages/${name}/{src,test}/**/*.test.ts`, { cwd: tree }).filter(file => !/\.slow\.test\.ts$/.test(file)),
  )
}
