import type { Io } from '../command.ts'

/** What `arlen check` was asked. */
export interface CheckRun {
  root: string
  /** The environment whose configuration is judged. */
  environment: string
  /** A branch: what it has of migrations is not looked at again. */
  base: string | undefined
  io: Io
  /** The DSN of a database with all migrations applied, made when the first step asks for it. */
  database(): Promise<string>
}

/** What a step found. */
export interface Finding {
  problems: readonly string[]
  /** What is worth knowing and no problem. */
  notes?: readonly string[]
  /** Why there was nothing to look at. */
  skipped?: string
}

/** One part of `arlen check`. */
export interface Step {
  description: string
  run(check: CheckRun): Promise<Finding>
}

export function skip(reason: string): Finding {
  return { problems: [], skipped: reason }
}
