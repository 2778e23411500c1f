import type { Io } from '../command.ts'

/** All checks, in their order: templates before types, because type checking needs them compiled. */
export const STEP_NAMES = ['config', 'migrations', 'templates', 'types', 'sql', 'previous', 'tests', 'perf'] as const

export type StepName = (typeof STEP_NAMES)[number]

/** The options of `arlen check`. */
export interface CheckRun {
  root: string
  /** The environment whose configuration is checked. */
  environment: string
  /** A branch: its migrations are not checked again. */
  base: string | undefined
  io: Io
  /**
   * The DSN of a database with all migrations applied, created when the first step needs it.
   *
   * @param migrations - another folder of migrations than the application's
   */
  database(migrations?: string): Promise<string>
}

/** The findings of a step. */
export interface Finding {
  problems: readonly string[]
  /** Worth knowing, but not a problem. */
  notes?: readonly string[]
  /** Why there was nothing to check. */
  skipped?: string
}

/** One part of `arlen check`. */
export interface Step {
  description: string
  /** Whether it also checks a release, whose files were checked before it was built. */
  ofReleases?: true
  run(check: CheckRun): Promise<Finding>
}

export function skip(reason: string): Finding {
  return { problems: [], skipped: reason }
}
