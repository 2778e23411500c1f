import { invalidOption } from '@arlen/core/options'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { pgError } from '../errors.ts'
import type { Lease } from '../pool/lease.ts'
import type { LeasedConnection } from '../pool/leased-connection.ts'
import type { RowOf, StaticText, ValuesOf } from '../sql/known-queries.ts'
import type { Sql } from '../sql/sql.ts'
import { CopyIn, CopyOut, type CopySource } from './copy.ts'
import {
  type Query,
  type QueryOptions,
  type Row,
  type RowOptions,
  type StreamOptions,
  sortArguments,
  sortCopyArguments,
  type Values,
} from './query.ts'
import type { Result } from './result.ts'
import { validateRows } from './row-schema.ts'
import { RowStream } from './row-stream.ts'
import { streamRows } from './stream-rows.ts'

/** Text with an explicit row type: `one<User>('select …')`. */
type Explicit<T> = [T] extends [never] ? 'a query typed by its text' : string
type Out<S extends StandardSchemaV1> = StandardSchemaV1.InferOutput<S>
/** The query methods that a pool, a scope and a transaction have in common. */
export abstract class Queries {
  protected abstract run(query: Query): Promise<Result<unknown>>
  /** Immediately if a connection is available, so that a COPY keeps its place among the queries of a transaction. */
  protected abstract lease(purpose: 'stream' | 'copy', query: Query): Promise<Lease> | Lease

  /** Sees every promise that is returned to the caller. */
  protected watch<T>(promise: Promise<T>): Promise<T> {
    return promise
  }

  /**
   * Runs a query and returns the whole result.
   *
   * @throws DatabaseError for errors of the server; `pool_timeout`, `pool_queue_full`, `pool_closed`,
   * `connect_failed`, `connection_lost`, `query_timeout`, `query_aborted`; `parameter_undefined`,
   * `parameter_invalid`, `parameter_needs_json`; `value_unrepresentable`, `row_invalid`. All query methods do.
   */
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

  /** The only row. None is `row_not_found` (404), several are `row_not_unique`. */
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

  /** The row, or undefined. Several are `row_not_unique`. */
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

  /** The first column of the only row: `value<bigint>('select count(*) from t')`. */
  value<T = unknown>(sql: Sql, options?: QueryOptions): Promise<T>
  value<T = never>(text: Explicit<T>, values?: Values, options?: QueryOptions): Promise<NoInfer<T>>
  value<const Q extends string>(
    text: Q & StaticText<Q>,
    ...rest: [...ValuesOf<Q>, options?: QueryOptions]
  ): Promise<RowOf<Q>[keyof RowOf<Q>]>
  value(text: string | Sql, values?: Values | QueryOptions, options?: QueryOptions): Promise<unknown> {
    return this.watch(this.#run(firstColumnOf, text, values, options))
  }

  /** Runs a statement for its effect and returns the number of rows it changed. */
  execute(sql: Sql, options?: QueryOptions): Promise<number>
  execute<const Q extends string>(
    text: Q & StaticText<Q>,
    ...rest: [...ValuesOf<Q>, options?: QueryOptions]
  ): Promise<number>
  execute(text: string | Sql, values?: Values | QueryOptions, options?: QueryOptions): Promise<number> {
    return this.watch(this.#run(countOf, text, values, options))
  }

  /**
   * The rows one by one, in constant memory: a few batches are fetched at a time, as they are read, of `batch` rows each
   * (default: as many as make 128 KiB, at most 2,000). Outside a transaction, it leases a connection until the loop ends.
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
  stream(text: string | Sql, values?: Values | StreamOptions, options?: StreamOptions): AsyncIterable<unknown> {
    return new RowStream(this.#batches(text, values, options))
  }

  async *#batches(
    text: string | Sql,
    values: Values | StreamOptions | undefined,
    options: StreamOptions | undefined,
  ): AsyncGenerator<readonly unknown[], void, undefined> {
    const query = sortArguments(text, values, options)
    const { batch } = query.options as StreamOptions
    if (batch !== undefined && (!Number.isInteger(batch) || batch < 1)) {
      throw invalidOption('stream()', 'batch', `must be a whole number of at least 1, not ${batch}`)
    }
    const lease = await this.lease('stream', query)
    let succeeded = false
    try {
      yield* streamRows(lease.runner, lease.connection, query, batch, lease.limits)
      succeeded = true
    } catch (error) {
      throw lease.runner.toError(error, query, lease.connection.client, lease.site)
    } finally {
      await lease.end(succeeded)
    }
  }

  /** `COPY … FROM STDIN`: sends the content of `source` and returns the number of rows. */
  copyFrom(text: string | Sql, source: CopySource, options?: QueryOptions): Promise<number> {
    return this.watch(this.#copyFrom(text, source, options))
  }

  /** `COPY … TO STDOUT`: its bytes, in chunks of any size. */
  async *copyTo(text: string | Sql, options?: QueryOptions): AsyncGenerator<Buffer, void, undefined> {
    const query = sortCopyArguments(text, options)
    const lease = await this.lease('copy', query)
    const copy = new CopyOut(query.text)
    const sent = lease.connection.sendCopy(copy, lease.limits)
    sent.catch(() => undefined) // it is read from `copy`
    let succeeded = false
    try {
      yield* copy.read()
      succeeded = true
    } catch (error) {
      throw lease.runner.fail(error, query, copy, lease.site)
    } finally {
      if (!succeeded) await abandonCopy(lease.connection, copy)
      await lease.end(succeeded)
    }
  }

  async #copyFrom(text: string | Sql, source: CopySource, options: QueryOptions | undefined): Promise<number> {
    const query = sortCopyArguments(text, options)
    const opened = this.lease('copy', query)
    const lease = opened instanceof Promise ? await opened : opened
    const copy = new CopyIn(query.text, source)
    let succeeded = false
    try {
      await lease.connection.sendCopy(copy, lease.limits)
      succeeded = true
      lease.runner.observe(query, copy, undefined, lease.site)
      return copy.result.rowCount
    } catch (error) {
      throw lease.runner.fail(error, query, copy, lease.site)
    } finally {
      await lease.end(succeeded)
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

async function abandonCopy(connection: LeasedConnection, copy: CopyOut): Promise<void> {
  copy.discard()
  connection.cancel(copy, pgError('query_aborted'))
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

function only(rows: readonly unknown[]): unknown {
  if (rows.length > 1) throw pgError('row_not_unique', { count: rows.length })
  return rows[0]
}

function missing(text: string): never {
  throw pgError('row_not_found', {}, { internal: `No row for ${text}` })
}
