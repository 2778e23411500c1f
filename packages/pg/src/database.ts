import { type OptionTable, option } from '@arlen/core/options'
import { Queries } from './query/queries.ts'
import { type SqlTag, sql } from './sql/sql.ts'

/** Options of a transaction. */
export interface TxOptions {
  /** Isolation level. Default: the server's, which is `read committed` unless configured otherwise. */
  isolation?: 'read committed' | 'repeatable read' | 'serializable'
  readOnly?: boolean
  /** With `serializable` and `readOnly`: waits for a snapshot that cannot fail. */
  deferrable?: boolean
  /** How often the whole callback is run again after a serialization failure or a deadlock. Default 0. */
  retry?: number
  /** Aborts the transaction: the running query is canceled and everything is rolled back. */
  signal?: AbortSignal | undefined
  /** Inside another tx(): runs this as a separate transaction, on another connection. */
  outsideTransaction?: boolean
}

/** The rule for each of {@link TxOptions}. */
export const TX_OPTIONS: OptionTable<TxOptions> = {
  isolation: option.oneOf('read committed', 'repeatable read', 'serializable'),
  readOnly: option.boolean,
  deferrable: option.boolean,
  retry: option.integer(0),
  signal: option.object,
  outsideTransaction: option.boolean,
}

/** The callback of `tx()`. Its result is the result of `tx()`. */
export type TxCallback<T> = (tx: Transaction) => Promise<T> | T

/**
 * What a pool, the scope of one request and a transaction have in common. A function that takes a `Database` works with all
 * of them.
 */
export abstract class Database extends Queries {
  /** The tag for composing SQL. */
  readonly sql: SqlTag = sql

  /**
   * The same database for reads only, on a standby if the option `read` of `createPg` names one. Inside a transaction, it
   * is the transaction itself.
   */
  abstract get read(): Database

  /**
   * Runs `fn` in a transaction: committed when it returns, rolled back when it throws. Queries go through the `tx` that
   * `fn` gets. Inside a transaction this is a savepoint, and the options of the outer transaction apply.
   *
   * @throws what `fn` throws; `transaction_unawaited`, `transaction_rolled_back`, `commit_unknown`, `query_aborted`,
   * `pool_timeout`, `pool_queue_full`, `pool_closed`, `connect_failed`; DatabaseError for errors of the server
   */
  abstract tx<T>(fn: TxCallback<T>, options?: TxOptions): Promise<T>
}

/** The queries of one transaction. `tx()` creates it, and it is usable only inside the callback. */
export abstract class Transaction extends Database {
  /** The first query that failed, if any: PostgreSQL then rejects every further query until a rollback. */
  abstract readonly failed: unknown

  /** Runs `fn` in a savepoint: if it throws, only its own changes are undone and the transaction continues. */
  abstract override tx<T>(fn: TxCallback<T>): Promise<T>
}
