import type { ApiKeyStore, StoredApiKey } from './api-key-store.ts'
import { type SqlClient, type SqlSource, sqlClient } from './pg-sql.ts'

/** The table of {@link PgApiKeyStore}, for a migration of yours. */
export const API_KEY_MIGRATION = `create table arlen_api_keys (
  prefix text primary key,
  hash text not null,
  user_id text not null,
  name text not null,
  scopes text[] not null,
  created_at timestamptz not null,
  expires_at timestamptz
);
create index arlen_api_keys_user_id on arlen_api_keys (user_id);
create index arlen_api_keys_expires_at on arlen_api_keys (expires_at) where expires_at is not null;
`

interface Row extends Omit<StoredApiKey, 'expiresAt'> {
  expiresAt: number | null
}

const JSON_KEY = `json_build_object(
  'prefix', prefix, 'hash', hash, 'userId', user_id, 'name', name, 'scopes', scopes,
  'createdAt', round(extract(epoch from created_at) * 1000), 'expiresAt', round(extract(epoch from expires_at) * 1000))`

/** Stores API keys in PostgreSQL, as hashes. */
export class PgApiKeyStore implements ApiKeyStore {
  readonly #source: SqlSource

  constructor(source: SqlSource) {
    this.#source = source
  }

  get #sql(): SqlClient {
    return sqlClient(this.#source)
  }

  async insert(key: StoredApiKey): Promise<void> {
    const { prefix, hash, userId, name, scopes, createdAt, expiresAt } = key
    await this.#sql.execute(
      `insert into arlen_api_keys (prefix, hash, user_id, name, scopes, created_at, expires_at)
       values ($1, $2, $3, $4, array(select json_array_elements_text($5::json)),
               to_timestamp($6::float8 / 1000), to_timestamp($7::float8 / 1000))`,
      [prefix, hash, userId, name, JSON.stringify(scopes), createdAt, expiresAt ?? null],
    )
  }

  async find(prefix: string): Promise<StoredApiKey | undefined> {
    const statement = `select ${JSON_KEY}::text as key from arlen_api_keys where prefix = $1`
    const row = await this.#sql.maybeOne<{ key: string }>(statement, [prefix])
    return row && fromRow(JSON.parse(row.key) as Row)
  }

  async list(userId: string | number): Promise<StoredApiKey[]> {
    const row = await this.#sql.maybeOne<{ keys: string | null }>(
      `select json_agg(${JSON_KEY} order by created_at desc)::text as keys from arlen_api_keys where user_id = $1`,
      [String(userId)],
    )
    return (JSON.parse(row?.keys ?? '[]') as Row[]).map(fromRow)
  }

  async remove(userId: string | number, prefix: string): Promise<boolean> {
    const values = [String(userId), prefix]
    return (await this.#sql.execute('delete from arlen_api_keys where user_id = $1 and prefix = $2', values)) === 1
  }

  removeUser(userId: string | number): Promise<number> {
    return this.#sql.execute('delete from arlen_api_keys where user_id = $1', [String(userId)])
  }

  removeExpired(): Promise<number> {
    return this.#sql.execute('delete from arlen_api_keys where expires_at <= now()', [])
  }
}

/** Makes a {@link PgApiKeyStore}. Pass a function if the database is not open yet, such as `() => app.db`. */
export function createPgApiKeyStore(source: SqlSource): PgApiKeyStore {
  return new PgApiKeyStore(source)
}

function fromRow(row: Row): StoredApiKey {
  return { ...row, expiresAt: row.expiresAt ?? undefined }
}
