import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { createPg, type Pg } from '@arlen/pg'
import { beginRollback, createTestDatabase, type Rollback, truncateAll } from '@arlen/pg/testing'
import { testingError } from '../errors.ts'
import { DatabaseFaults } from './database-faults.ts'
import { readSequences, restoreSequences, type Sequences } from './sequences.ts'

/** Options of {@link testDb}. */
export interface TestDbOptions {
  /** The server. Default: `TEST_DATABASE_URL`, else an embedded PostgreSQL, shared by all workers and runs. */
  url?: string
  /** Folder of the initial migrations. Default: `db/migrations` if it exists. */
  migrations?: string
  /** Additional data for every test. Runs once for all workers, on the template, and again after a test that commits. */
  seed?: (db: Pg) => Promise<unknown>
  /** The version of the seed, for changes that its own text does not show, such as those of imported modules. */
  seedKey?: string
}

/** How a test ends its work in the database. */
export interface BeginOptions {
  /**
   * The test commits: LISTEN, several connections, deferred constraints. Its tables are emptied afterwards. Default false.
   */
  commit?: boolean
  /** Tables that are not emptied, for the rows that migrations insert. Default: none. */
  keep?: readonly string[]
}

const BEGIN_OPTIONS: OptionTable<BeginOptions> = { commit: option.boolean, keep: option.listOf(option.string) }

/** An application with a database: an Arlen application, or an object with its `Pg`. */
export type WithDatabase = Pg | { readonly db: Pg }

/** The database of one test worker. */
export class TestDb implements AsyncDisposable {
  /** Its URL, for the configuration of the application. */
  readonly url: string
  /** A client of it. */
  readonly db: Pg
  readonly faults: DatabaseFaults
  readonly #drop: () => Promise<void>
  readonly #seed: TestDbOptions['seed']
  #end: (() => Promise<void>) | undefined

  constructor(url: string, drop: () => Promise<void>, seed: TestDbOptions['seed']) {
    this.url = url
    this.db = createPg({ dsn: url })
    this.faults = new DatabaseFaults(url)
    this.#drop = drop
    this.#seed = seed
  }

  /**
   * Begins a test: everything that the application (or this client) does from now on is undone by {@link rollback},
   * including its sequences. Meanwhile, the application's transactions are savepoints, `now()` stands still, deferred
   * constraints are not checked and notifications are not delivered, unless the test commits.
   *
   * @throws ArlenError `option_invalid` if the previous test has not ended
   */
  async begin(app?: WithDatabase, options: BeginOptions = {}): Promise<void> {
    const { commit = false, keep = [] } = readOptions('begin()', options, BEGIN_OPTIONS)
    if (this.#end)
      throw testingError('option_invalid', {
        name: 'begin()',
        problem: 'comes before the rollback() of the test before.',
      })
    const db = app === undefined ? this.db : 'db' in app && !('query' in app) ? app.db : (app as Pg)
    const sequences = await readSequences(this.db)
    if (commit) {
      this.#end = () => this.#empty(keep, sequences)
      return
    }
    const rollback: Rollback = await beginRollback(db)
    this.#end = async () => {
      await rollback.rollback()
      await restoreSequences(this.db, sequences)
    }
  }

  /** Ends a test: none of its effects remain. */
  async rollback(): Promise<void> {
    const end = this.#end
    this.#end = undefined
    await end?.()
  }

  /** Empties all tables except the named ones, restarts their sequences, and seeds again. */
  async truncate(options: { keep?: readonly string[] } = {}): Promise<void> {
    const { keep = [] } = readOptions('truncate()', options, { keep: BEGIN_OPTIONS.keep })
    await truncateAll(this.db, { except: keep })
    await this.#seed?.(this.db)
  }

  /** Closes and drops the database. */
  async close(): Promise<void> {
    await this.rollback()
    await this.faults.restore()
    await this.db.close()
    await this.#drop()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #empty(keep: readonly string[], sequences: Sequences): Promise<void> {
    await this.truncate({ keep })
    await restoreSequences(this.db, sequences)
  }
}

const OPTIONS: OptionTable<TestDbOptions> = {
  url: option.text,
  migrations: option.text,
  seed: option.func,
  seedKey: option.string,
}

/**
 * Creates a database for this test worker, copied from a template that is migrated and seeded once, and recreated when the
 * migrations change. Leftovers of a killed run are removed by the next one.
 *
 * ```ts
 * const db = await testDb()
 * const app = createShop({ config: { db: { url: db.url } } })
 * beforeEach(() => db.begin(app))
 * afterEach(() => db.rollback())
 * ```
 *
 * @throws ArlenError `option_unknown`, `option_invalid`, and what the migrations and the seed throw
 */
export async function testDb(given: TestDbOptions = {}): Promise<TestDb> {
  const options = readOptions('testDb()', given, OPTIONS)
  const { url, seed, seedKey = '' } = options
  const folder = resolve(options.migrations ?? 'db/migrations')
  if (options.migrations !== undefined && !existsSync(folder)) {
    throw testingError('option_invalid', {
      name: 'migrations',
      problem: `names a folder that does not exist: ${folder}`,
    })
  }
  const { dsn, drop } = await createTestDatabase({
    ...(url !== undefined && { dsn: url }),
    ...(existsSync(folder) && { migrations: folder }),
    ...(seed && { prepare: dsn => seedTemplate(dsn, seed), key: `${seedKey}\n${seed}` }),
  })
  return new TestDb(dsn, drop, seed)
}

async function seedTemplate(dsn: string, seed: NonNullable<TestDbOptions['seed']>): Promise<void> {
  const db = createPg({ dsn })
  try {
    await seed(db)
  } finally {
    await db.close()
  }
}
