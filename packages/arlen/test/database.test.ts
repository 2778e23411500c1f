import { channel } from 'node:diagnostics_channel'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate } from '@arlen/pg'
import { createTestDatabase } from '@arlen/pg/testing'
import { SESSION_MIGRATION } from '@arlen/session'
import { describe, expect, test } from 'vitest'
import { type App, type AppOptions, createApp } from '../src/index.ts'
import { serveApp } from './serve-app.ts'

function folder(): string {
  const root = mkdtempSync(join(tmpdir(), 'arlen-database-'))
  mkdirSync(join(root, 'db/migrations'), { recursive: true })
  writeFileSync(join(root, 'db/migrations/0001_things.sql'), '-- up\ncreate table things (id int);\n')
  return root
}

const addRoute = (app: App) =>
  void app.get('/', async c => ({ count: await c.db.value('select count(*)::int from things') }))

describe('the database of an application', () => {
  test('is asked by /readyz, and pending migrations are an error with a button in development', async () => {
    const root = folder()
    await using database = await createTestDatabase()
    const options: AppOptions = { root, environment: 'development', config: { db: { url: database.dsn } } }
    await expect(serveApp(addRoute, options)).rejects.toMatchObject({
      code: 'migrations_pending',
      message: '1 migration not applied yet: 0001_things. Run: arlen migrate',
      diagnostics: [{ stage: 'boot', action: { name: 'migrate', label: 'Apply 1 migration' } }],
    })
    writeFileSync(join(root, 'db/migrations/0002_more.sql'), '-- up\nalter table things add name text;\n')
    await expect(serveApp(addRoute, options)).rejects.toMatchObject({
      message: '2 migrations not applied yet: 0001_things, 0002_more. Run: arlen migrate',
      diagnostics: [{ severity: 'error', action: { label: 'Apply 2 migrations' } }],
    })
    await migrate({ dsn: database.dsn, dir: join(root, 'db/migrations') })
    const served = await serveApp(addRoute, options)
    expect(await (await served.get('/')).json()).toEqual({ count: 0 })
    expect((await served.get('/readyz')).status).toBe(200)
    await served.close()
    rmSync(root, { recursive: true })
  })

  test('may have pending migrations in tests, which migrate as they like', async () => {
    const root = folder()
    await using database = await createTestDatabase()
    const served = await serveApp(addRoute, { root, environment: 'test', config: { db: { url: database.dsn } } })
    expect((await served.get('/readyz')).status).toBe(200)
    await served.close()
    rmSync(root, { recursive: true })
  })

  test('has to be named in production', async () => {
    const root = folder()
    const options: AppOptions = { root, environment: 'production', config: { session: { enabled: false } } }
    await expect(serveApp(addRoute, options)).rejects.toMatchObject({ code: 'database_not_configured' })
    rmSync(root, { recursive: true })
  })

  test('that goes away fails readiness and the requests that need it, and is used again once it is back', async () => {
    await using database = await createTestDatabase()
    const served = await serveApp(app => void app.get('/', async c => ({ one: await c.db.value('select 1') })), {
      config: { db: { url: database.dsn } },
    })
    expect((await served.get('/')).status).toBe(200)
    await served.app.db.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    )
    expect((await served.get('/')).status).toBe(200)
    await served.close()
  })

  test('shows the parameters of a query that failed everywhere but in production', async () => {
    const root = folder()
    await using database = await createTestDatabase()
    for (const environment of ['development', 'test', 'production']) {
      const config = { db: { url: database.dsn }, session: { enabled: false } }
      const { db } = createApp({ root, environment, log: false, config })
      const error = await db.query('select $1::int', ['x']).catch((reason: unknown) => reason)
      const parameters = environment === 'production' ? undefined : ['x']
      expect([environment, (error as { parameters?: unknown }).parameters]).toEqual([environment, parameters])
      await db.close()
    }
    rmSync(root, { recursive: true })
  })

  test('is not listened to any more once the application has stopped', async () => {
    await using database = await createTestDatabase()
    const channels = ['arlen:pg:slow-query', 'arlen:pg:repeated-query'].map(name => channel(name))
    const served = await serveApp(() => undefined, { config: { db: { url: database.dsn } } })
    expect(channels.map(({ hasSubscribers }) => hasSubscribers)).toEqual([true, true])
    await served.close()
    expect(channels.map(({ hasSubscribers }) => hasSubscribers)).toEqual([false, false])
  })

  test('whose queries are slow is logged', async () => {
    await using database = await createTestDatabase()
    const build = (app: App) => void app.get('/', async c => ({ n: await c.db.value('select 1 from pg_sleep(1.1)') }))
    const served = await serveApp(build, { config: { db: { url: database.dsn } } })
    await (await served.get('/')).text()
    await served.close()
    expect(served.log.find(line => line.msg === 'slow query')).toMatchObject({ sql: 'select 1 from pg_sleep(1.1)' })
  })

  test('has every pool option of @arlen/pg in the configuration', async () => {
    await using database = await createTestDatabase()
    const url = new URL(database.dsn)
    const { password } = url
    url.password = 'wrong'
    url.searchParams.set('application_name', 'shop')
    let asked = 0
    const served = await serveApp(
      app => {
        app.get('/settings', c =>
          c.db.one(
            "select current_setting('statement_timeout') as timeout, current_setting('application_name') as name",
          ),
        )
        app.get('/types', c =>
          c.db.one("select 1::int8 as n, '2026-01-02 03:04:05.678901+00'::timestamptz::text as at"),
        )
        app.get('/sold-out', c => c.db.execute("do $$ begin raise exception 'none left'; end $$"))
      },
      {
        config: {
          db: {
            url: url.href,
            password: () => {
              asked++
              return password
            },
            statementTimeoutMs: 1_234,
            types: { int8: 'number' },
            sqlstates: { P0001: { code: 'sold_out', status: 409, detail: 'Sold out.' } },
          },
        },
      },
    )
    expect(await (await served.get('/settings')).json()).toEqual({ timeout: '1234ms', name: 'shop' })
    expect(await (await served.get('/types')).json()).toMatchObject({ n: 1 })
    const soldOut = await served.get('/sold-out', { headers: { accept: 'application/json' } })
    expect([soldOut.status, await soldOut.json()]).toMatchObject([409, { code: 'sold_out', detail: 'Sold out.' }])
    expect(asked).toBeGreaterThan(0)
    await served.close()
  })

  test('refuses an option that does not exist, and names the one that was meant', async () => {
    const config = { db: { statementTimeout: 5 } } as AppOptions['config']
    await expect(serveApp(() => undefined, { config: config! })).rejects.toMatchObject({
      code: 'config_invalid',
      message: expect.stringContaining('did you mean statementTimeoutMs?'),
    })
  })

  test('does not exist without configuration, and c.db says what to do', async () => {
    const served = await serveApp(app => void app.get('/', c => c.db.value('select 1')))
    expect((await served.get('/')).status).toBe(500)
    expect(JSON.stringify(served.log)).toContain('Set DATABASE_URL')
    expect((await served.get('/readyz')).status).toBe(200)
    await served.close()
  })
})

test('a query ends with its request: it is canceled on the server', async () => {
  await using database = await createTestDatabase()
  const { promise: canceled, resolve } = Promise.withResolvers<unknown>()
  const served = await serveApp(
    app =>
      void app.get('/', async c => {
        await c.db.query('select pg_sleep(30)').catch(error => {
          resolve(error)
          throw error
        })
      }),
    { config: { db: { url: database.dsn } } },
  )
  const client = new AbortController()
  const request = served.get('/', { signal: client.signal }).catch(() => undefined)
  const running = async () =>
    served.app.db.value<number>(
      "select count(*)::int from pg_stat_activity where query = 'select pg_sleep(30)' and datname = current_database()",
    )
  await expect.poll(running).toBe(1)
  client.abort()
  await request
  expect(await canceled).toMatchObject({ code: 'query_aborted' })
  await served.close()
})

test('sessions are kept in the database where the configuration says so, and can be ended there', async () => {
  const root = folder()
  writeFileSync(join(root, 'db/migrations/0002_sessions.sql'), `-- up\n${SESSION_MIGRATION}`)
  await using database = await createTestDatabase({ migrations: join(root, 'db/migrations') })
  const served = await serveApp(
    app => {
      app.get('/write', c => c.session.set('long', 'x'.repeat(10_000)))
      app.get('/read', c => ({ long: c.session.get<string>('long')?.length ?? 0 }))
    },
    { root, config: { db: { url: database.dsn }, session: { store: 'database' } } },
  )
  const [cookie = ''] = (await served.get('/write')).headers.getSetCookie()
  expect(cookie.length).toBeLessThan(400)
  const read = async () => (await served.get('/read', { headers: { cookie: cookie.split(';')[0]! } })).json()
  expect(await read()).toEqual({ long: 10_000 })
  await served.app.db.execute('delete from arlen_sessions')
  expect(await read()).toEqual({ long: 0 })
  await served.close()
  rmSync(root, { recursive: true })
})
