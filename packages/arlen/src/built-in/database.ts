import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ArlenError, type Diagnostic } from '@arlen/core'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { createPg, type Pg, type PoolSettings } from '@arlen/pg'
import { POOL_SETTINGS } from '@arlen/pg/settings'
import type { Config } from '../config/config.ts'
import { isProduction } from '../config/load-config.ts'
import { reads } from '../config/reads.ts'
import { appError } from '../errors.ts'

export interface DatabaseOptions {
  /** The application's folder. */
  root: string
  environment: string
  config: Config['db']
}

/** Folder of the migrations, relative to the root. An application that has it has a database. */
const MIGRATIONS = 'db/migrations'

/** How long an embedded server outlives its last process: longer than a restart of the application takes. */
const LINGER_MS = 10_000

/**
 * The database of an application: the configured one, otherwise, in development and tests, an embedded PostgreSQL below
 * `.arlen/` if the application has migrations.
 */
export class Database {
  readonly #options: DatabaseOptions
  #pg: Pg | undefined
  #stopServer: (() => Promise<void>) | undefined

  constructor(options: DatabaseOptions) {
    this.#options = options
    const { url } = options.config
    if (url) this.#pg = this.#createPg(url)
  }

  /** Whether the application has one, or will have one once it has started. */
  get isExpected(): boolean {
    return this.#pg !== undefined || existsSync(join(this.#options.root, MIGRATIONS))
  }

  /** @throws ArlenError `database_not_configured` */
  get pg(): Pg {
    if (!this.#pg) throw appError('database_not_configured')
    return this.#pg
  }

  /**
   * Starts the embedded server if no other is configured. In development, pending migrations are an error that says how to
   * apply them.
   *
   * @throws ArlenError `database_not_configured`, in production
   */
  async start(): Promise<void> {
    const { environment, config } = this.#options
    let { url } = config
    if (!url) {
      if (isProduction(environment)) throw appError('database_not_configured')
      const server = await startEmbedded({ root: this.#options.root, environment })
      this.#stopServer = () => server.stop()
      url = server.dsn
      this.#pg = this.#createPg(url)
    }
    if (environment === 'development') await this.#refusePending(url)
  }

  #createPg(dsn: string): Pg {
    const { environment, config } = this.#options
    const { url, password, ...settings } = config
    // An embedded server has its own password.
    const given = url && password !== undefined ? { password } : {}
    // A default must not override a setting in the URL, such as its application_name.
    const changed = Object.entries(settings).filter(
      ([name, value]) => value !== POOL_SETTINGS[name as keyof PoolSettings]?.default,
    )
    return createPg({ ...Object.fromEntries(changed), ...given, dsn, debug: !isProduction(environment) })
  }

  async stop(): Promise<void> {
    await this.#pg?.close()
    await this.#stopServer?.()
  }

  async #refusePending(dsn: string): Promise<void> {
    const dir = join(this.#options.root, MIGRATIONS)
    reads(dir, 'source')
    if (!existsSync(dir)) return
    const { migrationStatus } = await import('@arlen/pg/migrations')
    const pending = (await migrationStatus({ dsn, dir })).filter(({ state }) => state === 'pending')
    if (pending.length > 0) throw new PendingMigrations(pending.map(({ version, name }) => `${version}_${name}`))
  }
}

type EmbeddedOptions = Pick<DatabaseOptions, 'root' | 'environment'>

const EMBEDDED_OPTIONS: OptionTable<EmbeddedOptions> = {
  root: option.required(option.text),
  environment: option.required(option.text),
}

/**
 * Starts the embedded PostgreSQL of an application, or joins the running one.
 *
 * @throws ArlenError `option_unknown`, `option_invalid`, and what `startEmbedded()` of `@arlen/pg/embedded` throws
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<{ dsn: string; stop(): Promise<void> }> {
  const { root, environment } = readOptions('startEmbedded()', options, EMBEDDED_OPTIONS)
  const embedded = await import('@arlen/pg/embedded')
  const isDevelopment = environment === 'development'
  const dir = join(root, '.arlen', isDevelopment ? 'postgres' : `postgres-${environment}`)
  return embedded.startEmbedded({ dir, database: 'app', lingerMs: isDevelopment ? LINGER_MS : 0 })
}

class PendingMigrations extends ArlenError {
  readonly diagnostics: readonly Diagnostic[]

  constructor(names: readonly string[]) {
    const count = `${names.length} migration${names.length === 1 ? '' : 's'}`
    super('migrations_pending', `${count} not applied yet: ${names.join(', ')}. Run: arlen migrate`)
    const action = { name: 'migrate', label: `Apply ${count}` }
    this.diagnostics = [{ stage: 'boot', severity: 'error', message: this.message, action }]
  }
}
