// `make mutation`: how many small faults do the tests notice? Takes a seeded sample of mutants of some packages, writes all
// of them, dormant, into a copy of the committed tree, finds which test files of the package reach each, and runs those
// files with the mutant switched on. Mutants that no test kills are listed; those in equivalent.json do not count.
//
//   node tooling/mutation/run.ts [--seed N] [--each N] [--package NAME]... [--slow] [--report]
//
// Results are kept in .mutation/: the same command continues an interrupted run, and tries survivors again after a commit.
// `--slow` tries what survives on the slow tests too. `--report` shows the known results and tries nothing.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { seeded } from '@arlen/core/seeded'
import { nameMutants } from './identity.ts'
import { listMutants } from './mutants.ts'
import { nearestFirst } from './nearest.ts'
import { recordReach, testFilesOf } from './reach.ts'
import { describeMutant, type Equivalent, report, type SampledMutant } from './report.ts'
import { Results } from './results.ts'
import { sample } from './sample.ts'
import { TestRunner } from './test-runner.ts'
import { copyTree, plant } from './tree.ts'
import { type Trial, tryMutant } from './try-mutant.ts'

const PACKAGES = ['router', 'http', 'pg', 'security', 'session', 'arlen']
/** A mutant that makes a test file hang is killed by this time limit, or by five times the file's usual time. */
const LEAST_DEADLINE_MS = 60_000
/** A mutant that makes a single test hang should not cost more than this. The usual time-out is longer. */
const TEST_TIMEOUT_MS = 20_000
const RUNNERS = 2

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    each: { type: 'string', default: '50' },
    package: { type: 'string', multiple: true, default: PACKAGES },
    slow: { type: 'boolean', default: false },
    report: { type: 'boolean', default: false },
  },
})
const [seed, each] = [numberOf('seed'), numberOf('each')]
for (const name of values.package) if (!PACKAGES.includes(name)) refuse(`--package takes ${PACKAGES.join(', ')}`)

const root = join(import.meta.dirname, '../..')
const results = new Map(
  values.package.map(name => [name, new Results(join(root, `.mutation/${name}-${seed}-of-${each}.jsonl`))]),
)

/** The names of all mutants, of which the sample is some. */
const existing = new Set<string>()
const leftOut = values.report ? [] : await tryAll()
const mutants = values.package.flatMap(name => sampleOf(name, root))
const outcomes = mutants.flatMap(mutant => {
  const trial = results.get(mutant.package)!.get(mutant.name)
  return trial ? [{ mutant, trial }] : []
})
const equivalents = JSON.parse(readFileSync(join(import.meta.dirname, 'equivalent.json'), 'utf8')) as Equivalent[]
const { text, ok } = report(outcomes, equivalents)
console.log(text)
for (const file of leftOut) console.log(`not used, since it fails without a mutant: ${file}`)
if (PACKAGES.every(name => values.package.includes(name))) {
  for (const { name } of equivalents)
    if (!existing.has(name)) console.log(`equivalent.json names what is gone: ${name}`)
}
process.exitCode = ok ? 0 : 1

function numberOf(name: 'seed' | 'each'): number {
  return /^\d+$/.test(values[name]) ? Number(values[name]) : refuse(`--${name} takes a whole number`)
}

function refuse(problem: string): never {
  console.error(`mutation: ${problem}`)
  process.exit(64)
}

/** The sampled mutants of a package that still exist in its source. */
function sampleOf(name: string, tree: string): SampledMutant[] {
  const files = globSync(`packages/${name}/src/**/*.ts`, { cwd: tree }).filter(
    file => !/\.test(-d)?\.ts$|\/bin\.ts$/.test(file),
  )
  const named = nameMutants(
    files.sort().flatMap(file => {
      const source = readFileSync(join(tree, file), 'utf8')
      return listMutants(file, source).map(mutant => ({ ...mutant, file, source }))
    }),
  )
  for (const mutant of named.keys()) existing.add(mutant)
  const choose = () => sample([...named.keys()], each, seeded(seed))
  return results
    .get(name)!
    .sample(choose)
    .flatMap(chosen => {
      const mutant = named.get(chosen)
      return mutant ? [{ ...mutant, package: name, name: chosen }] : []
    })
}

/** Tries what is not known yet. Returns the test files that were of no use. */
async function tryAll(): Promise<string[]> {
  process.once('SIGINT', () => process.exit(130))
  process.once('SIGTERM', () => process.exit(143))
  const { tree, commit } = copyTree(root)
  const queue = values.package
    .flatMap(name => sampleOf(name, tree))
    .filter(mutant => !results.get(mutant.package)!.isSettled(mutant.name, commit, values.slow))
    .map((mutant, id) => ({ ...mutant, id }))
  if (queue.length === 0) return []
  plant(tree, queue)
  const start = (testTimeoutMs: number) => Array.from({ length: RUNNERS }, () => new TestRunner(tree, testTimeoutMs))
  const stop = (runners: readonly TestRunner[]) => {
    for (const runner of runners) runner.stop()
  }
  const recorders = start(60_000)
  const runners = start(TEST_TIMEOUT_MS)
  process.once('exit', () => stop([...recorders, ...runners]))
  const own = new Map(values.package.map(name => [name, testFilesOf(tree, name, values.slow)]))
  const files = [...new Set([...own.values()].flat())]
  console.log(`mutation: ${queue.length} mutants of ${values.package.join(', ')}; finding who tests them`)
  const { tests, ms, leftOut } = await recordReach(tree, recorders, files)
  stop(recorders)
  const total = queue.length
  let done = 0
  const work = async (runner: TestRunner) => {
    for (let mutant = queue.shift(); mutant; mutant = queue.shift()) {
      const { id, file, name } = mutant
      const run = (test: string, mode: 'on' | 'off') => {
        const env = { MUTANT: mode === 'on' ? String(id) : '-1', MUTANT_HITS: '' }
        return runner.run({ file: test, env }, LEAST_DEADLINE_MS + 5 * ms.get(test)!)
      }
      const reaching = (tests.get(id) ?? []).filter(test => own.get(mutant.package)!.includes(test))
      const trial = await tryMutant(nearestFirst(file, reaching, ms), run)
      results.get(mutant.package)!.add({ name, commit, ...(values.slow && { slow: true }), ...trial })
      done += 1
      console.log(`${done}/${total}  ${trial.outcome.padEnd(9)}  ${describeMutant(mutant)}  ${told(trial)}`)
    }
  }
  await Promise.all(runners.map(work))
  stop(runners)
  return leftOut
}

/** Which tests had their say: the one that killed a mutant, or all that did not. */
function told({ outcome, ran }: Trial): string {
  return outcome === 'killed' ? `by ${ran.at(-1)}` : `by none of ${ran.length}: ${ran.join(' ')}`
}
