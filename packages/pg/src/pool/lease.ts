import type { CallSite } from '../query/call-site.ts'
import type { LeasedConnection, Limits } from './leased-connection.ts'
import type { Runner } from './runner.ts'

/** A connection for work of several steps, such as a stream or a COPY, and the way to release it. */
export interface Lease {
  runner: Runner
  connection: LeasedConnection
  limits: Limits
  site: CallSite | undefined
  /** Commits or rolls back, and releases the connection. */
  end(succeeded: boolean): Promise<void>
}

export type LeasePurpose = 'stream' | 'copy'
