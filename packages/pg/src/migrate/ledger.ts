import type pg from 'pg'
import { quoteIdentifier } from '../sql/sql.ts'
import type { Migration } from './files.ts'

/** A row of the table of applied migrations. */
export interface Applied {
  version: string
  name: string
  checksum: string
  /** `started` is a step without a transaction that has not finished. */
  state: 'applied' | 'started'
  appliedAt: Date
  durationMs: number
  appliedBy: string
}

/** The table that records applied migrations. */
export class Ledger {
  /** Quoted, with its schema: a migration may change the search path. */
  readonly table: string
  readonly #client: pg.Client

  constructor(client: pg.Client, table: string) {
    this.#client = client
    this.table = table
  }

  async exists(): Promise<boolean> {
    const { rows } = await this.#client.query('select to_regclass($1) is not null as found', [this.table])
    return (rows[0] as { found: boolean }).found
  }

  /** @param schema - is created as well if it is missing */
  async create(schema: string | undefined): Promise<void> {
    if (await this.exists()) return
    if (schema !== undefined) await this.#client.query(`create schema if not exists ${quoteIdentifier(schema)}`)
    await this.#client.query(`create table if not exists ${this.table} (
      version text primary key,
      name text not null,
      checksum text not null,
      state text not null check (state in ('applied', 'started')),
      applied_at timestamptz not null default clock_timestamp(),
      applied_by text not null default current_user,
      duration_ms integer not null default 0,
      drift_accepted_at timestamptz,
      drift_accepted_by text
    )`)
  }

  async read(): Promise<Applied[]> {
    if (!(await this.exists())) return []
    const { rows } = await this.#client.query(
      `select version, name, checksum, state, applied_at as "appliedAt", duration_ms as "durationMs", applied_by as "appliedBy"
       from ${this.table} order by version::numeric`,
    )
    return rows as Applied[]
  }

  async write(migration: Migration, state: Applied['state'], durationMs: number): Promise<void> {
    await this.#client.query(
      `insert into ${this.table} (version, name, checksum, state, duration_ms) values ($1, $2, $3, $4, $5)
       on conflict (version) do update set name = excluded.name, checksum = excluded.checksum, state = excluded.state,
         duration_ms = excluded.duration_ms, applied_at = clock_timestamp(), applied_by = current_user`,
      [migration.version, migration.name, migration.checksum, state, Math.round(durationMs)],
    )
  }

  async remove(version: string): Promise<void> {
    await this.#client.query(`delete from ${this.table} where version::numeric = $1::numeric`, [version])
  }

  /** Accepts the current file for an applied migration, and records who did so. */
  async acceptDrift(migration: Migration, who: string): Promise<void> {
    await this.#client.query(
      `update ${this.table} set checksum = $2, drift_accepted_at = clock_timestamp(), drift_accepted_by = $3
       where version::numeric = $1::numeric`,
      [migration.version, migration.checksum, who],
    )
  }
}
