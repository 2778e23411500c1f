import { pgError } from './errors.ts'
import type { Result } from './result.ts'
import { validateRows } from './row-schema.ts'
import { type Param, Sql } from './sql.ts'
import type { StandardSchemaV1 } from './standard-schema.ts'

export type Row = Record<string, unknown>

export interface QueryOptions {
  /** Aborts it: the server is asked to cancel, and the promise rejects with `query_aborted`. */
  signal?: AbortSignal | undefined
  /** Limit for this query, in milliseconds, below the session's `statementTimeoutMs`. */
  timeoutMs?: number | undefined
  /** A connection of its own, for what is known to be slow. */
  isolated?: boolean | undefined
  /** Default: as the pool. False for SQL that is run once. */
  prepare?: boolean | undefined
  /** Named in errors and events. */
  name?: string | undefined
  /** Inside tx(): says that going past the transaction is meant. */
  outsideTransaction?: boolean | undefined
}

export interface RowOptions<S extends StandardSchemaV1> extends QueryOptions {
  /** Checks every row, and types it: valibot, or anything else that speaks Standard Schema. */
  row: S
}

type Out<S extends StandardSchemaV1> = StandardSchemaV1.InferOutput<S>
export type Values = readonly Param[]

/** A query with its arguments sorted out. */
export interface Prepared {
  text: string
  values: Values
  options: QueryOptions & { row?: StandardSchemaV1 | undefined }
}

/** The query methods that a pool and a transaction have in common. */
export abstract class Queries {
  protected abstract run(query: Prepared): Promise<Result<unknown>>

  /** Runs a query and gives everything the server said of it. */
  query<S extends StandardSchemaV1>(sql: Sql, options: RowOptions<S>): Promise<Result<Out<S>>>
  query<S extends StandardSchemaV1>(text: string, values: Values, options: RowOptions<S>): Promise<Result<Out<S>>>
  query<T = Row>(sql: Sql, options?: QueryOptions): Promise<Result<T>>
  query<T = Row>(text: string, values?: Values, options?: QueryOptions): Promise<Result<T>>
  async query(text: string | Sql, values?: Values | QueryOptions, options?: QueryOptions): Promise<Result<unknown>> {
    return this.#all(text, values, options)
  }

  /** The rows. */
  many<S extends StandardSchemaV1>(sql: Sql, options: RowOptions<S>): Promise<Out<S>[]>
  many<S extends StandardSchemaV1>(text: string, values: Values, options: RowOptions<S>): Promise<Out<S>[]>
  many<T = Row>(sql: Sql, options?: QueryOptions): Promise<T[]>
  many<T = Row>(text: string, values?: Values, options?: QueryOptions): Promise<T[]>
  async many(text: string | Sql, values?: Values | QueryOptions, options?: QueryOptions): Promise<unknown[]> {
    return (await this.#all(text, values, options)).rows
  }

  /** The one row. None is `row_not_found` (404), several are `too_many_rows`. */
  one<S extends StandardSchemaV1>(sql: Sql, options: RowOptions<S>): Promise<Out<S>>
  one<S extends StandardSchemaV1>(text: string, values: Values, options: RowOptions<S>): Promise<Out<S>>
  one<T = Row>(sql: Sql, options?: QueryOptions): Promise<T>
  one<T = Row>(text: string, values?: Values, options?: QueryOptions): Promise<T>
  async one(text: string | Sql, values?: Values | QueryOptions, options?: QueryOptions): Promise<unknown> {
    const { rows } = await this.#all(text, values, options)
    return only(rows) ?? missing(text)
  }

  /** The row, or undefined. Several are `too_many_rows`. */
  maybeOne<S extends StandardSchemaV1>(sql: Sql, options: RowOptions<S>): Promise<Out<S> | undefined>
  maybeOne<S extends StandardSchemaV1>(
    text: string,
    values: Values,
    options: RowOptions<S>,
  ): Promise<Out<S> | undefined>
  maybeOne<T = Row>(sql: Sql, options?: QueryOptions): Promise<T | undefined>
  maybeOne<T = Row>(text: string, values?: Values, options?: QueryOptions): Promise<T | undefined>
  async maybeOne(text: string | Sql, values?: Values | QueryOptions, options?: QueryOptions): Promise<unknown> {
    return only((await this.#all(text, values, options)).rows)
  }

  /** The first column of the one row: `value<bigint>('select count(*) from t')`. */
  value<T = unknown>(sql: Sql, options?: QueryOptions): Promise<T>
  value<T = unknown>(text: string, values?: Values, options?: QueryOptions): Promise<T>
  async value(text: string | Sql, values?: Values | QueryOptions, options?: QueryOptions): Promise<unknown> {
    const { rows, fields } = await this.#all(text, values, options)
    const row = (only(rows) ?? missing(text)) as Row
    return fields[0] ? row[fields[0].name] : undefined
  }

  /** Runs a statement for its effect and gives the number of rows it changed. */
  execute(sql: Sql, options?: QueryOptions): Promise<number>
  execute(text: string, values?: Values, options?: QueryOptions): Promise<number>
  async execute(text: string | Sql, values?: Values | QueryOptions, options?: QueryOptions): Promise<number> {
    return (await this.#all(text, values, options)).rowCount
  }

  async #all(
    text: string | Sql,
    values: Values | QueryOptions | undefined,
    options: QueryOptions | undefined,
  ): Promise<Result<unknown>> {
    const query = sortArguments(text, values, options)
    const result = await this.run(query)
    const { row } = query.options
    return row ? { ...result, rows: await validateRows(row, result.rows) } : result
  }
}

/** `(sql, options)` or `(text, values, options)`. */
export function sortArguments(
  text: string | Sql,
  values: Values | QueryOptions | undefined,
  options: QueryOptions | undefined,
): Prepared {
  if (text instanceof Sql) return { text: text.text, values: text.values, options: (values as QueryOptions) ?? {} }
  if (typeof text !== 'string' || text.length === 0 || text.includes('\0')) {
    const got = typeof text === 'string' ? JSON.stringify(text) : typeof text
    throw pgError('sql_text_invalid', { got })
  }
  if (values !== undefined && !Array.isArray(values)) {
    throw pgError('parameter_invalid', { parameter: '$1', reason: 'the values of a query are an array' })
  }
  return { text, values: (values as Values) ?? [], options: options ?? {} }
}

function only(rows: readonly unknown[]): unknown {
  if (rows.length > 1) throw pgError('too_many_rows', { count: rows.length })
  return rows[0]
}

function missing(text: string | Sql): never {
  throw pgError('row_not_found', {}, { internal: `No row for ${text instanceof Sql ? text.text : text}` })
}
