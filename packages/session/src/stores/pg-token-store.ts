import type { OneTimeTokenStore, StoredToken, TakenToken } from '../token/one-time-token.ts'
import { type SqlClient, type SqlSource, sqlClient } from './pg-sql.ts'

/** The table of {@link PgTokenStore}, for a migration of yours. */
export const TOKEN_MIGRATION = `create table arlen_one_time_tokens (
  purpose text not null,
  hash text not null,
  user_id text not null,
  epoch text,
  family text not null,
  expires_at timestamptz not null,
  spent_at timestamptz,
  primary key (purpose, hash)
);
create index arlen_one_time_tokens_user on arlen_one_time_tokens (purpose, user_id);
create index arlen_one_time_tokens_family on arlen_one_time_tokens (purpose, family);
create index arlen_one_time_tokens_expires_at on arlen_one_time_tokens (expires_at);
`

interface Row {
  userId: string
  epoch: string | null
  family: string
  expires: number
  spent: number | null
}

const COLUMNS = `user_id as "userId", epoch, family, extract(epoch from expires_at)::float8 * 1000 as expires`

/** Stores hashes of one-time tokens in PostgreSQL. Spent tokens are kept until they expire, to detect reuse. */
export class PgTokenStore implements OneTimeTokenStore {
  readonly #source: SqlSource

  constructor(source: SqlSource) {
    this.#source = source
  }

  get #sql(): SqlClient {
    return sqlClient(this.#source)
  }

  async insert(token: StoredToken, successorOf?: string): Promise<boolean> {
    const { purpose, hash, userId, epoch = null, family, expiresAt } = token
    const values = [purpose, hash, userId, epoch, family, expiresAt / 1000]
    const into = `insert into arlen_one_time_tokens (purpose, hash, user_id, epoch, family, expires_at)`
    const row = '$1, $2, $3, $4, $5, to_timestamp($6::float8)'
    if (successorOf === undefined) return (await this.#sql.execute(`${into} values (${row})`, values)) === 1
    // The lock makes a concurrent removal wait, so that it also finds the successor: see `#removeAll`.
    const inserted = await this.#sql.execute(
      `with predecessor as (
         select from arlen_one_time_tokens where purpose = $1 and hash = $7 for key share
       )
       ${into} select ${row} from predecessor`,
      [...values, successorOf],
    )
    return inserted === 1
  }

  async take(purpose: string, hash: string): Promise<TakenToken | undefined> {
    const row =
      (await this.#sql.maybeOne<Row>(
        `update arlen_one_time_tokens set spent_at = clock_timestamp()
         where purpose = $1 and hash = $2 and spent_at is null
         returning ${COLUMNS}, null::float8 as spent`,
        [purpose, hash],
      )) ??
      (await this.#sql.maybeOne<Row>(
        `select ${COLUMNS}, extract(epoch from spent_at)::float8 * 1000 as spent
         from arlen_one_time_tokens where purpose = $1 and hash = $2`,
        [purpose, hash],
      ))
    if (row === undefined) return undefined
    const { userId, family, expires, spent } = row
    const epoch = row.epoch ?? undefined
    return { purpose, hash, userId, epoch, family, expiresAt: Math.round(expires), spentAt: spent ?? undefined }
  }

  removeFamily(purpose: string, family: string): Promise<void> {
    return this.#removeAll('family', purpose, family)
  }

  removeUser(purpose: string, userId: string | number): Promise<void> {
    return this.#removeAll('user_id', purpose, String(userId))
  }

  /** Removes expired tokens. @returns how many were removed. */
  removeExpired(): Promise<number> {
    return this.#sql.execute('delete from arlen_one_time_tokens where expires_at <= now()', [])
  }

  /**
   * Repeats until nothing is left. A delete does not see successors inserted after it began, even if it waited for
   * them; the next one does. Without a predecessor no further successor can be inserted.
   */
  async #removeAll(column: 'family' | 'user_id', purpose: string, value: string): Promise<void> {
    const statement = `delete from arlen_one_time_tokens where purpose = $1 and ${column} = $2`
    while ((await this.#sql.execute(statement, [purpose, value])) > 0);
  }
}

/** Makes a {@link PgTokenStore}. Pass a function if the database is not open yet, such as `() => app.db`. */
export function createPgTokenStore(source: SqlSource): PgTokenStore {
  return new PgTokenStore(source)
}
