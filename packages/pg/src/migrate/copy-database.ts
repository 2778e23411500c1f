import type pg from 'pg'
import { quoteIdentifier } from '../sql/sql.ts'

/** A row of `pg_database`. Which columns it has depends on the version of the server. */
interface DatabaseRow {
  encoding: string
  datcollate: string
  datctype: string
  /** `c` libc, `i` ICU, `b` built in; since PostgreSQL 15. */
  datlocprovider?: string
  /** Since PostgreSQL 17; before, only ICU had one. */
  datlocale?: string | null
  daticulocale?: string | null
  /** Since PostgreSQL 16. */
  daticurules?: string | null
}

const PROVIDERS: Readonly<Record<string, string>> = { c: 'libc', i: 'icu', b: 'builtin' }

/**
 * Creates an empty database that compares and orders text, and is set up, like the one that the client is connected to.
 *
 * @throws the error of the server
 */
export async function createDatabaseLike(client: pg.Client, name: string): Promise<void> {
  const { rows } = await client.query<{ row: DatabaseRow }>(
    `select pg_catalog.to_jsonb(d) || pg_catalog.jsonb_build_object('encoding', pg_catalog.pg_encoding_to_char(encoding)) as row
     from pg_catalog.pg_database d where datname = pg_catalog.current_database()`,
  )
  await client.query(`create database ${quoteIdentifier(name)} template template0 ${localeOf(rows[0]!.row)}`)
  for (const { setting, value } of await settingsOf(client)) {
    await client.query(`alter database ${quoteIdentifier(name)} set ${setting} to ${value}`)
  }
}

function localeOf(row: DatabaseRow): string {
  const provider = PROVIDERS[row.datlocprovider ?? '']
  const locale = row.datlocale ?? row.daticulocale
  const options: [string, string | null | undefined][] = [
    ['encoding', row.encoding],
    ['locale_provider', provider],
    ['lc_collate', row.datcollate],
    ['lc_ctype', row.datctype],
    [provider === 'builtin' ? 'builtin_locale' : 'icu_locale', locale],
    ['icu_rules', row.daticurules],
  ]
  return options.flatMap(([option, value]) => (value == null ? [] : `${option} = ${literal(value)}`)).join(' ')
}

/** What ALTER DATABASE … SET has set for everybody, as SQL. */
async function settingsOf(client: pg.Client): Promise<{ setting: string; value: string }[]> {
  const { rows } = await client.query<{ config: string[] }>(
    `select setconfig as config from pg_catalog.pg_db_role_setting s join pg_catalog.pg_database d on d.oid = setdatabase
     where setrole = 0 and datname = pg_catalog.current_database()`,
  )
  return rows
    .flatMap(({ config }) => config)
    .map(entry => {
      const at = entry.indexOf('=')
      const [name, value] = [entry.slice(0, at), entry.slice(at + 1)]
      return { setting: name.split('.').map(quoteIdentifier).join('.'), value: settingValue(name, value) }
    })
}

/** Settings that are lists are stored as SQL already: `"$user", public` (`GUC_LIST_QUOTE`). */
const LISTS = [
  'search_path',
  'session_preload_libraries',
  'local_preload_libraries',
  'temp_tablespaces',
  'unix_socket_directories',
]

function settingValue(name: string, value: string): string {
  return LISTS.includes(name.toLowerCase()) && value !== '' ? value : literal(value)
}

function literal(value: string): string {
  const quoted = `'${value.replaceAll("'", "''")}'`
  return value.includes('\\') ? `E${quoted.replaceAll('\\', '\\\\')}` : quoted
}
