import type { TxCallback, TxOptions } from '../database.ts'
import type { CallSite } from '../query/call-site.ts'
import type { Query } from '../query/query.ts'
import type { Result } from '../query/result.ts'
import type { Lease, LeasePurpose } from './lease.ts'

/**
 * Runs work on a connection of its choice: `PoolProvider` takes one from the pool, and the rollback of a test keeps
 * everything in one transaction.
 */
export interface ConnectionProvider {
  run(query: Query, site: CallSite | undefined): Promise<Result<unknown>>
  tx<T>(fn: TxCallback<T>, options: TxOptions, site: CallSite): Promise<T>
  lease(purpose: LeasePurpose, query: Query, site: CallSite): Promise<Lease>
}
