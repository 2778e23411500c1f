import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPg, type Pg } from '@arlen/pg'
import { testClusterDsn } from '@arlen/pg/testing'
import { type App, createApp } from 'arlen'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type TestApp, type TestDb, testApp, testDb } from '../src/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'arlen-testdb-'))
const migrations = join(folder, 'db/migrations')
const seed = (db: Pg) => db.query("insert into notes (text) values ('seeded')")
let db: TestDb
let app: App
let t: TestApp

beforeAll(async () => {
  mkdirSync(migrations, { recursive: true })
  writeFileSync(
    join(migrations, '0001_notes.sql'),
    'create table notes (id bigint generated always as identity, text text not null unique);',
  )
  db = await testDb({ migrations, seed })
  app = createApp({ root: folder, environment: 'test', config: { session: { enabled: false }, db: { url: db.url } } })
  app.get('/notes', async c => c.db.many('select id::int, text from notes order by id'))
  app.get('/each', async c => {
    const rows = await c.db.many<{ id: string }>('select id from notes')
    for (const { id } of rows) await c.db.one('select text from notes where id = $1', [id])
    return rows.length
  })
  app.post('/notes', async c =>
    c.db.tx(async tx => tx.one('insert into notes (text) values ($1) returning id::int', [await c.req.text()])),
  )
  t = await testApp(app)
})
afterEach(() => db.rollback())
afterAll(async () => {
  await t.close()
  await db.close()
  rmSync(folder, { recursive: true })
})

const SEEDED = [{ id: 1, text: 'seeded' }]

describe('a transaction for each test', () => {
  test.each([1, 2])('leaves nothing, nor a step of a sequence (%i)', async () => {
    await db.begin(app)
    await t.get('/notes').json('', SEEDED)
    await t.post('/notes').body('mine').json('/id', 2)
    await t.get('/notes').json('/1/text', 'mine')
  })

  test('transactions of the application fail and go on as usual', async () => {
    await db.begin(app)
    await t.post('/notes').body('seeded').status(409)
    await t.post('/notes').body('other').status(200)
  })

  test('a test does not begin before the last one ended', async () => {
    await db.begin(app)
    for (const misspelled of [{ comit: true }, { keeps: [] }] as object[]) {
      await expect(db.begin(app, misspelled)).rejects.toMatchObject({ code: 'option_unknown' })
      await expect(db.truncate(misspelled)).rejects.toMatchObject({ code: 'option_unknown' })
    }
    await expect(db.begin(app)).rejects.toThrow('begin() comes before the rollback()')
  })
})

test('a test that commits is seen by others, and its tables are as before afterwards', async () => {
  await db.begin(app, { commit: true })
  await t.post('/notes').body('for all').json('/id', 2)
  const other = createPg({ dsn: db.url })
  expect(await other.many('select text from notes order by id')).toHaveLength(2)
  await other.close()
  await db.rollback()
  await t.get('/notes').json('', SEEDED)
})

describe('in a transaction that is rolled back', () => {
  beforeEach(() =>
    db.db.execute(
      'alter table notes add column if not exists parent text references notes (text) deferrable initially deferred',
    ),
  )
  const orphan = () => app.db.tx(tx => tx.execute("insert into notes (text, parent) values ('child', 'nobody')"))

  test('deferred constraints are checked where the test says so, else not', async () => {
    await db.begin(app)
    await orphan()
    await expect(app.db.execute('set constraints all immediate')).rejects.toThrow('notes_parent_fkey')
  })

  test('and at each commit of the application where it commits', async () => {
    await db.begin(app, { commit: true })
    await expect(orphan()).rejects.toThrow('notes_parent_fkey')
  })

  test('LISTEN hears nothing, and everything where it commits', async () => {
    const heard: string[] = []
    await using _ = await listenTo('news', payload => void heard.push(payload))
    await db.begin(app)
    await app.db.notify('news', 'rolled back')
    await db.rollback()
    await db.begin(app, { commit: true })
    await app.db.notify('news', 'committed')
    await expect.poll(() => heard).toEqual(['committed'])
  })
})

/** Listens on a connection of its own, as another process would. */
async function listenTo(channel: string, hear: (payload: string) => void): Promise<AsyncDisposable> {
  const other = createPg({ dsn: db.url })
  await other.listen(channel, hear)
  return {
    async [Symbol.asyncDispose]() {
      await other.close()
    },
  }
}

test('queries of a request are counted, and too many fail', async () => {
  const answer = await t.get('/each').maxQueries(2)
  expect(answer.sql.map(({ text }) => text)).toEqual(['select id from notes', 'select text from notes where id = $1'])
  await expect(t.get('/each').maxQueries(1)).rejects.toThrow(
    /The application sent 2 queries, not 1 at most\.(.|\n)*select text from notes/,
  )
})

describe('faults of the database', () => {
  afterEach(() => db.faults.restore())

  test('a killed backend costs one request at most', async () => {
    await t.get('/notes').status(200)
    expect(await db.faults.killBackends()).toBeGreaterThan(0)
    await t.get('/notes')
    await t.get('/notes').status(200)
  })

  test('a database that is down is 503, and its return is noticed', async () => {
    await db.faults.down()
    await t.get('/notes').status(503)
    await db.faults.up()
    await t.get('/notes').status(200)
  })

  test('an exhausted pool is a 503 for requests that lease a connection', async () => {
    await db.faults.exhaustPool(app)
    await t.faults.handlerTimeout(t.post('/notes').body('x'), 100).status(503)
    await db.faults.restore()
    await t.get('/notes').status(200)
  })
})

test('the database of a killed process is removed by the next run', async () => {
  const server = await testClusterDsn()
  const program = join(import.meta.dirname, '../fixtures/own-database.ts')
  const run = () =>
    spawn(process.execPath, ['--conditions=@arlen/source', program, server], { stdio: ['pipe', 'pipe', 'inherit'] })
  const started = async (child: ReturnType<typeof run>) => String((await once(child.stdout!, 'data'))[0]).trim()
  const exists = (name: string) => db.db.maybeOne('select 1 from pg_database where datname = $1', [name]).then(Boolean)
  const killed = run()
  const left = await started(killed)
  expect(await exists(left)).toBe(true)
  killed.kill('SIGKILL')
  await once(killed, 'exit')
  const next = run()
  const own = await started(next)
  expect(await exists(left)).toBe(false)
  expect(await exists(own)).toBe(true)
  next.kill('SIGKILL')
  await once(next, 'exit')
})

test('a test is set up in a fraction of the time that a worker takes (timed)', { retry: 2 }, async () => {
  const started = performance.now()
  const other = await testDb({ migrations, seed })
  const worker = performance.now() - started
  const times: number[] = []
  for (let i = 0; i < 20; i++) {
    const before = performance.now()
    await other.begin()
    times.push(performance.now() - before)
    await other.rollback()
  }
  await other.close()
  // At rest 2 ms to 100 ms.
  expect(times.sort((a, b) => a - b)[10]).toBeLessThan(worker / 4)
})

test('a missing folder is reported', async () => {
  await expect(testDb({ migrations: '/no/such/folder' })).rejects.toThrow(
    'names a folder that does not exist: /no/such/folder',
  )
})
