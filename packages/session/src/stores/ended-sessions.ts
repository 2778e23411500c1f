import { createHash } from 'node:crypto'
import { option, readOptions } from '@arlen/core/options'
import { type SqlClient, type SqlSource, sqlClient } from './pg-sql.ts'

/** The key of a session in a store: reading the store does not give access to sessions. */
export function sessionKey(id: string): string {
  return createHash('sha256').update(id).digest('base64url')
}

/**
 * Sessions that have ended although their cookies still decrypt, for sessions kept in cookies: at logout the browser
 * deletes its cookie, but copies remain. Keys are SHA-256 digests of session ids in base64url.
 */
export interface EndedSessions {
  /** @param expiresAt - when the cookie expires anyway, in seconds since 1970. */
  end(key: string, expiresAt: number): Promise<void>
  /** Whether the session has ended. Reliable until the given expiry. */
  isEnded(key: string): Promise<boolean>
  /** Removes expired entries. @returns how many were removed. */
  removeExpired(): Promise<number>
}

/** The table of {@link PgEndedSessions}, for a migration of the application. */
export const ENDED_SESSION_MIGRATION = `create table arlen_ended_sessions (
  key text primary key,
  expires_at timestamptz not null
);
create index arlen_ended_sessions_expires_at on arlen_ended_sessions (expires_at);
`

/** Records ended sessions in PostgreSQL: one row per logout, until the cookie would have expired. */
export class PgEndedSessions implements EndedSessions {
  readonly #source: SqlSource

  constructor(source: SqlSource) {
    this.#source = source
  }

  get #sql(): SqlClient {
    return sqlClient(this.#source)
  }

  async end(key: string, expiresAt: number): Promise<void> {
    await this.#sql.execute(
      'insert into arlen_ended_sessions (key, expires_at) values ($1, to_timestamp($2::float8)) on conflict do nothing',
      [key, expiresAt],
    )
  }

  async isEnded(key: string): Promise<boolean> {
    const found = await this.#sql.maybeOne('select key from arlen_ended_sessions where key = $1', [key])
    return found !== undefined
  }

  /** Removes expired entries. @returns how many were removed. */
  removeExpired(): Promise<number> {
    return this.#sql.execute('delete from arlen_ended_sessions where expires_at <= now()', [])
  }
}

/** Makes a {@link PgEndedSessions}. Pass a function if the database is not open yet, such as `() => app.db`. */
export function createPgEndedSessions(source: SqlSource): PgEndedSessions {
  return new PgEndedSessions(source)
}

/** Records ended sessions in memory. For tests. */
export class MemoryEndedSessions implements EndedSessions {
  readonly #expiries = new Map<string, number>()
  readonly #now: () => number

  constructor(options: { now?: () => number } = {}) {
    const { now = () => Date.now() } = readOptions('createMemoryEndedSessions()', options, { now: option.func })
    this.#now = now
  }

  async end(key: string, expiresAt: number): Promise<void> {
    if (!this.#expiries.has(key)) this.#expiries.set(key, expiresAt)
  }

  async isEnded(key: string): Promise<boolean> {
    return this.#expiries.has(key)
  }

  async removeExpired(): Promise<number> {
    const over = [...this.#expiries].filter(([, expiresAt]) => expiresAt * 1000 <= this.#now())
    for (const [key] of over) this.#expiries.delete(key)
    return over.length
  }
}

/** Makes a {@link MemoryEndedSessions}. @throws ArlenError `option_unknown`, `option_invalid`. */
export function createMemoryEndedSessions(options: { now?: () => number } = {}): MemoryEndedSessions {
  return new MemoryEndedSessions(options)
}
