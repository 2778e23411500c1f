import type { Io } from '../command.ts'

/** What `arlen doctor` looks at. */
export interface Patient {
  root: string
  io: Io
}

/** What one look has found. */
export interface Diagnosis {
  /** `fail` keeps Arlen from working, `warn` may. */
  outcome: 'ok' | 'warn' | 'fail'
  /** What is there, or what is wrong with it. */
  found: string
  /** What to do about it. */
  remedy?: string
}

/** One thing to look at. */
export type Examination = (patient: Patient) => Promise<Diagnosis>

export function ok(found: string): Diagnosis {
  return { outcome: 'ok', found }
}

export function warn(found: string, remedy: string): Diagnosis {
  return { outcome: 'warn', found, remedy }
}

export function fail(found: string, remedy: string): Diagnosis {
  return { outcome: 'fail', found, remedy }
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
