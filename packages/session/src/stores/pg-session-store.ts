import type { SessionUser } from '../session/session.ts'
import { fromJsonb, toJsonb } from './jsonb-text.ts'
import { type SqlClient, type SqlSource, sqlClient } from './pg-sql.ts'
import type { SessionPatch, SessionStore, StoredSession } from './session-store.ts'

/** The table of {@link PgSessionStore}, for a migration of yours. */
export const SESSION_MIGRATION = `create table arlen_sessions (
  key text primary key,
  user_id text,
  login jsonb,
  data jsonb not null,
  created_at timestamptz not null,
  seen_at timestamptz not null,
  expires_at timestamptz not null
);
create index arlen_sessions_expires_at on arlen_sessions (expires_at);
create index arlen_sessions_user_id on arlen_sessions (user_id) where user_id is not null;
`

interface Row {
  login: SessionUser | null
  data: string
  created: number
  seen: number
}

/**
 * Stores sessions in PostgreSQL. They can be of any size, and can be ended from outside. Concurrent requests that
 * change different keys do not overwrite each other, because only changed keys are written.
 */
export class PgSessionStore implements SessionStore {
  readonly #source: SqlSource

  constructor(source: SqlSource) {
    this.#source = source
  }

  get #sql(): SqlClient {
    return sqlClient(this.#source)
  }

  async load(key: string): Promise<StoredSession | undefined> {
    const row = await this.#sql.maybeOne<Row>(
      `select login, data::text as data, extract(epoch from created_at)::float8 as created, extract(epoch from seen_at)::float8 as seen
       from arlen_sessions where key = $1 and expires_at > now()`,
      [key],
    )
    return (
      row && {
        createdAt: row.created,
        seenAt: row.seen,
        user: row.login ?? undefined,
        data: fromJsonb(row.data) as Record<string, unknown>,
      }
    )
  }

  async create(key: string, session: StoredSession, expiresAt: number): Promise<void> {
    const { user, data, createdAt, seenAt } = session
    await this.#sql.execute(
      `insert into arlen_sessions (key, user_id, login, data, created_at, seen_at, expires_at)
       values ($1, $2, $3::jsonb, $4::jsonb, to_timestamp($5::float8), to_timestamp($6::float8), to_timestamp($7::float8))`,
      [
        key,
        user === undefined ? null : String(user.id),
        user === undefined ? null : JSON.stringify(user),
        toJsonb(data),
        createdAt,
        seenAt,
        expiresAt,
      ],
    )
  }

  async update(key: string, patch: SessionPatch): Promise<boolean> {
    const changed = await this.#sql.execute(
      `update arlen_sessions
       set data = (data - array(select jsonb_array_elements_text($2::jsonb))) || $3::jsonb,
           seen_at = greatest(seen_at, to_timestamp($4::float8))
       where key = $1 and expires_at > now()`,
      [key, toJsonb(patch.removed), toJsonb(patch.set), patch.seenAt],
    )
    return changed === 1
  }

  async remove(key: string): Promise<void> {
    await this.#sql.execute('delete from arlen_sessions where key = $1', [key])
  }

  async removeUser(userId: string | number): Promise<number> {
    const removed = await this.#sql.maybeOne<{ live: number }>(
      `with removed as (delete from arlen_sessions where user_id = $1 returning expires_at > now() as live)
       select count(*) filter (where live)::int as live from removed`,
      [String(userId)],
    )
    return removed!.live // a count is always one row
  }

  /** Removes expired sessions in batches, so that locks stay short. @returns how many were removed. */
  async removeExpired(batch: number = 5000): Promise<number> {
    let total = 0
    for (let removed = batch; removed === batch; total += removed) {
      removed = await this.#sql.execute(
        `delete from arlen_sessions where key in (
           select key from arlen_sessions where expires_at <= now() limit $1::int for update skip locked)`,
        [batch],
      )
    }
    return total
  }
}

/** Makes a {@link PgSessionStore}. Pass a function if the database is not open yet, such as `() => app.db`. */
export function createPgSessionStore(source: SqlSource): PgSessionStore {
  return new PgSessionStore(source)
}
