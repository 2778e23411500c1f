import { Queries } from './queries.ts'
import { type SqlTag, sql } from './sql/sql.ts'
import type { TxCallback, TxOptions } from './transact.ts'

/**
 * What a pool, the scope of one request and a transaction have in common: what a function that queries should ask for, so
 * that it works in all three.
 */
export abstract class Database extends Queries {
  /** The tag for composing SQL. */
  readonly sql: SqlTag = sql

  /**
   * Runs `fn` in a transaction: committed when it returns, rolled back when it throws. Queries go through the `tx` it is
   * given. Inside a transaction this is a savepoint, and the options of the outer one count.
   */
  abstract tx<T>(fn: TxCallback<T>, options?: TxOptions): Promise<T>
}
