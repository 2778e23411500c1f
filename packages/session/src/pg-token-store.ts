import type { OneTimeTokenStore, StoredToken, TakenToken } from './one-time-token.ts'
import { type SqlClient, type SqlSource, sqlClient } from './pg-sql.ts'

/** The table of {@link PgTokenStore}, for a migration of the application. */
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

/** Keeps one-time tokens in PostgreSQL, as hashes. Spent ones stay until they expire, so that their reuse is noticed. */
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
    // The lock makes who removes the predecessor wait, and then see the successor too: see `#removeAll`.
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

  /** Removes what has expired. @returns how many there were. */
  removeExpired(): Promise<number> {
    return this.#sql.execute('delete from arlen_one_time_tokens where expires_at <= now()', [])
  }

  /**
   * Again until nothing is left: a delete does not see a successor that was inserted after it began, even where it waited
   * for that insert. The next one does, and without their predecessors there can be no more.
   */
  async #removeAll(column: 'family' | 'user_id', purpose: string, value: string): Promise<void> {
    const statement = `delete from arlen_one_time_tokens where purpose = $1 and ${column} = $2`
    while ((await this.#sql.execute(statement, [purpose, value])) > 0);
  }
}
