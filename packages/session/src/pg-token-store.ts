import type { OneTimeTokenStore, StoredToken } from './one-time-token.ts'
import { type SqlClient, type SqlSource, sqlClient } from './pg-sql.ts'

/** The table of {@link PgTokenStore}, for a migration of the application. */
export const TOKEN_MIGRATION = `create table arlen_one_time_tokens (
  purpose text not null,
  hash text not null,
  user_id text not null,
  expires_at timestamptz not null,
  primary key (purpose, hash)
);
create index arlen_one_time_tokens_user on arlen_one_time_tokens (purpose, user_id);
create index arlen_one_time_tokens_expires_at on arlen_one_time_tokens (expires_at);
`

/** Keeps one-time tokens in PostgreSQL, as hashes. */
export class PgTokenStore implements OneTimeTokenStore {
  readonly #source: SqlSource

  constructor(source: SqlSource) {
    this.#source = source
  }

  get #sql(): SqlClient {
    return sqlClient(this.#source)
  }

  async insert({ purpose, hash, userId, expiresAt }: StoredToken): Promise<void> {
    await this.#sql.execute(
      `insert into arlen_one_time_tokens (purpose, hash, user_id, expires_at)
       values ($1, $2, $3, to_timestamp($4::float8))`,
      [purpose, hash, userId, expiresAt / 1000],
    )
  }

  async take(purpose: string, hash: string): Promise<StoredToken | undefined> {
    const row = await this.#sql.maybeOne<{ userId: string; expires: number }>(
      `delete from arlen_one_time_tokens where purpose = $1 and hash = $2
       returning user_id as "userId", extract(epoch from expires_at)::float8 as expires`,
      [purpose, hash],
    )
    return row && { purpose, hash, userId: row.userId, expiresAt: Math.round(row.expires * 1000) }
  }

  async removeUser(purpose: string, userId: string): Promise<void> {
    await this.#sql.execute('delete from arlen_one_time_tokens where purpose = $1 and user_id = $2', [purpose, userId])
  }

  /** Removes what has expired. @returns how many there were. */
  removeExpired(): Promise<number> {
    return this.#sql.execute('delete from arlen_one_time_tokens where expires_at <= now()', [])
  }
}
