import { Database, type TxCallback, type TxOptions } from '../database.ts'
import type { Lease, LeasePurpose } from '../pool/lease.ts'
import type { Query } from '../query/query.ts'
import type { Result } from '../query/result.ts'
import type { Entrance } from './entrance.ts'

/** A read-only database: `db.read`. */
export class ReadDatabase extends Database {
  readonly #entrance: Entrance

  constructor(entrance: Entrance) {
    super()
    this.#entrance = entrance
  }

  get read(): Database {
    return this
  }

  tx<T>(fn: TxCallback<T>, options: TxOptions = {}): Promise<T> {
    return this.#entrance.tx(fn, options)
  }

  protected run(query: Query): Promise<Result<unknown>> {
    return this.#entrance.run(query)
  }

  protected lease(purpose: LeasePurpose, query: Query): Promise<Lease> {
    return this.#entrance.lease(purpose, query)
  }
}
