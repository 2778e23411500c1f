import { invalidOption, type OptionTable, option, readOptions } from '@arlen/core/options'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { pgError } from '../errors.ts'
import { type Param, Sql } from '../sql/sql.ts'

/** A row whose columns are unknown. */
export type Row = Record<string, unknown>
/** The parameters of a query. */
export type Values = readonly Param[]

/** Options of one query. */
export interface QueryOptions {
  /** Cancels the query on the server and rejects the promise with `query_aborted`. */
  signal?: AbortSignal | undefined
  /**
   * Time limit of this query in milliseconds, instead of the pool's; 0: none. The limit of the server, `statementTimeoutMs`, stays.
   */
  timeoutMs?: number | undefined
  /** Runs on a leased connection: for queries that are known to be slow. */
  isolated?: boolean | undefined
  /** Whether the statement stays prepared. Default: as in the pool. Use false for SQL that runs once. */
  prepare?: boolean | undefined
  /** A name for errors and events. */
  name?: string | undefined
  /** Inside tx(): runs this query outside of the transaction. */
  outsideTransaction?: boolean | undefined
}

/** Options of a query whose rows are validated. */
export interface RowOptions<S extends StandardSchemaV1> extends QueryOptions {
  /** Validates and types every row: valibot, or any other library that implements Standard Schema. */
  row: S
}

/** Options of {@link Database.stream}. */
export interface StreamOptions extends QueryOptions {
  /** Rows fetched at a time. Default: as many as make 128 KiB, at most 2,000. */
  batch?: number | undefined
}

/** A query with its arguments in order. */
export interface Query {
  text: string
  values: Values
  options: QueryOptions & { row?: StandardSchemaV1 | undefined }
}

/** `(sql, options)` or `(text, values, options)`. */
export function sortArguments(
  text: string | Sql,
  values: Values | QueryOptions | undefined,
  options: QueryOptions | undefined,
): Query {
  if (text instanceof Sql) {
    return { text: text.text, values: text.values, options: checkOptions((values as QueryOptions) ?? {}) }
  }
  if (typeof text !== 'string' || text.length === 0 || text.includes('\0')) {
    const got = typeof text === 'string' ? JSON.stringify(text) : typeof text
    throw pgError('sql_text_invalid', { got })
  }
  if (values !== undefined && !Array.isArray(values)) {
    throw pgError('parameter_invalid', { parameter: '$1', reason: 'the values of a query are an array' })
  }
  return { text, values: (values as Values) ?? [], options: checkOptions(options ?? {}) }
}

/** The longest delay of a Node.js timer in milliseconds; a longer one would fire immediately. */
const LONGEST_MS = 2_147_483_647

const OPTIONS: OptionTable<StreamOptions & { row?: StandardSchemaV1 }> = {
  signal: option.object,
  timeoutMs: option.any,
  isolated: option.boolean,
  prepare: option.boolean,
  name: option.string,
  outsideTransaction: option.boolean,
  batch: option.any,
  row: option.any,
}

function checkOptions(given: QueryOptions): QueryOptions {
  if (Object.keys(given).length === 0) return given
  const options = readOptions('a query', given, OPTIONS)
  const { timeoutMs: value } = options
  if (value === undefined || (typeof value === 'number' && value >= 0 && value <= LONGEST_MS)) return options
  throw invalidOption('a query', 'timeoutMs', `must be 0 to ${LONGEST_MS} milliseconds, not ${value}`)
}

/** `(sql, options)` or `(text, options)`: COPY takes no parameters. */
export function sortCopyArguments(text: string | Sql, options: QueryOptions | undefined): Query {
  return text instanceof Sql ? sortArguments(text, options, undefined) : sortArguments(text, [], options)
}
