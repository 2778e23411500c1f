import type { Settings } from '../connection/options.ts'
import type { TxCallback, TxOptions } from '../database.ts'
import type { Lease, LeasePurpose } from '../pool/lease.ts'
import type { CallSite } from '../query/call-site.ts'
import type { Query } from '../query/query.ts'
import type { Result } from '../query/result.ts'

/** The entrance for queries: the writing pool, or the reading one next to it. */
export interface Entrance {
  readonly settings: Settings
  run(query: Query): Promise<Result<unknown>>
  tx<T>(fn: TxCallback<T>, options: TxOptions): Promise<T>
  lease(purpose: LeasePurpose, query: Query): Promise<Lease>
  site(above: (...args: never[]) => unknown): CallSite | undefined
}
