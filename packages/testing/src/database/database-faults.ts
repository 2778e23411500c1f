import { createPg, type Pg } from '@arlen/pg'
import { parseDsn } from '@arlen/pg/connection'

/** How long a backend may take to exit. */
const BACKEND_EXIT_MS = 10_000

/** Simulates database failures. Each lasts until {@link restore}, except for killed backends. */
export class DatabaseFaults {
  readonly #url: string
  readonly #name: string
  readonly #undo: (() => Promise<unknown>)[] = []

  constructor(url: string) {
    this.#url = url
    this.#name = parseDsn(url).dbname ?? ''
  }

  /**
   * Ends every connection of the application, as a restart or a failover does, and resolves when their backends are gone.
   *
   * @returns how many there were
   */
  async killBackends(): Promise<number> {
    const rows = await this.#onServer(admin =>
      admin.many<{ ended: boolean }>(
        'select pg_terminate_backend(pid, $2) as ended from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()',
        [this.#name, BACKEND_EXIT_MS],
      ),
    )
    return rows.length
  }

  /** The database accepts no connections, and open ones end. */
  async down(): Promise<void> {
    await this.#onServer(admin =>
      admin.execute(admin.sql`alter database ${admin.sql.id(this.#name)} with allow_connections false`),
    )
    this.#undo.push(() => this.#allow())
    await this.killBackends()
  }

  /** Makes the database available again. */
  async up(): Promise<void> {
    await this.#allow()
  }

  /** Takes every connection that the application's pool may open, and keeps them. */
  async exhaustPool(app: Pg | { readonly db: Pg }): Promise<void> {
    const db = 'db' in app && !('query' in app) ? app.db : (app as Pg)
    const { promise: released, resolve: release } = Promise.withResolvers<void>()
    this.#undo.push(async () => {
      release()
      await Promise.all(held)
    })
    const held: Promise<unknown>[] = []
    const { max, shared } = db.stats()
    for (let taken = shared; taken < max; taken++) {
      const { promise: leased, resolve: got } = Promise.withResolvers<void>()
      held.push(
        db.tx(async () => {
          got()
          await released
        }),
      )
      await leased
    }
  }

  /** Ends all lasting faults. */
  async restore(): Promise<void> {
    for (const undo of this.#undo.splice(0).reverse()) await undo()
  }

  #allow(): Promise<unknown> {
    return this.#onServer(admin =>
      admin.execute(admin.sql`alter database ${admin.sql.id(this.#name)} with allow_connections true`),
    )
  }

  /** Through another database, because this one may be down. */
  async #onServer<T>(work: (admin: Pg) => Promise<T>): Promise<T> {
    const admin = createPg({ dsn: this.#url, database: 'postgres', max: 1 })
    try {
      return await work(admin)
    } finally {
      await admin.close()
    }
  }
}
