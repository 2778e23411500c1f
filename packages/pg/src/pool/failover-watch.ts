import { clientConfig } from '../connection/client-config.ts'
import type { Settings } from '../connection/options.ts'
import { checkRole, type Target } from '../connection/targets.ts'
import { PgClient } from '../wire/client.ts'
import type { ParserTable } from '../wire/type-parsers.ts'
import type { ConnectionPool } from './pool.ts'

const EVERY_MS = 1_000
/** A connection that has been silent for this long may lead to a dead machine. */
const SILENT_MS = 1_500

/**
 * Looks for a new primary while a connection is silent. A server that dies closes its connections; one that is cut off from
 * the network does not, and its clients would wait for the whole statement timeout.
 */
export class FailoverWatch {
  readonly #settings: Settings
  readonly #pool: ConnectionPool
  readonly #parsers: ParserTable
  #timer: NodeJS.Timeout | undefined
  #looking = false

  constructor(settings: Settings, pool: ConnectionPool, parsers: ParserTable) {
    this.#settings = settings
    this.#pool = pool
    this.#parsers = parsers
    const { targets, targetSessionAttrs } = settings
    if (targets.length < 2 || (targetSessionAttrs !== 'read-write' && targetSessionAttrs !== 'primary')) return
    this.#timer = setInterval(() => void this.#look(), EVERY_MS).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  async #look(): Promise<void> {
    const silent = this.#pool.silentFor(SILENT_MS)
    if (this.#looking || silent.length === 0) return
    this.#looking = true
    try {
      const others = this.#settings.targets.filter(
        ({ host, port }) => !silent.some(client => client.host === host && client.port === port),
      )
      const roles = await Promise.all(
        others.map(async target => ((await this.#takesWrites(target)) ? target : undefined)),
      )
      const primary = roles.find(target => target !== undefined)
      if (primary) this.#pool.cutOthers(primary)
    } finally {
      this.#looking = false
    }
  }

  async #takesWrites(target: Target): Promise<boolean> {
    const client = new PgClient({
      ...clientConfig(this.#settings, target),
      connectionTimeoutMillis: EVERY_MS,
      pipeline: true,
      parsers: this.#parsers,
      statementCache: 1,
    })
    const timer = setTimeout(() => client.destroy(), EVERY_MS)
    try {
      await client.connect()
      await checkRole('primary', text => client.rowsOf(text))
      return true
    } catch {
      return false // unreachable, or still a standby
    } finally {
      clearTimeout(timer)
      client.destroy()
    }
  }
}
