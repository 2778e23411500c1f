// `make mutation`: how many small faults do the tests notice? Takes a seeded sample of mutants of some packages, writes
// all of them, dormant, into a copy of the committed tree, finds which test files reach each, and runs those files with
// the mutant switched on. Mutants that no test kills are listed; those named in equivalent.json do not count.
//
//   node tooling/mutation/run.ts [--seed N] [--count N] [--package NAME]... [--only ID,ID]
import { spawn, spawnSync } from 'node:child_process'
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { instrument } from './instrument.ts'
import { listMutants } from './mutants.ts'
import { describeMutant, type Result, report, type SampledMutant } from './report.ts'
import { sample, seededRandom } from './sample.ts'

const PACKAGES = ['arlen', 'http', 'session', 'security', 'router', 'pg']
const CONCURRENCY = 2
/** A mutant that makes a test wait for ever is killed by this, or by three times what its tests usually take. */
const LEAST_DEADLINE_MS = 45_000

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '300' },
    package: { type: 'string', multiple: true, default: PACKAGES },
    only: { type: 'string' },
  },
})

const root = join(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'arlen-mutation-'))
const copy = join(folder, 'tree')
const children = new Set<number>()
process.once('SIGINT', () => process.exit(130))
process.once('SIGTERM', () => process.exit(143))
process.once('exit', () => {
  for (const pid of children) kill(pid)
  spawnSync('git', ['worktree', 'remove', '--force', copy], { cwd: root })
  rmSync(folder, { recursive: true, force: true })
})

must('git', ['worktree', 'add', '--detach', copy, 'HEAD'], root)
must('pnpm', ['install', '--frozen-lockfile', '--prefer-offline'], copy)
must(join(copy, 'node_modules/.bin/tsc'), ['-b', 'tsconfig.build.json'], copy) // some tests start what is built

const mutants = chooseMutants()
plant(mutants)
const only = values.only?.split(',').map(Number)
const tried = only ? mutants.filter(mutant => only.includes(mutant.id)) : mutants
console.log(
  `mutation: ${tried.length} mutants of ${values.package.join(', ')} (seed ${values.seed}); finding who tests them`,
)
const reach = await recordReach()
const results: Result[] = []
const queue = [...tried]
await Promise.all(Array.from({ length: CONCURRENCY }, work))
const { text, ok } = report(results, JSON.parse(readFileSync(join(import.meta.dirname, 'equivalent.json'), 'utf8')))
console.log(text)
process.exitCode = ok ? 0 : 1

function chooseMutants(): SampledMutant[] {
  const random = seededRandom(Number(values.seed))
  const each = Math.ceil(Number(values.count) / values.package.length)
  const chosen: SampledMutant[] = []
  for (const name of values.package) {
    const files = globSync(`packages/${name}/src/**/*.ts`, { cwd: copy }).filter(
      file => !/\.test(-d)?\.ts$|\/bin\.ts$/.test(file),
    )
    const all = files.sort().flatMap(file => {
      const source = readFileSync(join(copy, file), 'utf8')
      return listMutants(file, source).map(mutant => ({ ...mutant, file, source }))
    })
    for (const mutant of sample(all, each, random)) chosen.push({ ...mutant, id: chosen.length })
  }
  return chosen
}

function plant(all: readonly SampledMutant[]): void {
  for (const [file, mutants] of Map.groupBy(all, mutant => mutant.file)) {
    writeFileSync(join(copy, file), instrument(mutants[0]!.source, mutants, join(copy, 'tooling/mutation/active.ts')))
  }
}

interface Reach {
  /** The test files that execute a mutant, the quickest first. */
  tests: Map<number, string[]>
  ms: Map<string, number>
}

/** Runs every test once with no mutant switched on. Test files that fail even so can tell nothing and are left out. */
async function recordReach(): Promise<Reach> {
  mkdirSync(join(folder, 'record'))
  const hits = join(folder, 'record/hits.tsv')
  const json = join(folder, 'record/tests.json')
  writeFileSync(hits, '')
  await vitest(['--reporter=json', `--outputFile=${json}`], { MUTANT_HITS: hits }, 30 * 60_000)
  const files = (JSON.parse(readFileSync(json, 'utf8')) as TestReport).testResults
  const ms = new Map<string, number>()
  for (const { name, status, startTime, endTime } of files) {
    const file = name.slice(copy.length + 1)
    if (status === 'passed') ms.set(file, endTime - startTime)
    else console.log(`mutation: ${file} fails without a mutant and is left out`)
  }
  const tests = new Map<number, string[]>()
  for (const line of new Set(readFileSync(hits, 'utf8').split('\n'))) {
    const [file = '', id = ''] = line.split('\t')
    if (!ms.has(file)) continue
    const list = tests.get(Number(id)) ?? []
    tests.set(Number(id), [...list, file])
  }
  for (const list of tests.values()) list.sort((a, b) => ms.get(a)! - ms.get(b)!)
  return { tests, ms }
}

interface TestReport {
  testResults: { name: string; status: string; startTime: number; endTime: number }[]
}

async function work(): Promise<void> {
  for (let mutant = queue.shift(); mutant; mutant = queue.shift()) {
    const outcome = await tryMutant(mutant)
    results.push({ mutant, outcome })
    console.log(
      `${String(results.length).padStart(4)}/${tried.length}  ${outcome.padEnd(8)}  ${describeMutant(mutant)}`,
    )
  }
}

async function tryMutant(mutant: SampledMutant): Promise<Result['outcome']> {
  const files = reach.tests.get(mutant.id) ?? []
  if (files.length === 0) return 'unreached'
  // The quickest few first, since most mutants die there.
  for (const part of [files.slice(0, 6), files.slice(6)]) {
    if (part.length === 0) continue
    const usual = part.reduce((sum, file) => sum + reach.ms.get(file)!, 0)
    const deadline = LEAST_DEADLINE_MS + 3 * usual
    if (!(await vitest([...part, '--bail=1', '--reporter=dot'], { MUTANT: String(mutant.id) }, deadline)))
      return 'killed'
  }
  return 'survived'
}

/** True when all tests pass in time. */
function vitest(args: readonly string[], env: Record<string, string>, deadlineMs: number): Promise<boolean> {
  const command = [
    'run',
    '--exclude=**/*.slow.test.ts',
    '--exclude=**/*.test-d.ts',
    '--maxWorkers=2',
    '--retry=0',
    ...args,
  ]
  const child = spawn(join(copy, 'node_modules/.bin/vitest'), command, {
    cwd: copy,
    env: { ...process.env, ...env, VITEST_SETUP: join(copy, 'tooling/mutation/name-test.ts') },
    stdio: 'ignore',
    detached: true,
  })
  children.add(child.pid!)
  return new Promise(resolve => {
    const timer = setTimeout(() => kill(child.pid!), deadlineMs)
    child.once('exit', code => {
      clearTimeout(timer)
      kill(child.pid!) // what a test that was cut left running
      children.delete(child.pid!)
      resolve(code === 0)
    })
  })
}

function kill(group: number): void {
  try {
    process.kill(-group, 'SIGKILL')
  } catch {
    // it has ended
  }
}

function must(command: string, args: readonly string[], cwd: string): void {
  const { status, stderr, stdout } = spawnSync(command, args, { cwd, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr || stdout}`)
}
