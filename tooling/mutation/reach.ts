import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestRunner } from './test-runner.ts'

/** Which test files execute a mutant, and how long each takes. */
export interface Reach {
  tests: Map<number, string[]>
  ms: Map<string, number>
}

/** Who tests the packages with mutants. The others' tests start programs that are built, and hold no mutants. */
const TESTERS = ['packages/router', 'packages/http', 'packages/pg', 'packages/security', 'packages/session']
const UPPER_TESTERS = ['packages/arlen', 'packages/testing', 'apps/strickland']

/** Runs each test file once with no mutant switched on. One that fails even so can tell nothing and is left out. */
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

/** The test files of the packages and of those that use them. */
function testFiles(tree: string, packages: readonly string[]): string[] {
  const folders = new Set([...packages.map(name => `packages/${name}`), ...UPPER_TESTERS])
  for (const tester of TESTERS) {
    const manifest = JSON.parse(readFileSync(join(tree, tester, 'package.json'), 'utf8'))
    const uses = { ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.devDependencies }
    if (packages.some(name => `@arlen/${name}` in uses)) folders.add(tester)
  }
  return [...folders].flatMap(folder =>
    globSync(`${folder}/{src,test}/**/*.test.ts`, { cwd: tree }).filter(file => !/\.slow\.test\.ts$/.test(file)),
  )
}
