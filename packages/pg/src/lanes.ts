import type { PgClient } from './client.ts'
import { pgError } from './errors.ts'
import type { Settings } from './options.ts'
import type { ConnectionPool, Lease } from './pool.ts'
import type { Statement } from './statement.ts'

/** Estimated wait on the best lane above which another one is opened, in milliseconds. */
const GROW_AT_MS = 1
/** A lane whose current query runs longer than this gets no new ones while another lane can take them. */
const STALLED_AT_MS = 20
const TICK_MS = 250

/** One connection whose pipeline many queries share. */
interface Lane {
  lease: Lease
  client: PgClient
  pending: Statement[]
  /** When its server last finished something; with nothing in flight this says nothing. */
  progressAt: number
  /** Moving average of what one query takes the server, in milliseconds. */
  serviceMs: number
  /** Takes no more queries, and gives its connection back once it is empty. */
  retiring: boolean
}

/**
 * Sends plain queries over a few shared connections without waiting for answers in between (pipelining). A query goes
 * to the lane with the least estimated wait; one that a slow query is in the way of is left to a lane that moves.
 */
export class Lanes {
  readonly #pool: ConnectionPool
  readonly #settings: Settings
  readonly #lanes: Lane[] = []
  readonly #queue: Statement[] = []
  readonly #limit: number
  #opening = 0
  #ticker: NodeJS.Timeout | undefined

  constructor(pool: ConnectionPool, settings: Settings) {
    this.#pool = pool
    this.#settings = settings
    this.#limit = Math.min(settings.lanes, settings.max)
    pool.onPressure = () => this.#yield()
  }

  get stats(): { lanes: number; pipelined: number; queued: number } {
    let pipelined = 0
    for (const lane of this.#lanes) pipelined += lane.pending.length
    return { lanes: this.#lanes.length, pipelined, queued: this.#queue.length }
  }

  send(statement: Statement): void {
    const lane = this.#choose()
    if (lane) this.#dispatch(lane, statement)
    else this.#enqueue(statement)
  }

  /** Takes back a statement that has not been sent yet. */
  withdraw(statement: Statement): boolean {
    const at = this.#queue.indexOf(statement)
    if (at >= 0) this.#queue.splice(at, 1)
    return at >= 0
  }

  #choose(): Lane | undefined {
    const lanes = this.#lanes
    if (lanes.length === 1 && lanes[0]!.pending.length === 0 && !lanes[0]!.retiring) return lanes[0]
    const now = performance.now()
    let best: Lane | undefined
    let bestWait = Number.POSITIVE_INFINITY
    for (const lane of lanes) {
      if (lane.retiring || lane.pending.length >= this.#settings.depth) continue
      const wait = estimate(lane, now)
      if (wait < bestWait) {
        best = lane
        bestWait = wait
      }
    }
    if (bestWait > GROW_AT_MS) this.#grow()
    return best
  }

  #dispatch(lane: Lane, statement: Statement): void {
    if (lane.pending.length === 0) {
      lane.client.hold(true)
      lane.progressAt = performance.now()
    }
    lane.pending.push(statement)
    statement.onSettled = () => this.#finished(lane, statement)
    lane.client.send(statement)
  }

  #enqueue(statement: Statement): void {
    const refused = this.#refusal()
    if (refused) {
      statement.handleError(refused)
      return
    }
    statement.queuedAt = performance.now()
    this.#queue.push(statement)
    this.#grow()
    this.#startTicking()
  }

  #refusal(): Error | undefined {
    if (this.#pool.closing) return pgError('pool_closed')
    if (this.#queue.length < this.#settings.maxWaiting) return undefined
    return pgError('pool_queue_full', {}, { internal: this.#pool.describeHolders() })
  }

  #grow(): void {
    if (this.#opening > 0 || this.#lanes.length >= this.#limit) return
    // Beyond the first, a lane is a comfort: it takes only what is free.
    if (this.#lanes.length > 0 && !this.#pool.hasRoom) return
    this.#opening++
    this.#pool.lease({ purpose: 'lane' }).then(
      lease => {
        this.#opening--
        this.#open(lease)
      },
      error => {
        this.#opening--
        if (this.#lanes.length === 0) for (const statement of this.#queue.splice(0)) statement.handleError(error)
      },
    )
  }

  #open(lease: Lease): void {
    const { client } = lease
    const lane: Lane = { lease, client, pending: [], progressAt: performance.now(), serviceMs: 0.05, retiring: false }
    this.#lanes.push(lane)
    client.once('end', () => this.#drop(lane, false))
    if (!client.usable) {
      this.#drop(lane, false)
      return
    }
    client.hold(false)
    this.#startTicking()
    this.#refill(lane)
    if (this.#pool.waiting > 0) this.#yield()
  }

  #refill(lane: Lane): void {
    while (this.#queue.length > 0 && !lane.retiring && lane.pending.length < this.#settings.depth) {
      this.#dispatch(lane, this.#queue.shift()!)
    }
  }

  #finished(lane: Lane, statement: Statement): void {
    const now = performance.now()
    const at = lane.pending[0] === statement ? 0 : lane.pending.indexOf(statement)
    if (at === 0) lane.pending.shift()
    else lane.pending.splice(at, 1)
    lane.serviceMs += (now - lane.progressAt - lane.serviceMs) / 8
    lane.progressAt = now
    if (!lane.client.usable) return // its end is about to be told
    if (this.#queue.length > 0) this.#refill(lane)
    if (lane.pending.length > 0) return
    if (lane.retiring) this.#drop(lane, true)
    else lane.client.hold(false)
  }

  #drop(lane: Lane, certain: boolean): void {
    const at = this.#lanes.indexOf(lane)
    if (at < 0) return
    this.#lanes.splice(at, 1)
    lane.client.hold(true)
    this.#pool.release(lane.lease, certain)
    if (this.#queue.length > 0) this.#grow()
  }

  #retire(lane: Lane): void {
    lane.retiring = true
    // settled, but with the answer of its server still being read: #finished comes back to it
    if (lane.pending.length === 0) this.#drop(lane, true)
  }

  /** Somebody waits for a connection of his own: lanes beyond the first are given back, and with `max: 1` that one too. */
  #yield(): void {
    const keep = this.#pool.closing || this.#settings.max === 1 ? 0 : 1
    const active = this.#lanes.filter(lane => !lane.retiring)
    active.sort((a, b) => a.pending.length - b.pending.length)
    const retiring = this.#lanes.length - active.length
    const wanted = this.#pool.closing ? active.length : this.#pool.waiting - retiring
    for (const lane of active.slice(0, Math.max(0, Math.min(wanted, active.length - keep)))) this.#retire(lane)
  }

  #startTicking(): void {
    this.#ticker ??= setInterval(() => this.#tick(), TICK_MS).unref()
  }

  /** Time-outs of what is queued, limits of what runs, and lanes that are no longer needed. */
  #tick(): void {
    const now = performance.now()
    while (this.#queue[0] && now - this.#queue[0].queuedAt > this.#settings.acquireTimeoutMs) {
      this.#queue.shift()!.handleError(pgError('pool_timeout', {}, { internal: this.#pool.describeHolders() }))
    }
    const limit = this.#settings.statementTimeoutMs
    for (const lane of [...this.#lanes]) {
      const busy = lane.pending.length > 0
      // The server's own time-out comes a second earlier. It did not, so nothing on this connection can be relied on.
      if (busy && limit > 0 && now - lane.progressAt > limit + 1_000) this.#overdue(lane)
      else if (!busy && now - lane.progressAt > this.#settings.idleTimeoutMs) this.#retire(lane)
      else if (!busy && this.#expired(lane, now)) this.#retire(lane)
      else if (busy && this.#expired(lane, now)) lane.retiring = true
    }
    if (this.#lanes.length > 0 || this.#queue.length > 0) return
    clearInterval(this.#ticker)
    this.#ticker = undefined
  }

  #overdue(lane: Lane): void {
    const head = lane.pending[0]!
    head.failure ??= pgError('query_timeout', {}, { internal: `No answer for ${head.text}` })
    lane.client.destroy()
  }

  #expired(lane: Lane, now: number): boolean {
    return this.#settings.maxLifetimeMs > 0 && now - lane.client.createdAt > this.#settings.maxLifetimeMs
  }
}

/** How long a new query would wait on a lane, in milliseconds. */
function estimate(lane: Lane, now: number): number {
  if (lane.pending.length === 0) return 0
  const age = now - lane.progressAt
  return lane.pending.length * Math.max(lane.serviceMs, 0.01) + (age > STALLED_AT_MS ? age : 0)
}
