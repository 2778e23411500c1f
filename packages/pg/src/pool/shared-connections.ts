import { ArlenError } from '@arlen/core'
import type { Settings } from '../connection/options.ts'
import { pgError } from '../errors.ts'
import type { Statement } from '../wire/statement.ts'
import type { ConnectionPool, PooledConnection } from './pool.ts'
import { SharedConnection } from './shared-connection.ts'

/** The estimated wait on the best connection, in milliseconds, above which another one is opened. */
const GROW_AT_MS = 1
const TICK_MS = 250

/**
 * Sends plain queries over a few shared connections without waiting for the answers in between (pipelining). A query goes
 * to the connection with the shortest estimated wait. A connection that is held up by a slow query accepts no more; if all
 * are slow, further connections are opened while any are free, and the pool works like any other.
 */
export class SharedConnections {
  readonly #pool: ConnectionPool
  readonly #settings: Settings
  readonly #connections: SharedConnection[] = []
  readonly #queue: Statement[] = []
  readonly #limit: number
  #opening = 0
  #ticker: NodeJS.Timeout | undefined

  constructor(pool: ConnectionPool, settings: Settings) {
    this.#pool = pool
    this.#settings = settings
    this.#limit = Math.min(settings.sharedConnections, settings.max)
    pool.onPressure = () => this.#yield()
  }

  get stats(): { shared: number; pipelined: number; queued: number } {
    let pipelined = 0
    for (const connection of this.#connections) pipelined += connection.pending.length
    return { shared: this.#connections.length, pipelined, queued: this.#queue.length }
  }

  send(statement: Statement): void {
    const connection = this.#choose()
    if (connection) connection.send(statement)
    else this.#enqueue(statement)
  }

  /** The caller no longer waits. A statement that was not sent is dropped; a running one is canceled. */
  abandon(statement: Statement): void {
    const at = this.#queue.indexOf(statement)
    if (at >= 0) this.#queue.splice(at, 1)
    else this.#connections.find(connection => connection.pending.includes(statement))?.abandon(statement)
  }

  #choose(): SharedConnection | undefined {
    const [first, second] = this.#connections
    if (first && !second && first.pending.length === 0 && first.open) return first
    const now = performance.now()
    let best: SharedConnection | undefined
    let bestWait = Number.POSITIVE_INFINITY
    for (const connection of this.#connections) {
      const wait = connection.estimate(now)
      if (wait >= bestWait) continue
      best = connection
      bestWait = wait
    }
    if (best && bestWait > GROW_AT_MS && this.#connections.length < this.#limit) this.#grow()
    return best
  }

  #enqueue(statement: Statement): void {
    statement.sentAt = performance.now()
    const refused = this.#rejection()
    if (refused) {
      statement.handleError(refused)
      return
    }
    this.#queue.push(statement)
    if (
      this.#connections.length < this.#limit ||
      this.#connections.every(connection => connection.slow(statement.sentAt))
    )
      this.#grow()
    this.#startTicking()
  }

  #rejection(): Error | undefined {
    if (this.#pool.closing) return pgError('pool_closed')
    if (this.#queue.length < this.#settings.maxWaiting) return undefined
    return pgError('pool_queue_full', {}, { internal: this.#pool.describeHolders() })
  }

  #grow(): void {
    if (this.#opening > 0) return
    // Connections beyond the first are optional: they use only free capacity.
    if (this.#connections.length > 0 && !this.#pool.hasRoom) return
    this.#opening++
    this.#pool.acquire({ purpose: 'shared' }).then(
      pooled => {
        this.#opening--
        this.#open(pooled)
      },
      error => {
        this.#opening--
        if (this.#connections.length > 0) return
        // Each gets its own error, with the stack of its caller.
        for (const statement of this.#queue.splice(0)) statement.handleError(copyOf(error))
      },
    )
  }

  #open(pooled: PooledConnection): void {
    const connection = new SharedConnection(pooled, this.#settings.pipelineDepth, finished => this.#finished(finished))
    this.#connections.push(connection)
    connection.onEnd(() => this.#drop(connection, false))
    if (!connection.client.usable) {
      this.#drop(connection, false)
      return
    }
    this.#startTicking()
    this.#refill(connection)
    if (this.#pool.waiting > 0 || this.#pool.closing) this.#yield()
  }

  #refill(connection: SharedConnection): void {
    const now = performance.now()
    while (this.#queue.length > 0 && connection.estimate(now) < Number.POSITIVE_INFINITY)
      connection.send(this.#queue.shift()!)
  }

  #finished(connection: SharedConnection): void {
    if (!connection.client.usable) {
      this.#drop(connection, false)
      return
    }
    if (connection.client.stale) connection.retiring = true
    else if (this.#queue.length > 0) this.#refill(connection)
    else if (this.#pool.closing) connection.retiring = true
    if (connection.retiring && connection.pending.length === 0) this.#drop(connection, true)
  }

  #drop(connection: SharedConnection, certain: boolean): void {
    const at = this.#connections.indexOf(connection)
    if (at < 0) return
    this.#connections.splice(at, 1)
    connection.leave()
    this.#pool.release(connection.pooled, certain)
    if (this.#queue.length > 0) this.#grow()
  }

  #retire(connection: SharedConnection): void {
    connection.retiring = true
    if (connection.pending.length === 0) this.#drop(connection, true)
  }

  /** A caller waits for a lease: connections beyond the first are released, and with `max: 1` that one too. */
  #yield(): void {
    if (this.#pool.closing && this.#queue.length > 0) return // queries that were accepted are answered first
    const keep = this.#pool.closing || this.#settings.max === 1 ? 0 : 1
    const active = this.#connections.filter(connection => !connection.retiring)
    active.sort((a, b) => a.pending.length - b.pending.length)
    const retiring = this.#connections.length - active.length
    const wanted = this.#pool.closing ? active.length : this.#pool.waiting - retiring
    for (const connection of active.slice(0, Math.max(0, Math.min(wanted, active.length - keep))))
      this.#retire(connection)
  }

  #startTicking(): void {
    this.#ticker ??= setInterval(() => this.#tick(), TICK_MS).unref()
  }

  /**
   * Enforces time-outs of queued queries and limits of running ones, and releases connections that are no longer needed.
   */
  #tick(): void {
    const now = performance.now()
    while (this.#queue[0] && now - this.#queue[0].sentAt > this.#settings.acquireTimeoutMs) {
      this.#queue.shift()!.handleError(pgError('pool_timeout', {}, { internal: this.#pool.describeHolders() }))
    }
    for (const connection of [...this.#connections]) this.#inspect(connection, now)
    if (this.#connections.length > 0 || this.#queue.length > 0) return
    clearInterval(this.#ticker)
    this.#ticker = undefined
  }

  #inspect(connection: SharedConnection, now: number): void {
    const { statementTimeoutMs, idleTimeoutMs, maxLifetimeMs } = this.#settings
    const head = connection.pending[0]
    const unmoved = now - connection.progressAt
    if (maxLifetimeMs > 0 && now - connection.client.createdAt > maxLifetimeMs) this.#retire(connection)
    const surplus = this.#connections.length > this.#limit
    if (!head && (surplus || unmoved > idleTimeoutMs)) this.#retire(connection)
    // The server's own timeout comes a second earlier. It did not fire, so nothing on this connection can be relied on.
    if (!head || statementTimeoutMs === 0 || unmoved <= statementTimeoutMs + 1_000) return
    head.failure ??= pgError('query_timeout', {}, { internal: `No answer for ${head.text}` })
    connection.client.destroy()
  }
}

function copyOf(error: unknown): Error {
  if (!(error instanceof ArlenError)) return error as Error
  const copy = pgError('connect_failed', { remedy: error.remedy }, { cause: error.cause })
  copy.message = error.message
  return Object.assign(copy, { code: error.code })
}
