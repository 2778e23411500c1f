import pg from 'pg'
import { callerOf, type Site } from '../caller.ts'
import { oneLine } from '../database-error.ts'
import { pgError } from '../errors.ts'
import type { Settings } from '../options.ts'
import { PgClient } from '../wire/client.ts'
import type { ParserTable } from '../wire/type-parsers.ts'
import { connectError } from './connect-error.ts'

export type Purpose = 'lane' | 'query' | 'transaction' | 'stream' | 'copy'

const FAREWELL_MS = 500

/** A connection that somebody has to himself. */
export interface Lease {
  readonly client: PgClient
  readonly purpose: Purpose
  readonly since: number
  /** What it is doing, for those who wait for it. */
  query: string | undefined
  readonly site: Site | undefined
}

/** Who has a connection, for messages and `close()`. */
export interface Holder {
  purpose: Purpose
  query: string | undefined
  ageMs: number
  processId: number
  caller: string | undefined
}

export interface LeaseRequest {
  purpose: Purpose
  query?: string | undefined
  signal?: AbortSignal | undefined
  site?: Site | undefined
}

interface Waiter extends LeaseRequest {
  resolve(lease: Lease): void
  reject(error: unknown): void
}

/**
 * Hands out connections, never more than `max`. pg-pool makes, keeps and retires them; the queue in front is ours, for
 * pg-pool's has no bound, and its time-out does not say who is in the way.
 */
export class ConnectionPool {
  readonly #settings: Settings
  readonly #pool: pg.Pool
  readonly #leases = new Set<Lease>()
  readonly #waiting = new Set<Waiter>()
  /** Every connection that is open, or still closing. */
  readonly #clients = new Set<PgClient>()
  #opening = 0
  #closing = false
  #drained: (() => void) | undefined
  /** Called when somebody waits and every connection is taken: lanes may give one back. */
  onPressure: (() => void) | undefined

  constructor(settings: Settings, parsers: ParserTable) {
    this.#settings = settings
    this.#pool = new pg.Pool({
      ...clientConfig(settings),
      parsers,
      statementCache: settings.statementCache,
      max: settings.max,
      connectionTimeoutMillis: settings.connectTimeoutMs,
      idleTimeoutMillis: settings.idleTimeoutMs || 1,
      allowExitOnIdle: true,
      pipeline: true,
      Client: PgClient as unknown as new () => pg.ClientBase,
    } as pg.PoolConfig)
    this.#pool.on('connect', client => this.#clients.add(client as unknown as PgClient))
    this.#pool.on('remove', client => this.#clients.delete(client as unknown as PgClient))
    this.#pool.on('error', () => undefined) // an idle connection ended: pg-pool has dropped it, and nobody was using it
  }

  get stats(): { total: number; idle: number; leased: number; waiting: number } {
    return {
      total: this.#pool.totalCount,
      idle: this.#pool.idleCount,
      leased: this.#leases.size,
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
    return this.#leases.size + this.#opening < this.#settings.max && this.#waiting.size === 0
  }

  get holders(): Holder[] {
    const now = performance.now()
    return [...this.#leases].map(lease => ({
      purpose: lease.purpose,
      query: lease.query === undefined ? undefined : oneLine(lease.query),
      ageMs: Math.round(now - lease.since),
      processId: lease.client.processId,
      caller: callerOf(lease.site),
    }))
  }

  lease(request: LeaseRequest): Promise<Lease> {
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
      waiter.reject(pgError('pool_timeout', {}, { internal: this.describeHolders() }))
    }, this.#settings.acquireTimeoutMs)
    const abort = () => waiter.reject(pgError('query_aborted', {}, { cause: signal?.reason }))
    const leave = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      this.#waiting.delete(waiter)
    }
    waiter.resolve = lease => {
      leave()
      resolve(lease)
    }
    waiter.reject = error => {
      leave()
      reject(error)
      this.#settleClose()
    }
    signal?.addEventListener('abort', abort, { once: true })
    this.#waiting.add(waiter)
  }

  /** Connects for those who wait, as far as there is room. Each connection goes to whoever then waits longest. */
  #serve(): void {
    const room = this.#settings.max - this.#leases.size - this.#opening
    const wanted = Math.min(room, this.#waiting.size - this.#opening)
    for (let i = 0; i < wanted; i++) {
      this.#opening++
      this.#pool.connect().then(
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
    const lease: Lease = {
      client,
      purpose: waiter.purpose,
      since: performance.now(),
      query: waiter.query,
      site: waiter.site,
    }
    this.#leases.add(lease)
    waiter.resolve(lease)
  }

  /** Takes a connection back. One whose state is not known for certain is destroyed. */
  release(lease: Lease, certain: boolean): void {
    if (!this.#leases.delete(lease)) return
    const client = lease.client as PgClient & pg.PoolClient
    const { maxLifetimeMs } = this.#settings
    const expired = maxLifetimeMs > 0 && performance.now() - client.createdAt > maxLifetimeMs
    const keep = certain && !expired && client.usable && client.getTransactionStatus() === 'I'
    if (!keep && !(certain && expired)) client.destroy()
    if (keep && this.#waiting.size > 0) {
      this.#hand(client)
      return
    }
    client.release(!keep || this.#closing)
    this.#settleClose()
    this.#serve()
  }

  describeHolders(): string {
    const lines = this.holders.map(
      holder =>
        `\n  ${holder.purpose}, ${holder.ageMs} ms${holder.caller ? `, ${holder.caller}` : ''}: ${holder.query ?? '-'}`,
    )
    return `${this.#waiting.size} waiting, ${this.#leases.size} of ${this.#settings.max} connections in use:${lines.join('')}`
  }

  /** Refuses what is new and waits for what is under way. After the time given, connections are cut, and who had them is returned. */
  async close(timeoutMs: number): Promise<Holder[]> {
    this.#closing = true
    this.onPressure?.()
    let cut: Holder[] = []
    if (this.#leases.size + this.#waiting.size > 0) {
      await new Promise<void>(resolve => {
        const timer = setTimeout(() => {
          cut = this.holders
          for (const waiter of this.#waiting) waiter.reject(pgError('pool_closed'))
          for (const lease of this.#leases) lease.client.destroy()
          for (const lease of [...this.#leases]) this.release(lease, false)
          resolve()
        }, timeoutMs)
        this.#drained = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    await this.#farewell()
    return cut
  }

  /** Says goodbye to the server, and does not wait for one that does not answer: that would be for minutes. */
  async #farewell(): Promise<void> {
    const timer = setTimeout(() => {
      for (const client of this.#clients) client.destroy()
    }, FAREWELL_MS)
    await this.#pool.end()
    clearTimeout(timer)
  }

  #settleClose(): void {
    if (this.#closing && this.#leases.size === 0 && this.#waiting.size === 0) this.#drained?.()
  }
}

/** What the settings mean for one connection of pg. */
export function clientConfig(settings: Settings): pg.ClientConfig {
  const { host, port, user, password, database, ssl, prepare } = settings
  return {
    host,
    port,
    user,
    password: password as pg.ClientConfig['password'],
    database,
    ssl,
    keepAlive: true,
    application_name: settings.applicationName,
    // A pooler in transaction mode refuses session settings, as its clients share sessions.
    options: prepare ? sessionOptions(settings) : settings.sessionOptions || undefined,
  }
}

/** Of two for the same setting the later one counts: those of the URL are over our limits, and what the parsers read is over all. */
function sessionOptions({ statementTimeoutMs, idleInTransactionTimeoutMs, sessionOptions }: Settings): string {
  const limits = [
    `statement_timeout=${statementTimeoutMs}`,
    `idle_in_transaction_session_timeout=${idleInTransactionTimeoutMs}`,
  ]
  const formats = ['datestyle=ISO', 'intervalstyle=postgres', 'bytea_output=hex']
  const write = (settings: readonly string[]) => settings.map(setting => `-c ${setting}`)
  return [...write(limits), sessionOptions, ...write(formats)].filter(Boolean).join(' ')
}
