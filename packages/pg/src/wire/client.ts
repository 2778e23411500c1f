import pg from 'pg'
import type { StatementConnection, Wire } from './connection.ts'
import { DATA_ROW, interceptMessages } from './intercept-messages.ts'
import { PlanCache } from './plan.ts'
import { sessionIsStale } from './plan-failure.ts'
import type { ServerMessage } from './server-message.ts'
import { Statement } from './statement.ts'
import type { ParserTable } from './type-parsers.ts'
import { WireWriter } from './wire-writer.ts'

/** The part of pg's Client that its types omit. This package's tests pin its behavior. */
interface Internals {
  _activeQuery: Statement | null
  _sentQueryQueue: unknown[]
  _queryable: boolean
  _ending: boolean
  _connecting: boolean
  processID: number
  secretKey: number
  sslNegotiation: string
}

export interface ClientSettings extends pg.ClientConfig {
  parsers: ParserTable
  statementCache: number
  /** Whether the server must accept writes: if it rejects them, it is no longer the one that we connected to. */
  mustWrite?: boolean | undefined
}

/** A connection: pg's client, with our own statements. An error while idle is never uncaught. */
export class PgClient extends pg.Client implements StatementConnection {
  readonly parsers: ParserTable
  readonly plans: PlanCache
  readonly writer: WireWriter
  readonly createdAt: number = performance.now()
  /** Until when a cancel request may still take effect (`performance.now()`). */
  canceledUntil = 0
  /** It should be replaced: its server has another role than before, or its session remembers objects that no longer exist. */
  stale = false
  readonly #mustWrite: boolean
  #bytesRead = 0
  #heardAt: number = performance.now()
  /** Why the connection ended, if known. */
  lastError: ServerMessage | undefined

  constructor(settings: ClientSettings) {
    super(settings)
    this.parsers = settings.parsers
    this.#mustWrite = settings.mustWrite ?? false
    this.writer = new WireWriter(() => this.wire.stream)
    this.plans = new PlanCache(settings.statementCache)
    interceptMessages(this.wire, (code, bytes, from, to) => this.#take(code, bytes, from, to))
    this.on('error', (error: ServerMessage) => {
      this.lastError ??= error
    })
  }

  get wire(): Wire {
    return this.connection as unknown as Wire
  }

  /** Statements that the server has not answered. */
  get inFlight(): number {
    const { _activeQuery, _sentQueryQueue } = internals(this)
    return _sentQueryQueue.length + (_activeQuery ? 1 : 0)
  }

  get processId(): number {
    return internals(this).processID
  }

  /** Whether queries can be sent. */
  get usable(): boolean {
    const { _queryable, _ending } = internals(this)
    return _queryable && !_ending && !this.wire.stream.destroyed
  }

  /** Whether the connection keeps the process running. */
  hold(on: boolean): void {
    if (on) this.wire.stream.ref()
    else this.wire.stream.unref()
  }

  /**
   * When the oldest work began, or the server last sent something (`performance.now()`); accurate to the interval between
   * calls.
   */
  heardAt(): number {
    const { bytesRead } = this.wire.stream
    if (bytesRead !== this.#bytesRead) this.#heardAt = performance.now()
    this.#bytesRead = bytesRead
    return this.#heardAt
  }

  send(statement: Statement): void {
    statement.client = this
    statement.sentAt = performance.now()
    if (this.inFlight === 0) this.#heardAt = statement.sentAt
    this.query(statement as unknown as pg.Submittable)
  }

  /** Runs SQL without parameters, outside of all accounting. */
  async rowsOf(text: string): Promise<readonly unknown[]> {
    const statement = new Statement({ text, values: [], prepare: false })
    this.send(statement)
    return (await statement.promise).records
  }

  /** Cuts the connection immediately; work in flight fails. */
  destroy(): void {
    internals(this)._queryable = false
    this.wire.stream.destroy()
  }

  /**
   * Asks the server to cancel what this connection is doing (PostgreSQL manual, 54.2.7). Resolves when the server has
   * passed the request on; whether anything was still running is unknown.
   */
  cancel(timeoutMs: number): Promise<void> {
    this.canceledUntil = Number.POSITIVE_INFINITY
    const { sslNegotiation } = internals(this)
    const wire = new (pg.Connection as unknown as new (config: object) => Wire)({ ssl: this.ssl, sslNegotiation })
    return new Promise(resolve => {
      const timer = setTimeout(() => wire.stream.destroy(), timeoutMs)
      wire.on('error', () => wire.stream.destroy())
      wire.on('connect', () => {
        if (this.ssl && sslNegotiation !== 'direct') wire.requestSsl()
        else if (!this.ssl) wire.cancel(this.processId, internals(this).secretKey)
      })
      wire.on('sslconnect', () => wire.cancel(this.processId, internals(this).secretKey))
      wire.once('end', () => {
        clearTimeout(timer)
        this.canceledUntil = performance.now() + CANCEL_DELIVERY_MS
        resolve()
      })
      if (this.host.startsWith('/')) wire.connect(`${this.host}/.s.PGSQL.${this.port}`)
      else wire.connect(this.port, this.host)
    })
  }

  #take(code: number, bytes: Buffer, from: number, to: number): boolean {
    const { _activeQuery: active } = internals(this)
    if (!(active instanceof Statement)) return false
    if (code === DATA_ROW) active.readRow(bytes, from)
    else active.readCopyData(bytes, from, to)
    return true
  }

  /** Overrides pg: adds messages that it does not listen to. */
  _attachListeners(wire: Wire): void {
    attachListeners.call(this, wire)
    const active = () => internals(this)._activeQuery
    wire.on('parameterDescription', (message: { dataTypeIDs: number[] }) => {
      const statement = active()
      if (statement instanceof Statement) statement.handleParameterDescription(message.dataTypeIDs)
    })
  }

  /**
   * Overrides pg, which leaves the connection open where it gives up by itself, as without a password. Until the server ends
   * that, after a minute, nobody can drop a database.
   */
  _handleErrorWhileConnecting(error: Error): void {
    handleErrorWhileConnecting.call(this, error)
    this.wire.stream.destroy()
  }

  /** Overrides pg, which drops a query at its error: ours wait for ReadyForQuery. */
  _handleErrorMessage(message: ServerMessage): void {
    const { _activeQuery: active, _connecting: connecting } = internals(this)
    if (ENDING.test(message.code ?? '')) this.lastError = message
    if (message.code === READ_ONLY && this.#mustWrite) this.stale = true
    if (sessionIsStale(message)) this.stale = true
    if (active instanceof Statement && !connecting) active.failure ??= message
    else handleErrorMessage.call(this, message)
  }
}

/** The time from the server's acceptance of a cancel request to the interruption of the session. */
const CANCEL_DELIVERY_MS = 100

/** read_only_sql_transaction. */
const READ_ONLY = '25006'

/**
 * Errors that end a session: shutdown, timeouts of the session, protocol. The severity would tell, but in the server's
 * language.
 */
const ENDING = /^(?:57P|25P0[34]|08(?!P01))/

function internals(client: PgClient): Internals {
  return client as unknown as Internals
}

const {
  _attachListeners: attachListeners,
  _handleErrorMessage: handleErrorMessage,
  _handleErrorWhileConnecting: handleErrorWhileConnecting,
} = pg.Client.prototype as unknown as {
  _attachListeners(this: PgClient, wire: Wire): void
  _handleErrorWhileConnecting(this: PgClient, error: Error): void
  _handleErrorMessage(this: PgClient, message: ServerMessage): void
}
