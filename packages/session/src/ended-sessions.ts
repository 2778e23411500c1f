import { createHash } from 'node:crypto'
import { type SqlClient, type SqlSource, sqlClient } from './pg-sql.ts'

/** Under what a store knows a session: who reads the store cannot become its users. */
export function sessionKey(id: string): string {
  return createHash('sha256').update(id).digest('base64url')
}

/**
 * Logins that were ended though their cookies still open, for sessions that live in cookies alone: at logout a browser
 * forgets its cookie, but a copy of it does not. Keys are SHA-256 digests of session ids, as base64url.
 */
export interface EndedSessions {
  /** @param expiresAt - when the cookie is over anyway, in seconds since 1970. */
  end(key: string, expiresAt: number): Promise<void>
  /** Whether it was ended; certain only until it expires. */
  isEnded(key: string): Promise<boolean>
  /** Removes what is over anyway. @returns how many there were. */
  removeExpired(): Promise<number>
}

/** The table of {@link PgEndedSessions}, for a migration of the application. */
export const ENDED_SESSION_MIGRATION = `create table arlen_ended_sessions (
  key text primary key,
  expires_at timestamptz not null
);
create index arlen_ended_sessions_expires_at on arlen_ended_sessions (expires_at);
`

/** Keeps what was ended in PostgreSQL: a row for each logout, until the cookie would have been over. */
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

  /** Removes what is over anyway. @returns how many there were. */
  removeExpired(): Promise<number> {
    return this.#sql.execute('delete from arlen_ended_sessions where expires_at <= now()', [])
  }
}

/** Keeps what was ended in this process alone: for tests. */
export class MemoryEndedSessions implements EndedSessions {
  readonly #expiries = new Map<string, number>()
  readonly #now: () => number

  constructor(options: { now?: () => number } = {}) {
    this.#now = options.now ?? Date.now
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
