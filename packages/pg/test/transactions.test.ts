import { beforeEach, describe, expect, test } from 'vitest'
import { createPg, type Pg } from '../src/index.ts'
import { startFaultProxy } from './fault-proxy.ts'
import { rejection, until } from './helpers.ts'
import { openDatabase } from './open-database.ts'

const { dsn, name, db, admin } = await openDatabase(
  `
  create table counters (id int primary key, n int not null);
  create table late (id int, constraint late_check unique (id) deferrable initially deferred);
  `,
  { max: 4 },
)

beforeEach(async () => {
  await db.execute('truncate counters, late')
  await db.execute('insert into counters select i, 0 from generate_series(1, 4) i')
})

/** Nothing is held, nobody waits. */
async function expectBaseline(pool: Pg): Promise<void> {
  await until(() => {
    const { leased, shared, waiting, total } = pool.stats()
    return leased === shared && waiting === 0 && total <= 4
  })
  expect(await Promise.all(Array.from({ length: 8 }, () => pool.tx(tx => tx.value('select 1'))))).toEqual(
    Array(8).fill(1),
  )
}

describe('a fault at each step leaves the pool as it was', () => {
  test.for([
    ['BEGIN', /BEGIN/, 'connection_lost'],
    ['the body', /select 42/, 'connection_lost'],
    ['COMMIT', /COMMIT/, 'commit_unknown'],
    ['ROLLBACK', /ROLLBACK/, 'mine'],
  ] as const)('when the connection is cut at %s', async ([step, pattern, code]) => {
    await using proxy = await startFaultProxy(dsn)
    await using pool = createPg({ dsn: proxy.dsn, max: 4, sharedConnections: 1 })
    for (let round = 0; round < 5; round++) {
      proxy.cutAt(pattern)
      const error = await rejection(
        pool.tx(async tx => {
          await tx.execute('update counters set n = n + 1 where id = 1')
          await tx.query('select 42')
          if (step === 'ROLLBACK') throw Object.assign(new Error('mine'), { code: 'mine' })
        }),
      )
      expect(error).toMatchObject({ code })
      await expectBaseline(pool)
    }
    expect(await db.value('select n from counters where id = 1')).toBe(0)
  })

  test('when the answer to COMMIT is lost, it says that the outcome is not known, and never runs again', async () => {
    await using proxy = await startFaultProxy(dsn)
    await using pool = createPg({ dsn: proxy.dsn, max: 4 })
    proxy.cutAfter(/COMMIT/)
    let runs = 0
    const work = pool.tx(
      async tx => {
        runs++
        await tx.execute('update counters set n = n + 1 where id = 1')
      },
      { retry: 5 },
    )
    expect(await rejection(work)).toMatchObject({ code: 'commit_unknown', status: 503 })
    expect(runs).toBe(1)
    expect(await db.value('select n from counters where id = 1')).toBe(1)
    await expectBaseline(pool)
  })

  test('when connecting fails', async () => {
    await using proxy = await startFaultProxy(dsn)
    await using pool = createPg({ dsn: proxy.dsn, max: 4 })
    proxy.refuse(true)
    expect(await rejection(pool.tx(tx => tx.query('select 1')))).toMatchObject({ code: 'connect_failed', status: 503 })
    proxy.refuse(false)
    await expectBaseline(pool)
  })

  test('when COMMIT itself is refused by the server', async () => {
    const work = db.tx(tx => tx.execute('insert into late values (1), (1)'))
    expect(await rejection(work)).toMatchObject({ code: 'unique_violation', constraint: 'late_check' })
    await expectBaseline(db)
  })

  test('when the server ends the session in the middle', async () => {
    await using pool = createPg({ dsn, max: 4 })
    const work = pool.tx(async tx => {
      // This session alone: a pooler that the other tests go through would be slow to notice what else had gone.
      await admin.query('select pg_terminate_backend($1, 5000)', [await tx.value('select pg_backend_pid()')])
      await tx.query('select 2')
    })
    expect(await rejection(work)).toMatchObject({ status: 503 })
    await expectBaseline(pool)
  })

  test('when it sits idle for too long', async () => {
    await using pool = createPg({ dsn, max: 4, idleInTransactionTimeoutMs: 500 })
    const work = pool.tx(async tx => {
      const pid = await tx.value('select pg_backend_pid()')
      await until(
        async () => (await admin.query('select 1 from pg_stat_activity where pid = $1', [pid])).rowCount === 0,
      )
      await tx.query('select 2')
    })
    expect(await rejection(work)).toMatchObject({
      status: 503,
      message: expect.stringContaining('idle-in-transaction timeout'),
    })
    await expectBaseline(pool)
  })
})

describe('misuse', () => {
  test('a forgotten await rolls everything back and rejects, and the process lives', async () => {
    const work = db.tx(async tx => {
      await tx.execute('update counters set n = 7 where id = 1')
      void tx.execute('update counters set n = 8 where id = 2')
    })
    expect(await rejection(work)).toMatchObject({
      code: 'transaction_unawaited',
      message: expect.stringContaining('n = 8'),
    })
    expect(await db.many('select n from counters where n > 0')).toEqual([])
    const failing = db.tx(async tx => {
      void tx.execute('select 1 / 0')
      void tx.execute('insert into counters (id, n) values ($1, $2)', [[1], 2] as never)
    })
    expect(await rejection(failing)).toMatchObject({ code: 'transaction_unawaited' })
    await expectBaseline(db)
  })

  test('BEGIN, COMMIT and the like go through tx() alone', async () => {
    for (const text of ['begin', ' -- x\n/* y */ START TRANSACTION', 'commit', 'rollback to a', 'savepoint a', 'end']) {
      expect(await rejection(db.query(text as string))).toMatchObject({ code: 'transaction_control' })
      expect(await rejection(db.tx(tx => tx.query(text as string)))).toMatchObject({ code: 'transaction_control' })
    }
    expect(await db.value("select 'begin'")).toBe('begin')
    await expectBaseline(db)
  })

  test('a nested one in a transaction that has failed says so, and not that its savepoint is missing', async () => {
    const work = db.tx(async tx => {
      await tx.query('select 1 / 0').catch(() => undefined)
      await tx.tx(inner => inner.query('select 1'))
    })
    expect(await rejection(work)).toMatchObject({ code: 'in_failed_sql_transaction', name: 'DatabaseError' })
    await expectBaseline(db)
  })

  test('a query after the end is refused', async () => {
    const kept = await db.tx(tx => tx)
    expect(await rejection(kept.query('select 1'))).toMatchObject({ code: 'transaction_finished' })
    await expectBaseline(db)
  })

  test('a caught failure does not pass for a commit', async () => {
    const work = db.tx(async tx => {
      await tx.execute('update counters set n = 9 where id = 1')
      await tx.query('select 1 / 0').catch(() => undefined)
    })
    expect(await rejection(work)).toMatchObject({
      code: 'transaction_rolled_back',
      cause: { code: 'division_by_zero' },
    })
    expect(await db.value('select n from counters where id = 1')).toBe(0)
  })

  test('a query on the pool inside a transaction names both places', async () => {
    const work = db.tx(() => db.query('select 1'))
    const error = (await rejection(work)) as Error
    expect(error).toMatchObject({ code: 'transaction_bypassed' })
    expect(error.message.match(/transactions\.test\.ts:\d+:\d+/g)).toHaveLength(2)
    expect(await rejection(db.tx(() => db.tx(() => 1)))).toMatchObject({ code: 'transaction_bypassed' })
  })

  test('work that a transaction leaves for later does not run inside it', async () => {
    const later = Promise.withResolvers<void>()
    let work: Promise<unknown> | undefined
    await db.tx(async tx => {
      await tx.query('select 1')
      work = later.promise.then(() => db.value('select 2'))
    })
    later.resolve()
    expect(await work).toBe(2)
  })

  test('and passes where it is meant, or in production', async () => {
    await using two = createPg({ dsn, max: 2 }) // it takes a second connection
    expect(await two.tx(() => two.value('select 1', [], { outsideTransaction: true }))).toBe(1)
    await using production = createPg({ dsn, debug: false })
    expect(await production.tx(() => production.value('select 1'))).toBe(1)
  })

  test('the outer transaction cannot be used while a nested one is open', async () => {
    const work = db.tx(async tx => {
      await tx.tx(async () => {
        await tx.query('select 1')
      })
    })
    expect(await rejection(work)).toMatchObject({ code: 'transaction_nested' })
    const both = db.tx(async tx => {
      await Promise.all([tx.tx(inner => inner.query('select 1')), tx.tx(inner => inner.query('select 1'))])
    })
    expect(await rejection(both)).toMatchObject({ code: 'transaction_nested' })
    await expectBaseline(db)
  })
})

describe('nesting', () => {
  test('undoes what the inner did and keeps what the outer did, at any depth', async () => {
    await db.tx(async tx => {
      await tx.execute('update counters set n = 1 where id = 1')
      await tx.tx(async two => {
        await two.execute('update counters set n = 2 where id = 2')
        await rejection(
          two.tx(async three => {
            await three.execute('update counters set n = 3 where id = 3')
            throw new Error('no')
          }),
        )
        expect(await two.value('select n from counters where id = 3')).toBe(0)
      })
    })
    expect(await db.many('select id, n from counters where n > 0 order by id')).toEqual([
      { id: 1, n: 1 },
      { id: 2, n: 2 },
    ])
  })

  test('a failure inside that the callback has caught undoes the inner', async () => {
    await db.tx(async tx => {
      const inner = tx.tx(async two => {
        await two.execute('update counters set n = 5 where id = 1')
        await two.query('select 1 / 0').catch(() => undefined)
      })
      expect(await rejection(inner)).toMatchObject({ code: 'transaction_rolled_back' })
      await tx.execute('update counters set n = 6 where id = 2')
    })
    expect(await db.many('select id, n from counters where n > 0')).toEqual([{ id: 2, n: 6 }])
  })
})

describe('options', () => {
  test('reach the server', async () => {
    const settings = await db.tx(
      tx =>
        tx.one(`select current_setting('transaction_isolation') as isolation,
          current_setting('transaction_read_only') as "readOnly", current_setting('transaction_deferrable') as deferrable`),
      { isolation: 'serializable', readOnly: true, deferrable: true },
    )
    expect(settings).toEqual({ isolation: 'serializable', readOnly: 'on', deferrable: 'on' })
    const write = db.tx(tx => tx.execute('delete from counters'), { readOnly: true })
    expect(await rejection(write)).toMatchObject({ code: 'read_only_sql_transaction' })
  })

  test('an isolation that does not exist is refused before anything is sent', async () => {
    const work = db.tx(() => 1, { isolation: 'serializable; drop table counters' as never })
    expect(await rejection(work)).toMatchObject({
      code: 'option_invalid',
      message: expect.stringMatching(/tx\(\).*isolation must be "read committed", "repeatable read" or "serializable"/),
    })
  })

  test('sixteen serializable counters that retry end at the exact sum', async () => {
    await using pool = createPg({ dsn, max: 16 })
    const bump = () =>
      pool.tx(
        async tx => {
          const n = await tx.value<number>('select n from counters where id = 1')
          await tx.execute('update counters set n = $1 where id = 1', [n + 1])
        },
        { isolation: 'serializable', retry: 200 },
      )
    await Promise.all(
      Array.from({ length: 16 }, async () => {
        for (let i = 0; i < 5; i++) await bump()
      }),
    )
    expect(await db.value('select n from counters where id = 1')).toBe(80)
  })

  test('a deadlock is retried, other failures are not', async () => {
    await using pool = createPg({ dsn, max: 4 })
    await admin.query(`alter database ${name} set deadlock_timeout = '20ms'`)
    let runs = 0
    let locked = 0
    const both = Promise.withResolvers<void>()
    const cross = (first: number, second: number) =>
      pool.tx(
        async tx => {
          runs++
          await tx.execute('update counters set n = n + 1 where id = $1', [first])
          if (++locked === 2) both.resolve()
          await both.promise // each has what the other will want
          await tx.execute('update counters set n = n + 1 where id = $1', [second])
        },
        { retry: 10 },
      )
    await Promise.all([cross(1, 2), cross(2, 1)])
    expect(await db.many('select n from counters where id in (1, 2)')).toEqual([{ n: 2 }, { n: 2 }])
    expect(runs).toBeGreaterThan(2)
    runs = 0
    const failing = pool.tx(
      async tx => {
        runs++
        await tx.query('select 1 / 0')
      },
      { retry: 10 },
    )
    expect(await rejection(failing)).toMatchObject({ code: 'division_by_zero' })
    expect(runs).toBe(1)
  })
})
