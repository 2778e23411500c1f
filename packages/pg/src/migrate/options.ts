import { type OptionTable, option } from '@arlen/core/options'
import type { PgOptions } from '../connection/options.ts'

/** Options of {@link migrate}. */
export interface MigrateOptions {
  /** Where to: a URL, or the options of createPg of which the connection's are used. Not through a pooler. */
  dsn: string | PgOptions
  /** Default `db/migrations`. */
  dir?: string | undefined
  /**
   * The schema to migrate, such as that of a tenant: created when it is missing, put first in the search path, with a
   * ledger of its own. Default: the first schema of the connection's search path.
   */
  schema?: string | undefined
  /** The table that records what is applied, in the schema that is migrated. Default `arlen_migrations`. */
  table?: string | undefined
  /** Applies nothing that comes after this version. Default: everything that is pending. */
  to?: string | undefined
  /** Gives the plan and changes nothing. */
  dryRun?: boolean | undefined
  /**
   * With `dryRun`: applies all migrations to an empty database beside this one, which is dropped again. Needs the right
   * to create databases.
   */
  check?: boolean | undefined
  /** How long to wait for another migrator. Default 60,000. */
  waitMs?: number | undefined
  /** How long a statement waits for a lock on a table before it lets others pass. Default 3,000. */
  lockTimeoutMs?: number | undefined
  /** How often a migration that could not get its lock is tried again. Default 10. */
  lockRetries?: number | undefined
  /** Told of everything that happens, as it happens. */
  onEvent?: ((event: MigrationEvent) => void) | undefined
  /** Stops between two migrations, and cancels the one that runs. */
  signal?: AbortSignal | undefined
}

/** The rules of those options. */
export const MIGRATE_OPTIONS: OptionTable<MigrateOptions> = {
  dsn: option.required(option.either(option.text, option.object)),
  dir: option.text,
  schema: option.text,
  table: option.text,
  to: option.text,
  dryRun: option.boolean,
  check: option.boolean,
  waitMs: option.durationMs(),
  lockTimeoutMs: option.any,
  lockRetries: option.integer(0),
  onEvent: option.func,
  signal: option.object,
}

const { dsn, dir, schema, table } = MIGRATE_OPTIONS

/** What finds the migrations and what is applied of them. */
export type StatusOptions = Pick<MigrateOptions, 'dsn' | 'dir' | 'schema' | 'table'>

/** What each of {@link StatusOptions} takes. */
export const STATUS_OPTIONS: OptionTable<StatusOptions> = { dsn, dir, schema, table }

/** What happens while migrations are applied, as it happens. */
export type MigrationEvent =
  | { type: 'waiting'; holder: string }
  | { type: 'plan'; steps: readonly Step[] }
  | { type: 'start'; step: Step }
  | { type: 'progress'; step: Step; message: string; elapsedMs: number }
  | { type: 'retry'; step: Step; attempt: number; blockers: string }
  | { type: 'done'; step: Step; durationMs: number }
  /** With `check`: it works on an empty database. */
  | { type: 'rehearsed'; step: Step; durationMs: number }
  | { type: 'repaired'; step: Step; action: string }

/** One thing a migrator does. */
export interface Step {
  direction: 'up' | 'down'
  version: string
  name: string
  file: string
  transactional: boolean
}

/** What {@link migrate} did, or would do. */
export interface MigrationReport {
  /** What was done; with `dryRun`, what would be. */
  steps: Step[]
  dryRun: boolean
}
