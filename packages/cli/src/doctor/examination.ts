import type { Io } from '../command.ts'

/** What `arlen doctor` examines. */
export interface Patient {
  root: string
  io: Io
}

/** The finding of one examination. */
export interface Diagnosis {
  /** `fail` prevents Arlen from working, `warn` might. */
  outcome: 'ok' | 'warn' | 'fail'
  /** The state, or what is wrong with it. */
  found: string
  /** What to do about it. */
  remedy?: string
}

/** One examination. */
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
