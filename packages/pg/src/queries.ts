import type { Site } from './caller.ts'
import { CopyIn, CopyOut, type CopySource } from './copy.ts'
import { pgError } from './errors.ts'
import type { Exclusive, Limits } from './pool/exclusive.ts'
import type { Runner } from './pool/runner.ts'
import type { Result } from './result.ts'
import { validateRows } from './row-schema.ts'
import type { RowOf, StaticText, ValuesOf } from './sql/known-queries.ts'
import { type Param, Sql } from './sql/sql.ts'
import type { StandardSchemaV1 } from './standard-schema.ts'
import { streamRows } from './wire/portal.ts'

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

/** Text where the type of the row is given: `one<User>('select …')`. */
type Explicit<T> = [T] extends [never] ? 'a query typed by its text' : string
type Out<S extends StandardSchemaV1> = StandardSchemaV1.InferOutput<S>
export type Values = readonly Param[]

export interface StreamOptions extends QueryOptions {
  /** Rows fetched at a time. Default 500. */
  batch?: number | undefined
}

/** A query with its arguments sorted out. */
export interface Prepared {
  text: string
  values: Values
  options: QueryOptions & { row?: StandardSchemaV1 | undefined }
}

/** A connection for work that takes several steps, such as a stream. */
export interface Session {
  runner: Runner
  exclusive: Exclusive
  limits: Limits
  site: Site | undefined
  end(succeeded: boolean): Promise<void>
}

/** The query methods that a pool, a scope and a transaction have in common. */
export abstract class Queries {
  protected abstract run(query: Prepared): Promise<Result<unknown>>
  /** At once where there is a connection already, so that a COPY keeps its place among the queries of a transaction. */
  protected abstract session(purpose: 'stream' | 'copy', query: Prepared): Promise<Session> | Session

  /** Sees every promise that is handed out. */
  protected watch<T>(promise: Promise<T>): Promise<T> {
    return promise
  }

  /** Runs a query and gives everything the server said of it. */
  query<S extends StandardSchemaV1>(sql: Sql, options: RowOptions<S>): Promise<Result<Out<S>>>
  query<S extends StandardSchemaV1>(text: string, values: Values, options: RowOptions<S>): Promise<Result<Out<S>>>
  query<T = Row>(sql: Sql, options?: QueryOptions): Promise<Result<T>>
  query<T = never>(text: Explicit<T>, values?: Values, options?: QueryOptions): Promise<Result<NoInfer<T>>>
  query<const Q extends string>(
    text: Q & StaticText<Q>,
    ...rest: [...ValuesOf<Q>, options?: QueryOptions]
  ): Promise<Result<RowOf<Q>>>
  query(text: string | Sql, values?: Values | QueryOptions, options?: QueryOptions): Promise<Result<unknown>> {
    return this.watch(this.#run(whole, text, values, options))
  }

  /** The rows. */
  many<S extends StandardSchemaV1>(sql: Sql, options: RowOptions<S>): Promise<Out<S>[]>
  many<S extends StandardSchemaV1>(text: string, values: Values, options: RowOptions<S>): Promise<Out<S>[]>
  many<T = Row>(sql: Sql, options?: QueryOptions): Promise<T[]>
  many<T = never>(text: Explicit<T>, values?: Values, options?: QueryOptions): Promise<NoInfer<T>[]>
  many<const Q extends string>(
    text: Q & StaticText<Q>,
    ...rest: [...ValuesOf<Q>, options?: QueryOptions]
  ): Promise<RowOf<Q>[]>
  many(text: string | Sql, values?: Values | QueryOptions, options?: QueryOptions): Promise<unknown[]> {
    return this.watch(this.#run(rowsOf, text, values, options))
  }

  /** The one row. None is `row_not_found` (404), several are `too_many_rows`. */
  one<S extends StandardSchemaV1>(sql: Sql, options: RowOptions<S>): Promise<Out<S>>
  one<S extends StandardSchemaV1>(text: string, values: Values, options: RowOptions<S>): Promise<Out<S>>
  one<T = Row>(sql: Sql, options?: QueryOptions): Promise<T>
  one<T = never>(text: Explicit<T>, values?: Values, options?: QueryOptions): Promise<NoInfer<T>>
  one<const Q extends string>(
    text: Q & StaticText<Q>,
    ...rest: [...ValuesOf<Q>, options?: QueryOptions]
  ): Promise<RowOf<Q>>
  one(text: string | Sql, values?: Values | QueryOptions, options?: QueryOptions): Promise<unknown> {
    return this.watch(this.#run(oneOf, text, values, options))
  }

  /** The row, or undefined. Several are `too_many_rows`. */
  maybeOne<S extends StandardSchemaV1>(sql: Sql, options: RowOptions<S>): Promise<Out<S> | undefined>
  maybeOne<S extends StandardSchemaV1>(
    text: string,
    values: Values,
    options: RowOptions<S>,
  ): Promise<Out<S> | undefined>
  maybeOne<T = Row>(sql: Sql, options?: QueryOptions): Promise<T | undefined>
  maybeOne<T = never>(text: Explicit<T>, values?: Values, options?: QueryOptions): Promise<NoInfer<T> | undefined>
  maybeOne<const Q extends string>(
    text: Q & StaticText<Q>,
    ...rest: [...ValuesOf<Q>, options?: QueryOptions]
  ): Promise<RowOf<Q> | undefined>
  maybeOne(text: string | Sql, values?: Values | QueryOptions, options?: QueryOptions): Promise<unknown> {
    return this.watch(this.#run(maybeOneOf, text, values, options))
  }

  /** The first column of the one row: `value<bigint>('select count(*) from t')`. */
  value<T = unknown>(sql: Sql, options?: QueryOptions): Promise<T>
  value<T = never>(text: Explicit<T>, values?: Values, options?: QueryOptions): Promise<NoInfer<T>>
  value<const Q extends string>(
    text: Q & StaticText<Q>,
    ...rest: [...ValuesOf<Q>, options?: QueryOptions]
  ): Promise<RowOf<Q>[keyof RowOf<Q>]>
  value(text: string | Sql, values?: Values | QueryOptions, options?: QueryOptions): Promise<unknown> {
    return this.watch(this.#run(firstColumnOf, text, values, options))
  }

  /** Runs a statement for its effect and gives the number of rows it changed. */
  execute(sql: Sql, options?: QueryOptions): Promise<number>
  execute<const Q extends string>(
    text: Q & StaticText<Q>,
    ...rest: [...ValuesOf<Q>, options?: QueryOptions]
  ): Promise<number>
  execute(text: string | Sql, values?: Values | QueryOptions, options?: QueryOptions): Promise<number> {
    return this.watch(this.#run(countOf, text, values, options))
  }

  /**
   * The rows one by one, in flat memory: `batch` of them (default 500) are fetched at a time, as they are read. Outside a
   * transaction it has a connection of its own until the loop ends.
   */
  stream<S extends StandardSchemaV1>(sql: Sql, options: RowOptions<S> & StreamOptions): AsyncIterable<Out<S>>
  stream<S extends StandardSchemaV1>(
    text: string,
    values: Values,
    options: RowOptions<S> & StreamOptions,
  ): AsyncIterable<Out<S>>
  stream<T = Row>(sql: Sql, options?: StreamOptions): AsyncIterable<T>
  stream<T = never>(text: Explicit<T>, values?: Values, options?: StreamOptions): AsyncIterable<NoInfer<T>>
  stream<const Q extends string>(
    text: Q & StaticText<Q>,
    ...rest: [...ValuesOf<Q>, options?: StreamOptions]
  ): AsyncIterable<RowOf<Q>>
  async *stream(text: string | Sql, values?: Values | StreamOptions, options?: StreamOptions): AsyncIterable<unknown> {
    const query = sortArguments(text, values, options)
    const { batch = 500 } = query.options as StreamOptions
    if (!Number.isInteger(batch) || batch < 1) {
      throw pgError('option_invalid', { option: 'batch', value: batch, expected: 'a whole number of at least 1' })
    }
    const session = await this.session('stream', query)
    let succeeded = false
    try {
      yield* streamRows(session.runner, session.exclusive, query, batch, session.limits)
      succeeded = true
    } catch (error) {
      throw session.runner.toError(error, query, session.exclusive.lease.client, session.site)
    } finally {
      await session.end(succeeded)
    }
  }

  /** `COPY … FROM STDIN`: sends what `source` gives and returns the number of rows. */
  copyFrom(text: string | Sql, source: CopySource, options?: QueryOptions): Promise<number> {
    return this.watch(this.#copyFrom(text, source, options))
  }

  /** `COPY … TO STDOUT`: its bytes, in pieces of any size. */
  async *copyTo(text: string | Sql, options?: QueryOptions): AsyncGenerator<Buffer, void, undefined> {
    const query = sortCopy(text, options)
    const session = await this.session('copy', query)
    const copy = new CopyOut(query.text)
    const sent = session.exclusive.sendCopy(copy, session.limits)
    sent.catch(() => undefined) // it is read from `copy`
    let succeeded = false
    try {
      yield* copy.read()
      succeeded = true
    } catch (error) {
      throw session.runner.fail(error, query, copy, session.site)
    } finally {
      if (!succeeded) await abandonCopy(session.exclusive, copy)
      await session.end(succeeded)
    }
  }

  async #copyFrom(text: string | Sql, source: CopySource, options: QueryOptions | undefined): Promise<number> {
    const query = sortCopy(text, options)
    const opened = this.session('copy', query)
    const session = opened instanceof Promise ? await opened : opened
    const copy = new CopyIn(query.text, source)
    let succeeded = false
    try {
      await session.exclusive.sendCopy(copy, session.limits)
      succeeded = true
      session.runner.observe(query, copy, undefined, session.site)
      return copy.result.rowCount
    } catch (error) {
      throw session.runner.fail(error, query, copy, session.site)
    } finally {
      await session.end(succeeded)
    }
  }

  async #run<T>(
    pick: (result: Result<unknown>, text: string) => T,
    text: string | Sql,
    values: Values | QueryOptions | undefined,
    options: QueryOptions | undefined,
  ): Promise<T> {
    const query = sortArguments(text, values, options)
    const result = await this.run(query)
    const { row } = query.options
    return pick(row ? { ...result, rows: await validateRows(row, result.rows) } : result, query.text)
  }
}

async function abandonCopy(exclusive: Exclusive, copy: CopyOut): Promise<void> {
  copy.discard()
  exclusive.cancel(copy, pgError('query_aborted'))
  await copy.promise.catch(() => undefined) // that is what was asked for
}

const whole = (result: Result<unknown>): Result<unknown> => result
const rowsOf = (result: Result<unknown>): unknown[] => result.rows
const countOf = (result: Result<unknown>): number => result.rowCount
const oneOf = ({ rows }: Result<unknown>, text: string): unknown => only(rows) ?? missing(text)
const maybeOneOf = ({ rows }: Result<unknown>): unknown => only(rows)
const firstColumnOf = ({ rows, fields }: Result<unknown>, text: string): unknown => {
  const row = (only(rows) ?? missing(text)) as Row
  return fields[0] ? row[fields[0].name] : undefined
}

/** `(sql, options)` or `(text, values, options)`. */
export function sortArguments(
  text: string | Sql,
  values: Values | QueryOptions | undefined,
  options: QueryOptions | undefined,
): Prepared {
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

/** What a timer of Node.js can count, in milliseconds; above it, it would end at once. */
const LONGEST_MS = 2_147_483_647

function checkOptions(options: QueryOptions): QueryOptions {
  const { timeoutMs: value } = options
  if (value === undefined || (value >= 0 && value <= LONGEST_MS)) return options
  throw pgError('option_invalid', { option: 'timeoutMs', value, expected: `0 to ${LONGEST_MS} milliseconds` })
}

/** COPY takes no parameters: options come second. */
function sortCopy(text: string | Sql, options: QueryOptions | undefined): Prepared {
  return text instanceof Sql ? sortArguments(text, options, undefined) : sortArguments(text, [], options)
}

function only(rows: readonly unknown[]): unknown {
  if (rows.length > 1) throw pgError('too_many_rows', { count: rows.length })
  return rows[0]
}

function missing(text: string): never {
  throw pgError('row_not_found', {}, { internal: `No row for ${text}` })
}
