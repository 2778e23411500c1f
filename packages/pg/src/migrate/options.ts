import { type OptionTable, option } from '@arlen/core/options'
import type { PgOptions } from '../connection/options.ts'

/** Options of {@link migrate}. */
export interface MigrateOptions {
  /** The target: a URL, or the connection options of createPg. A pooler in between must be in session mode. */
  dsn: string | PgOptions
  /** Default `db/migrations`. */
  dir?: string | undefined
  /**
   * The schema to migrate, such as that of a tenant: created if it is missing, put first in the search path, with its own
   * ledger. Default: the first schema of the connection's search path.
   */
  schema?: string | undefined
  /** The table that records applied migrations, in the migrated schema. Default `arlen_migrations`. */
  table?: string | undefined
  /** Applies nothing after this version. Default: everything that is pending. */
  to?: string | undefined
  /** Returns the plan and changes nothing. */
  dryRun?: boolean | undefined
  /**
   * With `dryRun`: applies what is pending to a copy of this database's schema, without its rows, which is dropped again. Needs the
   * right to create databases.
   */
  check?: boolean | undefined
  /** How long to wait for another migrator. Default 60,000. */
  waitMs?: number | undefined
  /** How long a statement waits for a lock on a table before it lets others pass. Default 3,000. */
  lockTimeoutMs?: number | undefined
  /** How often a migration that could not get its lock is tried again. Default 10. */
  lockRetries?: number | undefined
  /** Receives every event, as it happens. */
  onEvent?: ((event: MigrationEvent) => void) | undefined
  /** Stops between two migrations, and cancels the running one. */
  signal?: AbortSignal | undefined
}

/** The rules for those options. */
export const MIGRATE_OPTIONS: OptionTable<MigrateOptions> = {
  dsn: option.required(option.either(option.text, option.object)),
  dir: option.text,
  schema: option.text,
  table: option.text,
  to: option.text,
  dryRun: option.boolean,
  check: option.boolean,
  waitMs: option.durationMs(),
  lockTimeoutMs: option.integer(0),
  lockRetries: option.integer(0),
  onEvent: option.func,
  signal: option.object,
}

const { dsn, dir, schema, table } = MIGRATE_OPTIONS

/** Locates the migrations and the ledger. */
export type StatusOptions = Pick<MigrateOptions, 'dsn' | 'dir' | 'schema' | 'table'>

/** The rule for each of {@link StatusOptions}. */
export const STATUS_OPTIONS: OptionTable<StatusOptions> = { dsn, dir, schema, table }

/** The events of applying migrations, as they happen. */
export type MigrationEvent =
  | { type: 'waiting'; holder: string }
  | { type: 'plan'; steps: readonly Step[] }
  | { type: 'start'; step: Step }
  | { type: 'progress'; step: Step; message: string; elapsedMs: number }
  | { type: 'retry'; step: Step; attempt: number; blockers: string }
  | { type: 'done'; step: Step; durationMs: number }
  /** With `check`: applied to a copy. `byRows` are its statements that pass or fail by the rows of the target. */
  | { type: 'rehearsed'; step: Step; durationMs: number; byRows: readonly string[] }
  | { type: 'repaired'; step: Step; action: string }

/** One action of a migrator. */
export interface Step {
  direction: 'up' | 'down'
  version: string
  name: string
  file: string
  transactional: boolean
}

/** What {@link migrate} did, or would do. */
export interface MigrationReport {
  /** What was done; with `dryRun`, what would be done. */
  steps: Step[]
  dryRun: boolean
}
