import { ArlenError } from '@arlen/core'
import { pgError } from '../errors.ts'
import type { Settings } from '../options.ts'
import type { Statement } from '../wire/statement.ts'
import { Lane } from './lane.ts'
import type { ConnectionPool, Lease } from './pool.ts'

/** Estimated wait on the best lane above which another one is opened, in milliseconds. */
const GROW_AT_MS = 1
const TICK_MS = 250

/**
 * Sends plain queries over a few shared connections without waiting for answers in between (pipelining). A query goes
 * to the lane with the least estimated wait. A lane that a slow query holds up takes no more, and what is slow
 * everywhere gets further lanes, as far as connections are free: then this is a pool like any other.
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
    if (lane) lane.send(statement)
    else this.#enqueue(statement)
  }

  /** Nobody waits for this answer any more. What has not been sent is not sent; what runs is cancelled. */
  abandon(statement: Statement): void {
    const at = this.#queue.indexOf(statement)
    if (at >= 0) this.#queue.splice(at, 1)
    else this.#lanes.find(lane => lane.pending.includes(statement))?.abandon(statement)
  }

  #choose(): Lane | undefined {
    const [first, second] = this.#lanes
    if (first && !second && first.pending.length === 0 && first.open) return first
    const now = performance.now()
    let best: Lane | undefined
    let bestWait = Number.POSITIVE_INFINITY
    for (const lane of this.#lanes) {
      const wait = lane.estimate(now)
      if (wait >= bestWait) continue
      best = lane
      bestWait = wait
    }
    if (best && bestWait > GROW_AT_MS && this.#lanes.length < this.#limit) this.#grow()
    return best
  }

  #enqueue(statement: Statement): void {
    const refused = this.#refusal()
    if (refused) {
      statement.handleError(refused)
      return
    }
    statement.sentAt = performance.now()
    this.#queue.push(statement)
    if (this.#lanes.length < this.#limit || this.#lanes.every(lane => lane.slow(statement.sentAt))) this.#grow()
    this.#startTicking()
  }

  #refusal(): Error | undefined {
    if (this.#pool.closing) return pgError('pool_closed')
    if (this.#queue.length < this.#settings.maxWaiting) return undefined
    return pgError('pool_queue_full', {}, { internal: this.#pool.describeHolders() })
  }

  #grow(): void {
    if (this.#opening > 0) return
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
        if (this.#lanes.length > 0) return
        // To each an error of its own, as each gets the stack of its caller.
        for (const statement of this.#queue.splice(0)) statement.handleError(copyOf(error))
      },
    )
  }

  #open(lease: Lease): void {
    const lane = new Lane(lease, this.#settings.depth, finished => this.#finished(finished))
    this.#lanes.push(lane)
    lane.onEnd(() => this.#drop(lane, false))
    if (!lane.client.usable) {
      this.#drop(lane, false)
      return
    }
    this.#startTicking()
    this.#refill(lane)
    if (this.#pool.waiting > 0 || this.#pool.closing) this.#yield()
  }

  #refill(lane: Lane): void {
    const now = performance.now()
    while (this.#queue.length > 0 && lane.estimate(now) < Number.POSITIVE_INFINITY) lane.send(this.#queue.shift()!)
  }

  #finished(lane: Lane): void {
    if (!lane.client.usable) {
      this.#drop(lane, false)
      return
    }
    if (this.#queue.length > 0) this.#refill(lane)
    else if (this.#pool.closing) lane.retiring = true
    if (lane.retiring && lane.pending.length === 0) this.#drop(lane, true)
  }

  #drop(lane: Lane, certain: boolean): void {
    const at = this.#lanes.indexOf(lane)
    if (at < 0) return
    this.#lanes.splice(at, 1)
    lane.leave()
    this.#pool.release(lane.lease, certain)
    if (this.#queue.length > 0) this.#grow()
  }

  #retire(lane: Lane): void {
    lane.retiring = true
    if (lane.pending.length === 0) this.#drop(lane, true)
  }

  /** Somebody waits for a connection of his own: lanes beyond the first are given back, and with `max: 1` that one too. */
  #yield(): void {
    if (this.#pool.closing && this.#queue.length > 0) return // what was accepted is answered first
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
    while (this.#queue[0] && now - this.#queue[0].sentAt > this.#settings.acquireTimeoutMs) {
      this.#queue.shift()!.handleError(pgError('pool_timeout', {}, { internal: this.#pool.describeHolders() }))
    }
    for (const lane of [...this.#lanes]) this.#inspect(lane, now)
    if (this.#lanes.length > 0 || this.#queue.length > 0) return
    clearInterval(this.#ticker)
    this.#ticker = undefined
  }

  #inspect(lane: Lane, now: number): void {
    const { statementTimeoutMs, idleTimeoutMs, maxLifetimeMs } = this.#settings
    const head = lane.pending[0]
    const unmoved = now - lane.progressAt
    if (maxLifetimeMs > 0 && now - lane.client.createdAt > maxLifetimeMs) this.#retire(lane)
    const surplus = this.#lanes.length > this.#limit
    if (!head && (surplus || unmoved > idleTimeoutMs)) this.#retire(lane)
    // The server's own time-out comes a second earlier. It did not, so nothing on this connection can be relied on.
    if (!head || statementTimeoutMs === 0 || unmoved <= statementTimeoutMs + 1_000) return
    head.failure ??= pgError('query_timeout', {}, { internal: `No answer for ${head.text}` })
    lane.client.destroy()
  }
}

function copyOf(error: unknown): Error {
  if (!(error instanceof ArlenError)) return error as Error
  const copy = pgError('connect_failed', {}, { cause: error.cause })
  copy.message = error.message
  return Object.assign(copy, { code: error.code })
}
