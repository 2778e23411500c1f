import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runStage, type StageOptions, type StageResult } from './stage.ts'
import { emptyTally, type Tally } from './tally.ts'

export interface VitestRun {
  result: StageResult
  tally: Tally
}

/** Arguments for testing installed packages, as users have them, instead of the sources. */
export const PUBLISHED: readonly string[] = ['--root', '.', '--config', 'tooling/published/vitest.config.ts']

const reporter = join(import.meta.dirname, 'tally-reporter.ts')

/** Runs Vitest over the repository and counts its tests; if the runner fails without a failed test, that is one failure. */
export async function runVitest(name: string, args: readonly string[], options: StageOptions): Promise<VitestRun> {
  const folder = mkdtempSync(join(tmpdir(), 'arlen-test-'))
  const file = join(folder, 'tally.json')
  try {
    const color = process.stdout.isTTY ? [] : ['--no-color'] // Vitest assumes that CI supports colors
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
  // Errors about workers that were stopped together with the runner are not test failures.
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
    return undefined // a runner that crashed has written none, or part of one
  }
}
