import { ArlenError } from '@arlen/core'
import { isRelease } from '../app-root.ts'
import type { Io } from '../command.ts'
import { configStep } from './config.ts'
import { migrationsStep } from './migrations.ts'
import { perfStep } from './perf.ts'
import { previousStep } from './previous.ts'
import { sqlStep } from './sql.ts'
import { type CheckRun, type Finding, STEP_NAMES, type Step, type StepName, skip } from './step.ts'
import { templatesStep } from './templates.ts'
import { testsStep } from './tests.ts'
import { typesStep } from './types.ts'

const STEPS: Readonly<Record<StepName, Step>> = {
  config: configStep,
  migrations: migrationsStep,
  templates: templatesStep,
  types: typesStep,
  sql: sqlStep,
  previous: previousStep,
  tests: testsStep,
  perf: perfStep,
}

/** The outcome of one step. */
export interface StepResult {
  step: string
  outcome: 'ok' | 'failed' | 'skipped'
  durationMs: number
  problems: readonly string[]
  notes: readonly string[]
}

/** Options of {@link runCheck}. */
export interface CheckOptions extends Omit<CheckRun, 'database'> {
  /** Which steps, in the order of {@link STEP_NAMES}. */
  steps: readonly string[]
  onResult: (result: StepResult) => void
}

/** Runs the steps one after the other, even if earlier ones fail. */
export async function runCheck({ steps, onResult, ...check }: CheckOptions): Promise<StepResult[]> {
  const databases = new CheckDatabases(check.root, check.io)
  const results: StepResult[] = []
  try {
    for (const name of STEP_NAMES) {
      if (!steps.includes(name)) continue
      const step = STEPS[name]
      check.io.status?.(`checking ${step.description} …`)
      const started = performance.now()
      const {
        problems,
        notes = [],
        skipped,
      } = await findingOf(step, { ...check, database: migrations => databases.dsn(migrations) })
      check.io.status?.()
      const outcome = skipped !== undefined ? 'skipped' : problems.length > 0 ? 'failed' : 'ok'
      const durationMs = Math.round(performance.now() - started)
      const result: StepResult = { step: name, outcome, durationMs, problems, notes: skipped ? [skipped] : notes }
      results.push(result)
      onResult(result)
    }
  } finally {
    await databases.close()
  }
  return results
}

/** A step that cannot run is a problem, too; the others are still worth running. */
async function findingOf(step: Step, check: CheckRun): Promise<Finding> {
  if (!step.ofReleases && isRelease(check.root)) return skip('checked before the release was built')
  try {
    return await step.run(check)
  } catch (error) {
    if (error instanceof ArlenError) return { problems: [error.message] }
    return { problems: [error instanceof Error ? (error.stack ?? error.message) : String(error)] }
  }
}

/** Separate databases with the migrations of a folder, on one server. */
class CheckDatabases {
  readonly #root: string
  readonly #io: Io
  #server: Promise<{ dsn: string; stop?: () => Promise<void> }> | undefined
  readonly #made = new Map<string, Promise<{ dsn: string; drop: () => Promise<void> }>>()

  constructor(root: string, io: Io) {
    this.#root = root
    this.#io = io
  }

  async dsn(migrations = `${this.#root}/db/migrations`): Promise<string> {
    const made = this.#made.get(migrations) ?? this.#make(migrations)
    this.#made.set(migrations, made)
    return (await made).dsn
  }

  async close(): Promise<void> {
    for (const made of this.#made.values()) await (await made.catch(() => undefined))?.drop()
    await (await this.#server?.catch(() => undefined))?.stop?.()
  }

  async #make(migrations: string) {
    const { createTestDatabase, startTestCluster } = await import('@arlen/pg/testing')
    const given = this.#io.env.TEST_DATABASE_URL
    this.#server ??= given ? Promise.resolve({ dsn: given }) : startTestCluster()
    return createTestDatabase({ dsn: (await this.#server).dsn, migrations })
  }
}
