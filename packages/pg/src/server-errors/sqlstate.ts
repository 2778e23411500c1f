/**
 * Maps SQLSTATEs to stable codes (PostgreSQL's condition names, appendix A) and HTTP statuses. A code that is not listed
 * falls back to its class, the first two characters.
 */
export interface SqlStateEntry {
  code: string
  /** Default 500: the program is at fault. */
  status?: number
  /** The text that a client may read. */
  detail?: string
  /** The same work may succeed if it is retried. */
  retryable?: boolean
}

const BUSY = 'The database is busy. Try again.'
const AWAY = 'The database is not available at the moment.'

/** PostgreSQL's SQLSTATE codes with their own error code. */
export const SQLSTATES: Readonly<Record<string, SqlStateEntry>> = {
  '08': { code: 'connection_exception', status: 503, detail: AWAY, retryable: true },
  '08P01': { code: 'protocol_violation' }, // such as a wrong number of parameters: not an error of the connection
  '0A': { code: 'feature_not_supported' },
  '22': { code: 'data_exception' },
  '22001': { code: 'string_data_right_truncation' },
  '22003': { code: 'numeric_value_out_of_range' },
  '22007': { code: 'invalid_datetime_format' },
  '22008': { code: 'datetime_field_overflow' },
  '22012': { code: 'division_by_zero' },
  '22021': { code: 'character_not_in_repertoire' },
  '22P02': { code: 'invalid_text_representation' },
  // A JSON text with \u0000 that becomes jsonb: it comes from outside.
  '22P05': {
    code: 'untranslatable_character',
    status: 422,
    detail: 'A text contains the character U+0000, which cannot be stored.',
  },
  '23': { code: 'integrity_constraint_violation', status: 409, detail: 'The change conflicts with other data.' },
  '23502': { code: 'not_null_violation' },
  '23503': {
    code: 'foreign_key_violation',
    status: 409,
    detail: 'Something else refers to this, or it refers to what is not there.',
  },
  '23505': { code: 'unique_violation', status: 409, detail: 'This exists already.' },
  '23514': { code: 'check_violation', status: 422, detail: 'A value is out of its permitted range.' },
  '23P01': { code: 'exclusion_violation', status: 409, detail: 'The change conflicts with something that exists.' },
  '25': { code: 'invalid_transaction_state' },
  '25006': { code: 'read_only_sql_transaction' },
  '25P02': { code: 'in_failed_sql_transaction' },
  '25P03': { code: 'idle_in_transaction_session_timeout', status: 503, detail: BUSY, retryable: true },
  '25P04': { code: 'transaction_timeout', status: 503, detail: BUSY },
  '26000': { code: 'invalid_sql_statement_name', retryable: true },
  '28': { code: 'invalid_authorization_specification' },
  '28P01': { code: 'invalid_password' },
  '3D000': { code: 'invalid_catalog_name' },
  '40': { code: 'transaction_rollback', status: 503, detail: BUSY, retryable: true },
  '40001': { code: 'serialization_failure', status: 503, detail: BUSY, retryable: true },
  '40P01': { code: 'deadlock_detected', status: 503, detail: BUSY, retryable: true },
  '42': { code: 'syntax_error_or_access_rule_violation' },
  '42501': { code: 'insufficient_privilege' },
  '42601': { code: 'syntax_error' },
  '42703': { code: 'undefined_column' },
  '42804': { code: 'datatype_mismatch' },
  '42883': { code: 'undefined_function' },
  '42P01': { code: 'undefined_table' },
  '42P02': { code: 'undefined_parameter' },
  '42P07': { code: 'duplicate_table' },
  '42P18': { code: 'indeterminate_datatype' },
  '53': { code: 'insufficient_resources', status: 503, detail: BUSY, retryable: true },
  '53100': { code: 'disk_full', status: 503, detail: AWAY },
  '53300': { code: 'too_many_connections', status: 503, detail: BUSY, retryable: true },
  '54': { code: 'program_limit_exceeded' },
  '55P03': { code: 'lock_not_available', status: 503, detail: BUSY, retryable: true },
  '57014': { code: 'query_canceled', status: 503, detail: 'A database query took too long.' },
  '57P01': { code: 'admin_shutdown', status: 503, detail: AWAY, retryable: true },
  '57P02': { code: 'crash_shutdown', status: 503, detail: AWAY, retryable: true },
  '57P03': { code: 'cannot_connect_now', status: 503, detail: AWAY, retryable: true },
  '57P05': { code: 'idle_session_timeout', status: 503, detail: AWAY, retryable: true },
  '58': { code: 'system_error', status: 503, detail: AWAY },
  P0001: { code: 'raise_exception' },
  XX: { code: 'internal_database_error' },
}

export function describeSqlState(sqlstate: string, extra: Readonly<Record<string, SqlStateEntry>> = {}): SqlStateEntry {
  const family = sqlstate.slice(0, 2)
  return extra[sqlstate] ?? SQLSTATES[sqlstate] ?? extra[family] ?? SQLSTATES[family] ?? { code: 'database_error' }
}
