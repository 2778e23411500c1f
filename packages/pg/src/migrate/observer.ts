import type pg from 'pg'
import { oneLine } from '../database-error.ts'
import { connectMigrator } from './connection.ts'
import type { MigrateOptions, Step } from './options.ts'

const FIRST_LOOK_MS = 2_000
const BLOCKER_LOOK_MS = 200

/** Watches a running step over a connection of its own: how far it is, and who is in its way. */
export class Observer {
  readonly #processId: number
  readonly #step: Step
  readonly #options: MigrateOptions
  readonly #startedAt = performance.now()
  #client: Promise<pg.Client> | undefined
  #timer: NodeJS.Timeout
  #seen = ''
  #closed = false

  constructor(client: pg.Client, step: Step, options: MigrateOptions) {
    this.#processId = (client as unknown as { processID: number }).processID
    this.#step = step
    this.#options = options
    this.#timer = setInterval(() => void this.#look(), FIRST_LOOK_MS)
  }

  /** Looks often from now on: the blocker is known only while one waits for it. */
  watchBlockers(): void {
    clearInterval(this.#timer)
    this.#timer = setInterval(() => void this.#look(), BLOCKER_LOOK_MS)
  }

  /** Who was last seen to be in the way. */
  async blockers(): Promise<string> {
    return this.#seen || 'a session that ended meanwhile'
  }

  async close(): Promise<void> {
    this.#closed = true
    clearInterval(this.#timer)
    await (await this.#client)?.end()
  }

  async #look(): Promise<void> {
    if (this.#closed) return
    try {
      this.#client ??= connectMigrator(this.#options)
      const client = await this.#client
      const { rows } = await client.query(LOOK, [this.#processId])
      this.#tell(rows[0] as Look | undefined)
    } catch {
      // Watching is a courtesy: a step must not fail because it could not be watched.
    }
  }

  #tell(row: Look | undefined): void {
    if (!row || this.#closed) return
    const { blocker_pid: pid, blocker_query: query } = row
    if (pid !== null) this.#seen = `process ${pid} (${row.blocker_state}): ${oneLine(query ?? '', 120)}`
    const message = pid !== null ? `waits for ${this.#seen}` : (row.progress ?? 'running')
    this.#options.onEvent?.({
      type: 'progress',
      step: this.#step,
      message,
      elapsedMs: Math.round(performance.now() - this.#startedAt),
    })
  }
}

interface Look {
  blocker_pid: number | null
  blocker_state: string | null
  blocker_query: string | null
  progress: string | null
}

const LOOK = `
  select b.pid as blocker_pid, b.state as blocker_state, b.query as blocker_query,
    (select phase || case when blocks_total > 0 then ' ' || (100 * blocks_done / blocks_total) || ' %' else '' end
     from pg_stat_progress_create_index where pid = $1) as progress
  from (select 1) as one
  left join lateral (select * from pg_stat_activity where pid = any (pg_blocking_pids($1)) limit 1) as b on true`
