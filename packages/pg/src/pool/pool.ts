import pg from 'pg'
import { checkFormats, clientConfig } from '../connection/client-config.ts'
import { connectError } from '../connection/connect-error.ts'
import type { Settings } from '../connection/options.ts'
import { checkRole, type Target, type TargetSessionAttrs, Targets } from '../connection/targets.ts'
import { pgError } from '../errors.ts'
import { type CallSite, callerOf } from '../query/call-site.ts'
import { oneLine } from '../sql/one-line.ts'
import { type ClientSettings, PgClient } from '../wire/client.ts'
import type { ParserTable } from '../wire/type-parsers.ts'

/** What a connection is used for. */
export type Purpose = 'shared' | 'query' | 'transaction' | 'stream' | 'copy'

const CLOSING_MS = 500

/** An open connection that is in use. */
export interface PooledConnection {
  readonly client: PgClient
  readonly purpose: Purpose
  readonly since: number
  /** What it is doing, for the error of waiting callers. */
  query: string | undefined
  readonly site: CallSite | undefined
}

/** The user of a connection, for messages and `close()`. */
export interface Holder {
  purpose: Purpose
  query: string | undefined
  ageMs: number
  processId: number
  caller: string | undefined
}

export interface AcquireRequest {
  purpose: Purpose
  query?: string | undefined
  signal?: AbortSignal | undefined
  site?: CallSite | undefined
}

interface Waiter extends AcquireRequest {
  resolve(pooled: PooledConnection): void
  reject(error: unknown): void
}

/**
 * Hands out connections, never more than `max`. pg-pool creates, keeps and retires them; the queue is ours, because
 * pg-pool's is unbounded and its timeout does not say who holds the connections.
 *
 * It is one file because the queue, the connections in use and closing change together.
 */
export class ConnectionPool {
  readonly #settings: Settings
  readonly #pool: pg.Pool
  readonly #acquired = new Set<PooledConnection>()
  readonly #waiting = new Set<Waiter>()
  /** Every connection that is open or still closing. */
  readonly #clients = new Set<PgClient>()
  readonly #targets: Targets
  /** The server that the next client of pg-pool connects to. */
  #next: { target: Target; attrs: TargetSessionAttrs }
  #opening = 0
  #closing = false
  #drained: (() => void) | undefined
  /** Called when a caller waits and every connection is in use: shared connections may be released. */
  onPressure: (() => void) | undefined

  constructor(settings: Settings, parsers: ParserTable) {
    this.#settings = settings
    const { targets, targetSessionAttrs, balanced } = settings
    this.#targets = new Targets(targets, targetSessionAttrs, balanced)
    this.#next = { target: targets[0]!, attrs: targetSessionAttrs }
    const next = () => this.#next
    this.#pool = new pg.Pool({
      max: settings.max,
      connectionTimeoutMillis: settings.connectTimeoutMs,
      idleTimeoutMillis: settings.idleTimeoutMs || 1,
      allowExitOnIdle: true,
      Client: class extends PgClient {
        readonly attrs: TargetSessionAttrs

        constructor() {
          const { target, attrs } = next()
          super({
            ...clientConfig(settings, target),
            pipeline: true,
            parsers,
            statementCache: settings.statementCache,
            mustWrite: attrs === 'read-write' || attrs === 'primary',
          } as ClientSettings)
          this.attrs = attrs
        }
      } as unknown as new () => pg.ClientBase,
      verify: sessionCheck(settings),
    } as pg.PoolConfig)
    this.#pool.on('connect', client => this.#clients.add(client as unknown as PgClient))
    this.#pool.on('remove', client => this.#clients.delete(client as unknown as PgClient))
    this.#pool.on('error', () => undefined) // an idle connection ended: pg-pool has dropped it, and it was not in use
  }

  get stats(): { max: number; total: number; idle: number; leased: number; waiting: number } {
    return {
      max: this.#settings.max,
      total: this.#pool.totalCount,
      idle: this.#pool.idleCount,
      leased: this.#acquired.size,
      waiting: this.#waiting.size,
    }
  }

  get closing(): boolean {
    return this.#closing
  }

  get waiting(): number {
    return this.#waiting.size
  }

  get hasRoom(): boolean {
    return this.#acquired.size + this.#opening < this.#settings.max && this.#waiting.size === 0
  }

  get holders(): Holder[] {
    const now = performance.now()
    return [...this.#acquired].map(pooled => ({
      purpose: pooled.purpose,
      query: pooled.query === undefined ? undefined : oneLine(pooled.query),
      ageMs: Math.round(now - pooled.since),
      processId: pooled.client.processId,
      caller: callerOf(pooled.site),
    }))
  }

  acquire(request: AcquireRequest): Promise<PooledConnection> {
    if (this.#closing) return Promise.reject(pgError('pool_closed'))
    if (request.signal?.aborted) return Promise.reject(pgError('query_aborted', {}, { cause: request.signal.reason }))
    if (this.#waiting.size >= this.#settings.maxWaiting) {
      return Promise.reject(pgError('pool_queue_full', {}, { internal: this.describeHolders() }))
    }
    return new Promise((resolve, reject) => {
      const waiter: Waiter = { ...request, resolve, reject }
      this.#addWaiter(waiter)
      this.#serve()
      if (this.#waiting.has(waiter)) this.onPressure?.()
    })
  }

  #addWaiter(waiter: Waiter): void {
    const { resolve, reject, signal } = waiter
    const timer = setTimeout(() => {
      // After a stall of this process, the answers that free connections may have arrived: they are read first.
      setImmediate(() => {
        if (!this.#waiting.has(waiter)) return
        waiter.reject(pgError('pool_timeout', {}, { internal: this.describeHolders() }))
      })
    }, this.#settings.acquireTimeoutMs)
    const abort = () => waiter.reject(pgError('query_aborted', {}, { cause: signal?.reason }))
    const leave = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      this.#waiting.delete(waiter)
    }
    waiter.resolve = pooled => {
      leave()
      resolve(pooled)
    }
    waiter.reject = error => {
      leave()
      reject(error)
      this.#settleClose()
    }
    signal?.addEventListener('abort', abort, { once: true })
    this.#waiting.add(waiter)
  }

  /** Connects for waiting callers while there is room. Each connection goes to the caller that has waited longest. */
  #serve(): void {
    const room = this.#settings.max - this.#acquired.size - this.#opening
    const wanted = Math.min(room, this.#waiting.size - this.#opening)
    for (let i = 0; i < wanted; i++) {
      this.#opening++
      this.#connect().then(
        client => {
          this.#opening--
          this.#hand(client as unknown as PgClient & pg.PoolClient)
        },
        error => {
          this.#opening--
          this.#first()?.reject(connectError(error, this.#settings))
          this.#serve()
        },
      )
    }
  }

  #connect(): Promise<pg.PoolClient> {
    return this.#targets.connect((target, attrs) => {
      this.#next = { target, attrs }
      return this.#pool.connect().catch(error => {
        throw connectError(error, { ...this.#settings, targets: [target] })
      })
    })
  }

  #first(): Waiter | undefined {
    return this.#waiting.values().next().value
  }

  #hand(client: PgClient & pg.PoolClient): void {
    const waiter = this.#first()
    if (!waiter || !client.usable) {
      client.release(!client.usable)
      this.#settleClose()
      if (waiter) this.#serve()
      return
    }
    const pooled: PooledConnection = {
      client,
      purpose: waiter.purpose,
      since: performance.now(),
      query: waiter.query,
      site: waiter.site,
    }
    this.#acquired.add(pooled)
    waiter.resolve(pooled)
  }

  /** Takes a connection back. One whose state is uncertain is destroyed. */
  release(pooled: PooledConnection, certain: boolean): void {
    if (!this.#acquired.delete(pooled)) return
    const client = pooled.client as PgClient & pg.PoolClient
    const { maxLifetimeMs } = this.#settings
    const expired = maxLifetimeMs > 0 && performance.now() - client.createdAt > maxLifetimeMs
    const keep = certain && !expired && !client.stale && client.usable && client.getTransactionStatus() === 'I'
    if (!keep && !(certain && expired)) client.destroy()
    if (keep && this.#waiting.size > 0) {
      this.#hand(client)
      return
    }
    client.release(!keep || this.#closing)
    this.#settleClose()
    this.#serve()
  }

  /** Connections with work in progress whose server has been silent for this long. */
  silentFor(ms: number): PgClient[] {
    const since = performance.now() - ms
    return [...this.#clients].filter(client => client.inFlight > 0 && client.heardAt() < since)
  }

  /** Connections to servers other than the given one, such as those left over from a failover. */
  cutOthers({ host, port }: Target): void {
    for (const client of this.#clients) if (client.host !== host || client.port !== port) client.destroy()
  }

  describeHolders(): string {
    const lines = this.holders.map(
      holder =>
        `\n  ${holder.purpose}, ${holder.ageMs} ms${holder.caller ? `, ${holder.caller}` : ''}: ${holder.query ?? '-'}`,
    )
    return `${this.#waiting.size} waiting, ${this.#acquired.size} of ${this.#settings.max} connections in use:${lines.join('')}`
  }

  /**
   * Rejects new work and waits for work in progress. After the given time, it cuts the remaining connections and returns
   * their users.
   */
  async close(timeoutMs: number): Promise<Holder[]> {
    this.#closing = true
    this.onPressure?.()
    let cut: Holder[] = []
    if (this.#acquired.size + this.#waiting.size > 0) {
      await new Promise<void>(resolve => {
        const timer = setTimeout(() => {
          cut = this.holders
          for (const waiter of this.#waiting) waiter.reject(pgError('pool_closed'))
          for (const pooled of this.#acquired) pooled.client.destroy()
          for (const pooled of [...this.#acquired]) this.release(pooled, false)
          resolve()
        }, timeoutMs)
        this.#drained = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    await this.#closeClients()
    return cut
  }

  /** Says goodbye to the server without waiting for one that does not answer, which would take minutes. */
  async #closeClients(): Promise<void> {
    const timer = setTimeout(() => {
      for (const client of this.#clients) client.destroy()
    }, CLOSING_MS)
    await this.#pool.end()
    clearTimeout(timer)
  }

  #settleClose(): void {
    if (this.#closing && this.#acquired.size === 0 && this.#waiting.size === 0) this.#drained?.()
  }
}

type Verify = (client: pg.ClientBase, done: (error?: Error) => void) => void

/** Called by pg-pool for every new connection, if there is something to check. */
function sessionCheck({ prepare, targetSessionAttrs }: Settings): Verify | undefined {
  if (prepare && targetSessionAttrs === 'any') return undefined
  return (client, done) => {
    const opened = client as unknown as PgClient & { attrs: TargetSessionAttrs }
    const query = (text: string) => opened.rowsOf(text)
    const checked = prepare ? Promise.resolve() : checkFormats(query)
    checked.then(() => checkRole(opened.attrs, query)).then(() => done(), done)
  }
}
