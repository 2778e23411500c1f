import type { Executor } from '../pool/executor.ts'

/** How far a session has written: its later reads must be at least as new. */
export class WritePosition {
  readonly #executor: Executor
  /** A position in the write-ahead log, such as `0/1A2B3C4`. */
  #position: string | undefined
  #written = false

  constructor(executor: Executor, after: string | undefined) {
    this.#executor = executor
    this.#position = after
  }

  /** Work on the primary: a function in a SELECT may write, too. */
  mark(): void {
    this.#written = true
  }

  /** Undefined if nothing was written. Asks the primary once after each write. */
  async current(): Promise<string | undefined> {
    if (!this.#written) return this.#position
    this.#written = false
    const text = 'select case when not pg_is_in_recovery() then pg_current_wal_lsn()::text end as position'
    try {
      const { rows } = await this.#executor.run({ text, values: [], options: { outsideTransaction: true } })
      this.#position = (rows[0] as { position: string | null }).position ?? undefined
    } catch (error) {
      this.#written = true
      throw error
    }
    return this.#position
  }
}
