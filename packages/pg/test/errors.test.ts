import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { toProblem } from '@arlen/core'
import { afterAll, describe, expect, test } from 'vitest'
import { openClient } from '../src/connection/strings.ts'
import {
  createPg,
  DatabaseError,
  isDatabaseError,
  migrate,
  type Pg,
  type QueryEvent,
  type RepeatedQueryEvent,
  sql,
} from '../src/index.ts'
import { startFaultProxy } from './fault-proxy.ts'
import { rejection, until } from './helpers.ts'
import { openDatabase } from './open-database.ts'

const { dsn, db } = await openDatabase(
  `
  create table people (id int primary key, email text unique, age int check (age > 0), boss int references people);
  insert into people values (1, 'a@example.com', 5);
  `,
  { debug: true },
)
const production = createPg({ dsn, debug: false })
afterAll(() => production.close())

describe('an error from the server', () => {
  test('has its SQLSTATE, its constraint and table, and becomes an answer', async () => {
    const error = (await rejection(
      db.execute('insert into people values ($1, $2, $3)', [2, 'a@example.com', 7]),
    )) as DatabaseError
    expect(error).toBeInstanceOf(DatabaseError)
    expect(error).toMatchObject({
      code: 'unique_violation',
      sqlstate: '23505',
      status: 409,
      constraint: 'people_email_key',
      table: 'people',
      schema: 'public',
      retryable: false,
    })
    expect(isDatabaseError(error, 'unique_violation')).toBe(true)
    expect(isDatabaseError(error, 'check_violation')).toBe(false)
    const problem = toProblem(error, 'id')
    expect(problem).toMatchObject({ status: 409, code: 'unique_violation', detail: 'This exists already.' })
    expect(JSON.stringify(problem)).not.toMatch(/people|email|23505/)
  })

  test.for([
    ['insert into people values (2, null, 0)', 'check_violation', 422],
    ['insert into people values (2, null, 1, 99)', 'foreign_key_violation', 409],
    ['insert into people values (null)', 'not_null_violation', 500],
    ["select 'x'::int", 'invalid_text_representation', 500],
    ['select 1 / 0', 'division_by_zero', 500],
    ['select * from missing', 'undefined_table', 500],
    ['selct', 'syntax_error', 500],
  ] as const)('%s is %s', async ([text, code, status]) => {
    expect(await rejection(db.query(text))).toMatchObject({ code, status })
  })

  test.for([
    ['select $1::text', 'text_with_nul'],
    ['select $1::jsonb', 'untranslatable_character'],
  ] as const)('NUL, which only users send, is no fault of the program: %s is %s', async ([text, code]) => {
    const value = text.includes('jsonb') ? JSON.stringify({ a: '\0' }) : 'a\0'
    expect(await rejection(db.query(text, [value]))).toMatchObject({ code, status: 422 })
  })

  test('can be given other codes and statuses', async () => {
    await using own = createPg({
      dsn,
      sqlstates: { P0001: { code: 'sold_out', status: 409, detail: 'Sold out.' } },
    })
    const error = await rejection(own.query("do $$ begin raise 'no more'; end $$"))
    expect(error).toMatchObject({ code: 'sold_out', status: 409, detail: 'Sold out.' })
  })

  test('shows the place in the SQL', async () => {
    const error = (await rejection(db.query('select id,\n  nme\nfrom people'))) as DatabaseError
    expect(error.message).toContain('> 2 |   nme\n    |   ^\n')
    expect(error).toMatchObject({ position: 14, query: 'select id,\n  nme\nfrom people' })
  })
})

describe('where it happened', () => {
  test.for([
    ['development', () => db],
    ['production', () => production],
  ] as const)('is in the stack, in %s', async ([, pool]) => {
    const each = [
      () => pool().query('selct'),
      () => pool().one(sql`select ${1}::int where false`),
      () => pool().value('selct', [], { isolated: true }),
      () => pool().tx(tx => tx.query('selct')),
    ]
    for (const run of each) {
      const error = (await rejection(
        (async () => {
          await run()
        })(),
      )) as Error
      expect(error.stack).toMatch(/errors\.test\.ts:\d+:\d+/)
    }
  })

  test('is named by the query name, if it has one', async () => {
    const error = (await rejection(db.query('selct', [], { name: 'people-by-id' }))) as DatabaseError
    expect(error.queryName).toBe('people-by-id')
    expect(error.message).toContain('in query people-by-id')
  })
})

describe('data', () => {
  const insert = (pool: Pg) => rejection(pool.execute('insert into people values ($1, $2)', [1, 'secret@example.com']))

  test('is shown in development', async () => {
    const error = (await insert(db)) as DatabaseError
    expect(error.parameters).toEqual([1, 'secret@example.com'])
    expect(error.message).toContain('Key (id)=(1) already exists.')
  })

  test('stays out of errors in production', async () => {
    const error = (await insert(production)) as DatabaseError
    expect(error.parameters).toBeUndefined()
    expect(`${error.message} ${error.stack} ${JSON.stringify(error)}`).not.toMatch(/secret|Key \(id\)/)
  })
})

describe('a server that cannot be reached is an error of one line:', () => {
  const url = (change: (url: URL) => unknown) => {
    const changed = new URL(dsn)
    change(changed)
    return changed.href
  }
  test.for<[string, () => string, RegExp]>([
    [
      'a wrong password',
      () => url(u => Object.assign(u, { password: 'wrong-secret' })),
      /the password is wrong.*\(28P01\)/,
    ],
    [
      'a missing password',
      () => url(u => Object.assign(u, { password: '' })),
      /asks for a password, and none is given/,
    ],
    [
      'a missing database',
      () => url(u => Object.assign(u, { pathname: '/missing' })),
      /missing: the database does not exist.*\(3D000\)/,
    ],
    [
      'a server that is down',
      () => 'postgres://u:wrong-secret@127.0.0.1:1/x',
      /u@127\.0\.0\.1:1\/x: nothing listens there.*\(ECONNREFUSED\)/,
    ],
    ['an unknown host', () => 'postgres://u@no-such-host.invalid/x', /no-such-host\.invalid:5432\/x: /],
    ['a socket that is not there', () => 'postgres://u@/x?host=/no/such/folder', /the socket does not exist/],
  ])('%s', async ([, dsn, expected]) => {
    await using pool = createPg(dsn())
    const error = (await rejection(pool.query('select 1'))) as Error & { detail: string; remedy: string }
    expect(error).toMatchObject({ code: 'connect_failed', status: 503 })
    expect([error.message.endsWith(` ${error.remedy}`), error.remedy]).toEqual([
      true,
      expect.stringMatching(/^(?:Check|Create|Put)/),
    ])
    expect(error.message).toMatch(expected)
    expect(error.message).not.toContain('\n')
    expect(error.message).not.toContain('wrong-secret')
    expect(error.detail).toBe('The database cannot be reached.')
  })

  test('and leaves no connection open', async () => {
    await using proxy = await startFaultProxy(dsn)
    const through = (password: string) => {
      const url = new URL(proxy.dsn)
      return Object.assign(url, { password }).href
    }
    const throws = () => {
      throw new Error('the vault is closed')
    }
    await using late = createPg({ dsn: through(''), password: throws })
    await using without = createPg(through(''))
    for (const attempt of [
      () => without.query('select 1'),
      () => without.listen('news', () => undefined),
      () => late.query('select 1'),
      () => openClient(through('')),
      () => openClient(through('wrong')),
      () => migrate({ dsn: through(''), dir: import.meta.dirname }),
    ]) {
      expect(await rejection(attempt())).toMatchObject({ code: 'connect_failed' })
      await until(() => proxy.open === 0, 10_000) // the server itself gives up after a minute
    }
    expect(proxy.asked).toBe(6)
  })

  test('no answer', async () => {
    await using proxy = await startFaultProxy(dsn)
    proxy.blackHole()
    await using pool = createPg({ dsn: proxy.dsn, connectTimeoutMs: 100 })
    expect(await rejection(pool.query('select 1'))).toMatchObject({
      code: 'connect_failed',
      message: expect.stringContaining('no answer'),
    })
  })

  test.for([
    ['postgres://u:secret@h/d?sslmod=verify-full', /the parameter sslmod; known are/],
    ['postgres://u:secret@h/d?sslmode=verify', /sslmode is one of/],
    ['postgres://u:secret@h/d?schema=shop', /options=-csearch_path/],
  ] as const)('%s', ([dsn, reason]) => {
    expect(() => createPg(dsn)).toThrow(reason)
    expect(() => createPg(dsn)).not.toThrow(/secret/)
  })

  test('a server that offers no TLS where the URL demands it', async () => {
    await using pool = createPg(url(u => u.searchParams.set('sslmode', 'require')))
    expect(await rejection(pool.query('select 1'))).toMatchObject({
      code: 'connect_failed',
      message: expect.stringContaining('sslmode=disable'),
    })
  })

  test.for([['not a url'], ['mysql://u@h/d'], ['postgres://u:secret@h:notaport/d']])('%s', ([dsn]) => {
    expect(() => createPg(dsn!)).toThrow(expect.objectContaining({ code: 'dsn_invalid' }))
    expect(() => createPg(dsn!)).not.toThrow(/secret/)
  })

  test('an option out of range', () => {
    expect(() => createPg({ dsn, max: 0 })).toThrow(expect.objectContaining({ code: 'option_invalid' }))
    expect(() => createPg({ dsn, acquireTimeoutMs: 1.5 })).toThrow(/acquireTimeoutMs must be .* not 1\.5/)
    expect(() => createPg({ dsn, acquireTimeoutMs: 2 ** 31 })).toThrow(/2147483647/)
    expect(() => createPg({ dsn, port: 0 })).toThrow(/port must be a whole number from 1 to 65535/)
  })
})

test('a URL carries settings of the session, and how long connecting may take', async () => {
  const url = new URL(dsn)
  url.search = '?options=-csearch_path%3Dpg_catalog%20-cdatestyle%3DSQL&connect_timeout=7&application_name=till'
  await using pool = createPg(`${url.href}\n`)
  expect(await pool.value('show search_path')).toBe('pg_catalog')
  expect(await pool.value('show datestyle')).toMatch(/^ISO/) // what the parsers read is not for change
  expect(await pool.value('show statement_timeout')).toBe('30s')
  expect(await pool.value('show application_name')).toBe('till')
})

test('an error of the program is not mistaken for a lost connection', async () => {
  await using pool = createPg({
    dsn,
    types: {
      custom: {
        600: () => {
          throw new TypeError('no such point')
        },
      },
    },
  })
  expect(await rejection(pool.query("select '(1,2)'::point"))).toBeInstanceOf(TypeError)
  const source = (function* () {
    yield 'x\n'
    throw new RangeError('the disk is gone')
  })()
  await pool.execute('create table copied (a text)')
  expect(await rejection(pool.copyFrom('copy copied from stdin', source))).toBeInstanceOf(RangeError)
  expect(await rejection(pool.query('select $1::int + $2::int', [1]))).toMatchObject({
    code: 'protocol_violation',
    status: 500,
    retryable: false,
  })
  expect(await pool.value('select 1')).toBe(1)
})

describe('observation', () => {
  async function observe<T>(name: string, run: () => Promise<unknown>): Promise<T[]> {
    const events: T[] = []
    const take = (event: unknown) => events.push(event as T)
    subscribe(name, take)
    try {
      await run()
    } finally {
      unsubscribe(name, take)
    }
    return events
  }

  test('every query is published, successful or not', async () => {
    const events = await observe<QueryEvent>('arlen:pg:query', async () => {
      await db.query('select generate_series(1, 3)', [], { name: 'three' })
      await rejection(db.query('selct'))
      await db.tx(tx => tx.value('select 1'))
      await db.value('select 2', [], { isolated: true })
    })
    expect(events.map(event => event.text)).toEqual(['select generate_series(1, 3)', 'selct', 'select 1', 'select 2'])
    expect(events[0]).toMatchObject({
      name: 'three',
      rowCount: 3,
      error: undefined,
      caller: expect.stringMatching(/errors\.test\.ts:/),
    })
    expect(events[1]?.error).toMatchObject({ code: 'syntax_error' })
    for (const event of events) expect(event.durationMs).toBeGreaterThan(0)
  })

  test('one that was given up took as long as its caller waited, and one that was refused took no time', async () => {
    const begun = performance.now()
    await using full = createPg({ dsn, max: 1, maxWaiting: 1 })
    const events = await observe<QueryEvent>('arlen:pg:query', async () => {
      await rejection(db.query('select pg_sleep(60)', [], { timeoutMs: 30 }))
      const outside = { outsideTransaction: true }
      const queued = await full.tx(async () => {
        const waiting = full.query('select 2', [], outside)
        await rejection(full.query('select 3', [], outside))
        return [waiting] // not awaited in here, where it would wait for itself
      })
      await Promise.all(queued)
    })
    expect(events.map(event => event.text)).toEqual(['select pg_sleep(60)', 'select 3', 'select 2'])
    expect(events.map(({ error }) => (error as { code?: string } | undefined)?.code)).toEqual([
      'query_timeout',
      'pool_queue_full',
      undefined,
    ])
    expect(events[0]?.durationMs).toBeGreaterThanOrEqual(29)
    expect(events[0]?.durationMs).toBeLessThan(10_000)
    expect(events[1]?.durationMs).toBeLessThan(begun)
  })

  test('a slow query is published as slow', async () => {
    await using slow = createPg({ dsn, slowQueryMs: 20 })
    const events = await observe<QueryEvent>('arlen:pg:slow-query', async () => {
      await slow.query('select 1 from pg_sleep(0.03)')
      await slow.query('select pg_backend_pid()')
    })
    expect(events.map(event => event.text)).toContain('select 1 from pg_sleep(0.03)')
  })

  test('a query repeated in one request is published once, with its line', async () => {
    const events = await observe<RepeatedQueryEvent>('arlen:pg:repeated-query', async () => {
      const scope = db.scope()
      for (let i = 0; i < 25; i++) await scope.query('select * from people where id = $1', [i])
      const other = db.scope()
      for (let i = 0; i < 5; i++) await other.query('select * from people where id = $1', [i])
    })
    expect(events).toMatchObject([
      { text: 'select * from people where id = $1', count: 10, caller: expect.stringMatching(/errors\.test\.ts:\d+/) },
    ])
  })
})
