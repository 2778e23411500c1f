import type { Executor } from './executor.ts'
import type { Pg } from './pg.ts'
import type { Prepared, Session } from './queries.ts'
import type { Result } from './result.ts'
import type { Transaction } from './transaction.ts'

/** Doors for the package's own test support, kept out of the classes that users see. Filled by those classes. */
export interface Internals {
  executorOf(db: Pg): Executor
  runIn(tx: Transaction, query: Prepared): Promise<Result<unknown>>
  sessionOf(tx: Transaction, query: Prepared): Session
}

export const internals: Internals = {} as Internals
