import { setTimeout as sleep } from 'node:timers/promises'
import { ArlenError } from '@arlen/core'
import type { Settings } from '../connection/options.ts'
import type { Transaction, TxCallback, TxOptions } from '../database.ts'
import type { Executor } from '../pool/executor.ts'
import type { Lease, LeasePurpose } from '../pool/lease.ts'
import type { CallSite } from '../query/call-site.ts'
import type { Query, Row } from '../query/query.ts'
import type { Result } from '../query/result.ts'
import { DatabaseError } from '../server-errors/database-error.ts'
import type { Entrance } from './entrance.ts'
import type { WritePosition } from './write-position.ts'

/** How long to wait for a lagging standby before asking the primary instead. */
const CATCH_UP_MS = 200
const POLL_MS = 10
/** How long an unreachable reading pool is left alone. */
const LEFT_ALONE_MS = 1_000

/** The standby has not replayed what the session has written. */
class Behind extends Error {}

/** Unreachable pools, and until when they are left alone (`performance.now()`). */
const unreachable = new WeakMap<Executor, number>()

/**
 * Reads from a standby; or from the primary, if there is no standby, it is unreachable, or it lags behind what the session
 * has written.
 */
export class ReadEntrance implements Entrance {
  readonly #primary: Executor
  readonly #standby: Executor | undefined
  readonly #written: WritePosition | undefined

  constructor(primary: Executor, standby: Executor | undefined, written: WritePosition | undefined) {
    this.#primary = primary
    this.#standby = standby
    this.#written = written
  }

  get settings(): Settings {
    return this.#primary.settings
  }

  site(above: (...args: never[]) => unknown): CallSite | undefined {
    return this.#primary.site(above)
  }

  async run(query: Query): Promise<Result<unknown>> {
    this.#primary.guard(query.text, query.options.outsideTransaction ?? false)
    const standby = this.#reachable()
    if (!standby) return this.#runOnPrimary(query)
    try {
      const position = await this.#written?.current()
      return position === undefined ? await standby.run(query) : await this.#runAfter(standby, query)
    } catch (error) {
      if (!this.#mayMove(error, standby)) throw error
      return this.#runOnPrimary(query)
    }
  }

  async tx<T>(fn: TxCallback<T>, options: TxOptions): Promise<T> {
    this.#primary.guard('tx()', options.outsideTransaction ?? false)
    const standby = this.#reachable()
    let begun = false
    const work: TxCallback<T> = tx => {
      begun = true
      return fn(tx)
    }
    try {
      if (standby) return await this.#txOn(standby, work, options)
    } catch (error) {
      if (begun || !this.#mayMove(error, standby!)) throw error
    }
    return this.#primary.tx(fn, { ...options, readOnly: true })
  }

  /** A stream or a COPY from the standby, or from the primary if the session has written. */
  async lease(purpose: LeasePurpose, query: Query): Promise<Lease> {
    this.#primary.guard(query.text, query.options.outsideTransaction ?? false)
    const standby = this.#reachable()
    if (!standby || (await this.#written?.current()) !== undefined) return this.#primary.lease(purpose, query)
    try {
      return await standby.lease(purpose, query)
    } catch (error) {
      if (!this.#mayMove(error, standby)) throw error
      return this.#primary.lease(purpose, query)
    }
  }

  /** In development and tests, writes are rejected here just as a standby would reject them. */
  #runOnPrimary(query: Query): Promise<Result<unknown>> {
    if (!this.#primary.settings.debug || this.#primary.isReplaced) return this.#primary.run(query)
    return this.#primary.tx(tx => queryIn(tx, query), {
      readOnly: true,
      signal: query.options.signal,
      outsideTransaction: true,
    })
  }

  async #txOn<T>(standby: Executor, fn: TxCallback<T>, options: TxOptions): Promise<T> {
    const position = await this.#written?.current()
    const deadline = performance.now() + CATCH_UP_MS
    for (;;) {
      try {
        return await standby.tx(
          async tx => {
            if (position !== undefined) await refuseBehind(tx, position)
            return fn(tx)
          },
          { ...options, readOnly: true, outsideTransaction: true },
        )
      } catch (error) {
        if (!(error instanceof Behind) || performance.now() > deadline) throw error
        await sleep(POLL_MS)
      }
    }
  }

  /** In one transaction, so that a pooler in between uses one server. */
  #runAfter(standby: Executor, query: Query): Promise<Result<unknown>> {
    return this.#txOn(standby, tx => queryIn(tx, query), { signal: query.options.signal })
  }

  #reachable(): Executor | undefined {
    if (!this.#standby || this.#primary.isReplaced) return undefined
    return (unreachable.get(this.#standby) ?? 0) > performance.now() ? undefined : this.#standby
  }

  /** Whether the primary may answer instead: repeating a read changes nothing. */
  #mayMove(error: unknown, standby: Executor): boolean {
    if (error instanceof Behind) return true
    if (error instanceof DatabaseError) return /^(?:57P|40001$)/.test(error.sqlstate)
    if (!(error instanceof ArlenError)) return false
    if (error.code === 'connect_failed') unreachable.set(standby, performance.now() + LEFT_ALONE_MS)
    return error.code === 'connect_failed' || error.code === 'connection_lost'
  }
}

function queryIn(tx: Transaction, { text, values, options }: Query): Promise<Result<unknown>> {
  const { row: _, outsideTransaction: __, ...rest } = options
  return tx.query<Row>(text as never, values, rest)
}

/** A server that is no longer a standby has everything that was written, or will have it. */
async function refuseBehind(tx: Transaction, position: string): Promise<void> {
  const text = 'select not pg_is_in_recovery() or pg_last_wal_replay_lsn() >= $1::pg_lsn as caught_up'
  const { caught_up } = await tx.one<{ caught_up: boolean }>(text, [position])
  if (!caught_up) throw new Behind('the standby is behind')
}
