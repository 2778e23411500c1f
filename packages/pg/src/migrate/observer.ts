import type pg from 'pg'
import { oneLine } from '../sql/one-line.ts'
import { beside, cut } from './connection.ts'
import type { MigrateOptions, Step } from './options.ts'

const LOOK_MS = 1_000
const CLOSE_MS = 1_000

/** Watches a running step over a separate connection: its progress, and what blocks it. */
export class Observer {
  /** The last blocker that was found. */
  blockers = 'a session that has ended'
  readonly #watched: pg.Client
  readonly #processId: number
  readonly #step: Step
  readonly #options: MigrateOptions
  readonly #startedAt = performance.now()
  readonly #timer: NodeJS.Timeout
  #client: pg.Client | undefined
  #connecting: Promise<void> | undefined
  #looking: Promise<void> | undefined
  #closed = false

  constructor(watched: pg.Client, processId: number, step: Step, options: MigrateOptions) {
    this.#watched = watched
    this.#processId = processId
    this.#step = step
    this.#options = options
    // A blocker is visible only while the step waits: look at least twice within a lock timeout.
    const interval = options.lockTimeoutMs ? Math.min(LOOK_MS, options.lockTimeoutMs / 3) : LOOK_MS
    this.#timer = setInterval(() => {
      this.#looking ??= this.#look().finally(() => {
        this.#looking = undefined
      })
    }, interval)
  }

  /** Cancels the step on the server, where it would otherwise continue whatever happens to the connection. */
  async cancel(): Promise<void> {
    try {
      await (await this.#connected()).query('select pg_cancel_backend($1)', [this.#processId])
    } catch {
      // It then ends when the server notices that its client is gone.
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    clearInterval(this.#timer)
    const client = this.#client
    if (!client) return
    // Behind a pooler it may be waiting for a connection that there is not.
    const timer = setTimeout(() => cut(client), CLOSE_MS)
    await this.#looking
    await client.end().catch(() => undefined) // it is gone already
    clearTimeout(timer)
  }

  async #connected(): Promise<pg.Client> {
    this.#client ??= beside(this.#watched)
    this.#connecting ??= this.#client.connect().then(() => undefined)
    await this.#connecting
    return this.#client
  }

  async #look(): Promise<void> {
    try {
      const client = await this.#connected()
      const { rows } = await client.query(LOOK, [this.#processId])
      this.#tell(rows[0] as Look | undefined)
    } catch {
      // A step must not fail because it could not be observed.
    }
  }

  #tell(row: Look | undefined): void {
    if (!row) return
    const { pid, query, state, progress } = row
    if (pid !== null) this.blockers = `process ${pid} (${state}): ${oneLine(query ?? '', 120)}`
    if (this.#closed) return
    const message = pid === null ? (progress ?? 'running') : `waiting for ${this.blockers}`
    const elapsedMs = Math.round(performance.now() - this.#startedAt)
    this.#options.onEvent?.({ type: 'progress', step: this.#step, message, elapsedMs })
  }
}

interface Look {
  pid: number | null
  state: string | null
  query: string | null
  progress: string | null
}

const LOOK = `
  select b.pid, b.state, b.query,
    (select phase || case when blocks_total > 0 then ' ' || (100 * blocks_done / blocks_total) || ' %' else '' end
     from pg_stat_progress_create_index where pid = $1) as progress
  from (select 1) as one
  left join lateral (select * from pg_stat_activity where pid = any (pg_blocking_pids($1)) limit 1) as b on true`
