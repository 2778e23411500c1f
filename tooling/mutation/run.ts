// `make mutation`: how many small faults do the tests notice? Takes a seeded sample of mutants of some packages, writes all
// of them, dormant, into a copy of the committed tree, finds which test files of the package reach each, and runs those
// files with the mutant switched on. Mutants that no test kills are listed; those in equivalent.json do not count.
//
//   node tooling/mutation/run.ts [--seed N] [--each N] [--package NAME]... [--report]
//
// Results are kept in .mutation/: the same command continues an interrupted run, and tries survivors again after a commit.
// `--report` shows the known results and tries nothing.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { nameMutants } from './identity.ts'
import { listMutants } from './mutants.ts'
import { nearestFirst } from './nearest.ts'
import { recordReach } from './reach.ts'
import { describeMutant, report, type SampledMutant } from './report.ts'
import { Results } from './results.ts'
import { sample, seededRandom } from './sample.ts'
import { TestRunner } from './test-runner.ts'
import { copyTree, plant } from './tree.ts'
import { tryMutant } from './try-mutant.ts'

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
    report: { type: 'boolean', default: false },
  },
})

const root = join(import.meta.dirname, '../..')
const results = new Map(
  values.package.map(name => [name, new Results(join(root, `.mutation/${name}-${values.seed}.jsonl`))]),
)

if (!values.report) await tryAll()
const mutants = values.package.flatMap(name => sampleOf(name, root))
const outcomes = mutants.flatMap(mutant => {
  const recorded = results.get(mutant.package)!.get(mutant.name)
  return recorded ? [{ mutant, outcome: recorded.outcome }] : []
})
const { text, ok } = report(outcomes, JSON.parse(readFileSync(join(import.meta.dirname, 'equivalent.json'), 'utf8')))
console.log(text)
process.exitCode = ok ? 0 : 1

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
  const choose = () => sample([...named.keys()], Number(values.each), seededRandom(Number(values.seed)))
  return results
    .get(name)!
    .sample(choose)
    .flatMap(each => {
      const mutant = named.get(each)
      return mutant ? [{ ...mutant, package: name, name: each }] : []
    })
}

async function tryAll(): Promise<void> {
  process.once('SIGINT', () => process.exit(130))
  process.once('SIGTERM', () => process.exit(143))
  const { tree, commit } = copyTree(root)
  const queue = values.package
    .flatMap(name => sampleOf(name, tree))
    .filter(mutant => !results.get(mutant.package)!.isSettled(mutant.name, commit))
    .map((mutant, id) => ({ ...mutant, id }))
  if (queue.length === 0) return
  plant(tree, queue)
  const start = (testTimeoutMs: number) => Array.from({ length: RUNNERS }, () => new TestRunner(tree, testTimeoutMs))
  const stop = (runners: readonly TestRunner[]) => {
    for (const runner of runners) runner.stop()
  }
  const recorders = start(60_000)
  const runners = start(TEST_TIMEOUT_MS)
  process.once('exit', () => stop([...recorders, ...runners]))
  console.log(`mutation: ${queue.length} mutants of ${values.package.join(', ')} to try; finding who tests them`)
  const { tests, ms } = await recordReach(tree, recorders, values.package)
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
      const own = (tests.get(id) ?? []).filter(test => test.startsWith(`packages/${mutant.package}/`))
      const trial = await tryMutant(nearestFirst(file, own, ms), run)
      results.get(mutant.package)!.add({ name, commit, ...trial })
      const { outcome, by = '' } = trial
      done += 1
      console.log(`${done}/${total}  ${outcome.padEnd(9)}  ${describeMutant(mutant)}  ${by}`)
    }
  }
  await Promise.all(runners.map(work))
  stop(runners)
}
