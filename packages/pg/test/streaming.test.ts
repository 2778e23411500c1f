import { Readable } from 'node:stream'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { copyRows, createPg } from '../src/index.ts'
import { poolOptions, readAll, rejection, terminateOthers, until } from './helpers.ts'
import { openDatabase } from './open-database.ts'

const { dsn, db, admin } = await openDatabase('create table t (id int primary key, v text)', { max: 3 })

/** Nothing is held once a stream is over. */
const released = () => until(() => db.stats().leased === db.stats().shared)

describe('stream', () => {
  test('gives every row once, in order, whatever the size of a batch', async () => {
    for (const batch of [1, 3, 10, 11, 500]) {
      const rows = await readAll(
        db.stream<{ n: number }>('select n from generate_series(1, $1::int) n', [10], { batch }),
      )
      expect(rows.map(row => row.n)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    }
    expect(await readAll(db.stream('select 1 where false'))).toEqual([])
    await released()
  })

  test('ends where a batch does, and at its last row in the transaction it runs in', async () => {
    await db.tx(async tx => {
      for (const batch of [1, 2, 3, 6, 7]) {
        const rows = await readAll(tx.stream<{ n: number }>('select n from generate_series(1, 6) n', [], { batch }))
        expect(rows.map(row => row.n)).toEqual([1, 2, 3, 4, 5, 6])
        const made = await readAll(
          tx.stream<{ id: number }>('insert into t (id) values (1), (2), (3) returning id', [], { batch }),
        )
        expect(made.map(row => row.id)).toEqual([1, 2, 3])
        expect(await tx.execute('delete from t')).toBe(3)
      }
      expect(await readAll(tx.stream('show work_mem', [], { batch: 1 }))).toHaveLength(1)
      const plan = tx.stream('explain select * from t join generate_series(1, 3) n on n = t.id', [], { batch: 2 })
      expect((await readAll(plan)).length).toBeGreaterThan(2)
      for await (const _ of tx.stream('select * from t')) break
      await readAll(tx.stream('select * from t'))
      await tx.execute('truncate t') // which PostgreSQL refuses while a query of this session has the table open
    })
  })

  test('refuses a batch that would be everything at once', async () => {
    for (const batch of [0, -1, 1.5, Number.NaN]) {
      expect(await rejection(readAll(db.stream('select 1', [], { batch })))).toMatchObject({ code: 'option_invalid' })
    }
  })

  test('ends early without fuss', async () => {
    for await (const row of db.stream<{ n: number }>('select n from generate_series(1, 1000000) n', [], {
      batch: 10,
    })) {
      if (row.n === 15) break
    }
    await released()
    const fails = async () => {
      for await (const _ of db.stream('select generate_series(1, 100)')) throw new Error('mine')
    }
    expect(await rejection(fails())).toMatchObject({ message: 'mine' })
    await released()
    expect(await db.tx(tx => tx.value('select 1'))).toBe(1)
  })

  test('reports a failure at the start and on the way', async () => {
    expect(await rejection(readAll(db.stream('selct')))).toMatchObject({ code: 'syntax_error' })
    const seen: unknown[] = []
    const work = async () => {
      for await (const row of db.stream('select 10 / (5 - n) as x from generate_series(1, 9) n', [], { batch: 2 })) {
        seen.push(row)
      }
    }
    expect(await rejection(work())).toMatchObject({ code: 'division_by_zero' })
    expect(seen.length).toBeLessThanOrEqual(4)
    await released()
  })

  test('other queries of the transaction may come in between', async () => {
    await db.tx(async tx => {
      await tx.execute("insert into t select i, 'x' from generate_series(1, 30) i")
      for await (const row of tx.stream<{ id: number }>('select id from t order by id', [], { batch: 4 })) {
        await tx.execute('update t set v = $2 where id = $1', [row.id, `row ${row.id}`])
      }
      expect(await tx.value("select count(*) from t where v = 'row ' || id")).toBe(30n)
      await tx.execute('delete from t')
    })
  })

  test('checks rows', async () => {
    const row = v.object({ n: v.pipe(v.number(), v.maxValue(5)) })
    const stream = db.stream('select generate_series(1, 6) as n', [], { row, batch: 2 })
    expect(await rejection(readAll(stream))).toMatchObject({ code: 'row_invalid' })
    expect(await db.many('select 1 as n', [], { row })).toEqual([{ n: 1 }])
    expect(await rejection(db.one("select 'x' as n", [], { row }))).toMatchObject({
      code: 'row_invalid',
      message: expect.stringMatching(/Row 1 .*n: /),
    })
  })

  test('ends with its signal, and when the connection is lost', async () => {
    const stop = new AbortController()
    const aborted = async () => {
      for await (const _ of db.stream('select generate_series(1, 1000000)', [], { signal: stop.signal })) stop.abort()
    }
    expect(await rejection(aborted())).toMatchObject({ code: 'query_aborted' })
    const lost = async () => {
      for await (const _ of db.stream('select generate_series(1, 1000000)', [], { batch: 5 }))
        await terminateOthers(admin)
    }
    expect(await rejection(lost())).toMatchObject({ status: 503 })
    await released()
  })

  test.each([{ batch: 200 }, {}])('a hundred thousand rows take no more memory than a few: %o', async options => {
    const query = 'select n, repeat(md5(n::text), 8) as pad from generate_series(1, 100000) n' // 25 MB
    let rows = 0
    let peak = 0
    const before = process.memoryUsage().heapUsed
    for await (const _ of db.stream(query, [], options)) {
      if (++rows % 20_000 === 0) {
        globalThis.gc?.()
        peak = Math.max(peak, process.memoryUsage().heapUsed - before)
      }
    }
    expect(rows).toBe(100_000)
    expect(peak).toBeLessThan(60 * 2 ** 20)
  })
})

describe('copyFrom', () => {
  test('text may be cut anywhere, but not be malformed', async () => {
    const text = '1\ta😀b\n'
    expect(await db.copyFrom('copy t from stdin', text.split(''))).toBe(1)
    expect(await db.value('select v from t where id = 1')).toBe('a😀b')
    for (const bad of ['2\t\ud83d\n', '2\t\ude00\n', `2\t${'x'.repeat(40_000)}\ud83d`]) {
      expect(await rejection(db.copyFrom('copy t from stdin', [bad]))).toMatchObject({ code: 'text_malformed' })
    }
    await db.execute('truncate t')
  })

  test.each(['at once', 'asynchronously'])(
    'a source that gives %s is left when the server refuses the data',
    async kind => {
      const line = `x\t${'y'.repeat(60_000)}\n`
      const most = 3_000
      let given = 0
      let isLeft = false
      function* lines() {
        try {
          for (; given < most; given++) yield line
        } finally {
          isLeft = true
        }
      }
      async function* later() {
        yield* lines()
      }
      const source = kind === 'at once' ? lines() : later()
      expect(await rejection(db.copyFrom('copy t from stdin', source))).toMatchObject({ sqlstate: '22P02' })
      await until(() => isLeft)
      expect(given).toBeLessThan(most)
    },
  )

  test('data from a slow source is sent while the rest is awaited', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    async function* source() {
      yield 'x\tnot a number\n'
      await promise
    }
    // The server has seen the line, or it would have nothing against it yet.
    expect(await rejection(db.copyFrom('copy t from stdin', source()))).toMatchObject({ sqlstate: '22P02' })
    resolve()
  })

  test('bytes and text keep their order, whatever their size', async () => {
    const lines = Array.from({ length: 3_000 }, (_, i) => `${i}\t${'é'.repeat(i % 50)}\n`)
    const mixed = lines.map((line, i) => (i % 3 === 0 ? Buffer.from(line) : line))
    expect(await db.copyFrom('copy t from stdin', mixed)).toBe(3_000)
    expect(await db.value("select count(*)::int from t where v = repeat('é', id % 50)")).toBe(3_000)
    const out = Buffer.concat(await readAll(db.copyTo('copy (select * from t order by id) to stdout')))
    expect(out.toString()).toBe(lines.join(''))
    await db.execute('truncate t')
  })

  test('takes bytes and text, from streams and generators', async () => {
    const copy = 'copy t (id, v) from stdin'
    expect(await db.copyFrom(copy, ['1\ta\n2\tb', '\n'])).toBe(2)
    expect(await db.copyFrom('copy t from stdin (format csv)', Readable.from([Buffer.from('3,"c, d"\n')]))).toBe(1)
    expect(
      await db.copyFrom(
        copy,
        copyRows([
          [4, 'tab\tand\nline \\ \r'],
          [5, null],
        ]),
      ),
    ).toBe(2)
    expect(await db.copyFrom(copy, [])).toBe(0)
    expect(await db.many('select v from t order by id')).toEqual([
      { v: 'a' },
      { v: 'b' },
      { v: 'c, d' },
      { v: 'tab\tand\nline \\ \r' },
      { v: null },
    ])
    await db.execute('truncate t')
  })

  test('writes no faster than the server reads', async () => {
    const line = `${'x'.repeat(1_000)}\n`
    const source = function* () {
      for (let i = 0; i < 20_000; i++) yield `${i}\t${line}`
    }
    expect(await db.copyFrom('copy t from stdin', source())).toBe(20_000)
    await db.execute('truncate t')
  })

  test('takes options, and ends with its signal even if its source is silent', async () => {
    expect(await db.copyFrom('copy t from stdin', ['1\ta\n'], { timeoutMs: 5_000 })).toBe(1)
    expect(await readAll(db.copyTo('copy t to stdout', { timeoutMs: 5_000 }))).toHaveLength(1)
    const stop = new AbortController()
    const silent = (async function* () {
      yield '2\tb\n'
      setImmediate(() => stop.abort())
      await new Promise(() => undefined)
    })()
    const [before, after] = await db.tx(async tx => {
      const pid = await tx.value('select pg_backend_pid()')
      const copied = tx.tx(inner => inner.copyFrom('copy t from stdin', silent, { signal: stop.signal }))
      expect(await rejection(copied)).toMatchObject({ code: 'query_aborted' })
      return [pid, await tx.value('select pg_backend_pid()')]
    })
    expect(after).toBe(before) // it was not cut
    await db.execute('delete from t')
  })

  test('leaves nothing behind when the data is wrong, or its source fails', async () => {
    const wrong = db.copyFrom('copy t from stdin', ['1\ta\n', 'x\tb\n'])
    expect(await rejection(wrong)).toMatchObject({ code: 'invalid_text_representation' })
    const source = async function* () {
      yield '1\ta\n'
      throw new Error('the disk is gone')
    }
    expect(await rejection(db.copyFrom('copy t from stdin', source()))).toMatchObject({
      message: expect.stringContaining('the disk is gone'),
    })
    expect(await db.value('select count(*) from t')).toBe(0n)
    await released()
    expect(await db.tx(tx => tx.value('select 1'))).toBe(1)
  })

  test('is part of its transaction, and other queries wait for it', async () => {
    await db.tx(async tx => {
      const [copied, count] = await Promise.all([
        tx.copyFrom('copy t from stdin', ['1\ta\n']),
        tx.value('select count(*) from t'),
      ])
      expect([copied, count]).toEqual([1, 1n])
      const nested = tx.tx(inner => inner.copyFrom('copy t from stdin', ['1\tdouble\n']))
      expect(await rejection(nested)).toMatchObject({ code: 'unique_violation' })
      expect(await tx.value('select count(*) from t')).toBe(1n)
      await tx.execute('delete from t')
    })
  })

  test('and copyTo refuse what is not COPY in their direction, as a query refuses COPY', async () => {
    const wrong = { code: 'copy_direction' }
    expect(await rejection(db.copyFrom('select 1', []))).toMatchObject(wrong)
    expect(await rejection(db.copyFrom('copy t to stdout', []))).toMatchObject(wrong)
    expect(await rejection(readAll(db.copyTo('select 1')))).toMatchObject(wrong)
    expect(await rejection(readAll(db.copyTo('copy t from stdin')))).toMatchObject(wrong)
    expect(await rejection(db.query('copy t from stdin'))).toMatchObject({
      message: expect.stringContaining('copyFrom()'),
    })
    expect(await rejection(db.query('copy (select 1) to stdout'))).toMatchObject(wrong)
    expect(await Promise.all([db.value('select 1'), db.tx(tx => tx.value('select 2'))])).toEqual([1, 2])
  })
})

describe('copyTo', () => {
  test('gives the bytes', async () => {
    const pieces = await readAll(db.copyTo("copy (select n, 'x' from generate_series(1, 3) n) to stdout (format csv)"))
    expect(Buffer.concat(pieces).toString()).toBe('1,x\n2,x\n3,x\n')
  })

  test('makes the server wait for a slow reader, and may be left early', async () => {
    let bytes = 0
    for await (const piece of db.copyTo("copy (select repeat('x', 1000) from generate_series(1, 30000)) to stdout")) {
      bytes += piece.length
      await new Promise(resolve => setImmediate(resolve))
    }
    expect(bytes).toBe(30_000 * 1_001)
    for await (const _ of db.copyTo("copy (select repeat('x', 1000) from generate_series(1, 3000000)) to stdout")) break
    await released()
    expect(await db.tx(tx => tx.value('select 1'))).toBe(1)
  })

  test('reports a failure on the way', async () => {
    const copy = db.copyTo('copy (select 10 / (5000 - n) from generate_series(1, 9000) n) to stdout')
    expect(await rejection(readAll(copy))).toMatchObject({ code: 'division_by_zero' })
    await released()
  })
})

describe('operations that wait for their other side', () => {
  /** Longer than the limits of the session, which end a transaction that idles and a statement that hangs. */
  const pause = () => new Promise(resolve => setTimeout(resolve, 4_000))
  const limited = () =>
    createPg({
      ...poolOptions(dsn),
      idleInTransactionTimeoutMs: 2_000,
      statementTimeoutMs: 2_000,
    })

  /** A session behind a pooler takes no settings, so that it has no limits. */
  const limit = () => (poolOptions(dsn).prepare === false ? '0' : '2s')

  test('a stream may be read slowly', async () => {
    await using pool = limited()
    const rows: unknown[] = []
    for await (const row of pool.stream<{ n: number }>('select n from generate_series(1, 3) n', [], { batch: 1 })) {
      rows.push(row.n)
      if (row.n < 3) await pause()
    }
    expect(rows).toEqual([1, 2, 3])
    expect(await pool.value('show idle_in_transaction_session_timeout')).toBe(limit())
  })

  test('a COPY may wait for its data', async () => {
    await using pool = limited()
    const source = async function* () {
      yield '9001\tx\n'
      await pause()
      yield '9002\ty\n'
    }
    expect(await pool.copyFrom('copy t from stdin', source())).toBe(2)
    expect(await pool.value('show statement_timeout')).toBe(limit())
  })
})
