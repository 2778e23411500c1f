// `make check`: everything a change must pass. Every stage runs, so that one run lists everything that is wrong.
import { globSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { overTarget } from './budget.ts'
import { watchFreeSpace } from './free-space.ts'
import { cleanCommit, forgetChecked, writeChecked } from './release/checked.ts'
import { abortOnSignals, runStage, type StageResult, seconds } from './stage.ts'
import { addTally, describeTally, emptyTally } from './tally.ts'
import { PUBLISHED, runVitest } from './vitest-run.ts'

/** Time limit of each stage: twice what the tests take while other work keeps both cores busy. */
const deadlineMs = 60 * 60_000
const started = performance.now()
const bin = 'node_modules/.bin'
const { signal, exitCode } = abortOnSignals()
const tally = emptyTally()
const results: StageResult[] = []
const root = join(import.meta.dirname, '..')
const space = watchFreeSpace([root, tmpdir()])
const commit = await cleanCommit(root)
forgetChecked(root)

async function stage(name: string, command: readonly string[]): Promise<void> {
  if (signal.aborted) return
  console.log(`\n== ${name}`)
  const result = await runStage(name, command, { deadlineMs, signal })
  results.push(result)
  if (result.ok) tally.passed += 1
  else addTally(tally, { ...emptyTally(), failed: 1, failures: [`${name}: ${result.reason}`] })
}

async function tests(name: string, args: readonly string[]): Promise<void> {
  if (signal.aborted) return
  console.log(`\n== ${name}`)
  const run = await runVitest(name, args, { deadlineMs, signal })
  results.push(run.result)
  addTally(tally, run.tally)
}

await stage('format and lint', [`${bin}/biome`, 'ci', '--colors=off', '.'])
await stage('regular expressions', [process.execPath, '--conditions=@arlen/source', 'tooling/lint/linear-regexps.ts'])
// From scratch, because leftovers of deleted sources would be packed.
for (const dist of globSync('packages/*/dist')) rmSync(dist, { recursive: true })
await stage('build', [`${bin}/tsc`, '-b', 'tsconfig.build.json'])
await stage('types', [`${bin}/tsc`, '-p', 'tsconfig.json'])
await stage('types of the shop', ['pnpm', '--filter', 'strickland', 'typecheck'])
await tests('tests', [])
await tests('published packages', PUBLISHED)
await stage('benchmarks', [process.execPath, '--enable-source-maps', 'benchmarks/run.ts', '--smoke'])
// Fails on a loss. Where this machine is too busy to tell, it says so and passes on what can be counted.
await stage('performance', [process.execPath, '--enable-source-maps', 'tooling/perf/run.ts', '--check'])

console.log('\n== summary')
for (const { name, ok, reason, ms } of results) {
  console.log(`${ok ? 'ok    ' : 'FAILED'}  ${seconds(ms).padStart(8)}  ${name}${reason && `: ${reason}`}`)
}
const overtime = overTarget('check', performance.now() - started)
if (overtime) console.log(overtime)
for (const line of space.stop()) console.log(line)
console.log(describeTally(tally))
// `pnpm run release` requires that exactly this commit has passed.
const passed = tally.failed === 0 && exitCode() === 0 && !signal.aborted
if (passed && commit && commit === (await cleanCommit(root))) writeChecked(root, commit)
process.exitCode = exitCode() || (tally.failed > 0 ? 1 : 0)
