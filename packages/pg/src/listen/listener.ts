import { setTimeout as sleep } from 'node:timers/promises'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { clientConfig } from '../connection/client-config.ts'
import { connectError } from '../connection/connect-error.ts'
import type { Settings } from '../connection/options.ts'
import { keepsSession } from '../connection/pooler.ts'
import { checkRole, type Target, Targets } from '../connection/targets.ts'
import { pgError } from '../errors.ts'
import { quoteIdentifier } from '../sql/sql.ts'
import { PgClient } from '../wire/client.ts'
import { Statement } from '../wire/statement.ts'
import type { ParserTable } from '../wire/type-parsers.ts'

/** Options of `listen()`. */
export interface ListenOptions {
  /**
   * Called after the connection was lost and restored: notifications in between are lost, so look up the state they would
   * have announced.
   */
  onResync?: (() => void) | undefined
  /** Receives errors thrown by a handler. Default: a process warning. */
  onError?: ((error: unknown) => void) | undefined
}

const OPTIONS: OptionTable<ListenOptions> = { onResync: option.func, onError: option.func }

/** Handles a notification (`NOTIFY`) of the database. */
export type NotificationHandler = (payload: string, from: { processId: number }) => unknown

/** A subscription to notifications. */
export interface Subscription extends AsyncDisposable {
  /** Stops. Resolves once the server knows. */
  close(): Promise<void>
}

interface Entry extends ListenOptions {
  handler: NotificationHandler
}

interface Notification {
  channel: string
  payload: string | undefined
  processId: number
}

const SLOWEST_RECONNECT_MS = 5_000

/**
 * LISTEN over a dedicated connection. A heartbeat detects a connection that dies silently (a firewall, a pulled cable); a
 * new one then listens to the same channels, and every subscriber is asked to look up what was missed.
 */
export class Listener {
  readonly #settings: Settings
  readonly #parsers: ParserTable
  readonly #targets: Targets
  readonly #channels = new Map<string, Set<Entry>>()
  #client: PgClient | undefined
  #connecting: Promise<PgClient> | undefined
  #heartbeat: NodeJS.Timeout | undefined
  readonly #closed = new AbortController()

  constructor(settings: Settings, parsers: ParserTable) {
    this.#settings = settings
    this.#parsers = parsers
    this.#targets = new Targets(settings.targets, settings.targetSessionAttrs, settings.balanced)
  }

  /** Resolves once the server has confirmed: later notifications will arrive. */
  async listen(channel: string, handler: NotificationHandler, given: ListenOptions = {}): Promise<Subscription> {
    const options = readOptions('listen()', given, OPTIONS)
    if (this.#closed.signal.aborted) throw pgError('pool_closed')
    const name = quoteIdentifier(channel)
    const entry: Entry = { handler, ...options }
    const entries = this.#channels.get(channel) ?? new Set()
    this.#channels.set(channel, entries.add(entry))
    try {
      const known = this.#client
      const client = await this.#connect()
      if (client === known) await this.#say(client, `LISTEN ${name}`) // a new connection has done so already
    } catch (error) {
      await this.#forget(channel, entry)
      throw error
    }
    const close = () => this.#forget(channel, entry)
    return { close, [Symbol.asyncDispose]: close }
  }

  async close(): Promise<void> {
    this.#closed.abort()
    clearInterval(this.#heartbeat)
    const client = this.#client ?? (await this.#connecting?.catch(() => undefined))
    if (!client) return
    const timer = setTimeout(() => client.destroy(), 500) // do not wait for a server that does not answer
    await client.end()
    clearTimeout(timer)
  }

  async #forget(channel: string, entry: Entry): Promise<void> {
    const entries = this.#channels.get(channel)
    if (!entries?.delete(entry) || entries.size > 0) return
    this.#channels.delete(channel)
    const client = this.#client
    if (this.#channels.size === 0) {
      this.#drop(client)
      client?.destroy()
    } else if (client) {
      await this.#say(client, `UNLISTEN ${quoteIdentifier(channel)}`).catch(() => undefined) // lost: nothing to unlisten
    }
  }

  #connect(): Promise<PgClient> {
    if (this.#client) return Promise.resolve(this.#client)
    this.#connecting ??= this.#open().finally(() => {
      this.#connecting = undefined
    })
    return this.#connecting
  }

  async #open(): Promise<PgClient> {
    const client = await this.#targets.connect(async (target, attrs) => {
      const opened = this.#clientFor(target)
      try {
        await opened.connect()
        await checkRole(attrs, text => opened.rowsOf(text))
        if (!this.#settings.prepare) await this.#refusePooler(opened, target)
        for (const channel of this.#channels.keys()) await this.#say(opened, `LISTEN ${quoteIdentifier(channel)}`)
      } catch (error) {
        opened.destroy()
        throw connectError(error, { ...this.#settings, targets: [target] })
      }
      return opened
    })
    this.#client = client
    client.once('end', () => this.#lost(client))
    this.#heartbeat = setInterval(() => void this.#sendHeartbeat(client), this.#settings.heartbeatMs)
    if (!client.usable) this.#lost(client)
    return client
  }

  /** Behind a pooler in transaction mode it would be someone else's session that listens. */
  async #refusePooler(opened: PgClient, target: Target): Promise<void> {
    const openBeside = async () => {
      const other = this.#clientFor(target)
      await other.connect()
      return other
    }
    if (!(await keepsSession(opened, openBeside))) throw pgError('listen_pooled')
  }

  #clientFor(target: Target): PgClient {
    const client = new PgClient({
      ...clientConfig(this.#settings, target),
      pipeline: true,
      parsers: this.#parsers,
      statementCache: this.#settings.statementCache,
    })
    client.on('notification', message => this.#deliver(message as Notification))
    return client
  }

  /** Requires an answer from the server in time. Other signs prove nothing: a healthy channel is silent, too. */
  async #sendHeartbeat(client: PgClient): Promise<void> {
    await this.#say(client, 'select 1').catch(() => undefined) // the connection has been cut then, and `end` reports it
  }

  async #say(client: PgClient, text: string): Promise<void> {
    const timer = setTimeout(() => client.destroy(), this.#settings.heartbeatTimeoutMs)
    const statement = new Statement({ text, values: [], prepare: false })
    client.send(statement)
    try {
      await statement.promise
    } finally {
      clearTimeout(timer)
    }
  }

  #drop(client: PgClient | undefined): void {
    if (this.#client !== client) return
    clearInterval(this.#heartbeat)
    this.#client = undefined
  }

  #lost(client: PgClient): void {
    if (this.#client !== client) return
    this.#drop(client)
    if (!this.#closed.signal.aborted && this.#channels.size > 0) void this.#reconnect()
  }

  async #reconnect(): Promise<void> {
    const { signal } = this.#closed
    for (let attempt = 0; !signal.aborted && this.#channels.size > 0; attempt++) {
      try {
        await this.#connect()
        this.#resync()
        return
      } catch {
        const pause = Math.min(SLOWEST_RECONNECT_MS, 50 * 2 ** attempt) * (0.5 + Math.random() / 2)
        await sleep(pause, undefined, { signal }).catch(() => undefined) // closed in the meantime
      }
    }
  }

  #resync(): void {
    for (const entries of this.#channels.values()) {
      for (const entry of entries) this.#call(entry, () => entry.onResync?.())
    }
  }

  #deliver({ channel, payload, processId }: Notification): void {
    for (const entry of this.#channels.get(channel) ?? []) {
      this.#call(entry, () => entry.handler(payload ?? '', { processId }))
    }
  }

  /** A failing handler must affect neither the connection nor the other handlers. */
  #call(entry: Entry, fn: () => unknown): void {
    const report = entry.onError ?? (error => process.emitWarning(error instanceof Error ? error : String(error)))
    try {
      Promise.resolve(fn()).catch(report)
    } catch (error) {
      report(error)
    }
  }
}
