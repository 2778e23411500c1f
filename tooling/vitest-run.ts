import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runStage, type StageOptions, type StageResult } from './stage.ts'
import { emptyTally, type Tally } from './tally.ts'

export interface VitestRun {
  result: StageResult
  tally: Tally
}

/** Arguments that run what users install, as they use it, instead of the tests of the sources. */
export const PUBLISHED: readonly string[] = ['--root', '.', '--config', 'tooling/published/vitest.config.ts']

const reporter = join(import.meta.dirname, 'tally-reporter.ts')

/** Runs Vitest over the repository and counts its tests; a runner that fails without a failed test is one failure. */
export async function runVitest(name: string, args: readonly string[], options: StageOptions): Promise<VitestRun> {
  const folder = mkdtempSync(join(tmpdir(), 'arlen-test-'))
  const file = join(folder, 'tally.json')
  try {
    const color = process.stdout.isTTY ? [] : ['--no-color'] // it believes that CI wants colors
    const command = ['node_modules/.bin/vitest', 'run', '--allowOnly=false', '--reporter=default', ...color]
    const result = await runStage(name, [...command, `--reporter=${reporter}`, ...args], {
      ...options,
      env: { ...options.env, TALLY_FILE: file },
    })
    return { result, tally: tallyOf(result, file) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function tallyOf(result: StageResult, file: string): Tally {
  const tally = readTally(file)
  if (tally === undefined) {
    return { ...emptyTally(), failed: 1, failures: [`${result.name}: ${result.reason || 'no report'}`] }
  }
  if (result.ok) return tally
  // What the runner says of workers that were stopped with it is not a failure of a test.
  const own = tally.failures.filter(failure => !failure.startsWith('outside any test: [vitest-pool]'))
  if (result.wasStopped)
    return { ...tally, failed: own.length + 1, failures: [...own, `${result.name}: ${result.reason}`] }
  if (tally.failed > 0) return tally
  return { ...tally, failed: 1, failures: [`${result.name}: ${result.reason}`] }
}

function readTally(file: string): Tally | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Tally
  } catch {
    return undefined // a runner that crashed has written none, or half of one
  }
}
