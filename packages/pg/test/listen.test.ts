import { expect, test } from 'vitest'
import { createPg } from '../src/index.ts'
import { startFaultProxy } from './fault-proxy.ts'
import { countOthers, rejection, terminateOthers, until } from './helpers.ts'
import { openDatabase } from './open-database.ts'

const { dsn, admin } = await openDatabase()

test('payloads arrive, on their channel, until the subscription is closed', async () => {
  await using db = createPg(dsn)
  const a: string[] = []
  const b: string[] = []
  const first = await db.listen('a', payload => a.push(payload))
  await db.listen('a', (payload, { processId }) => a.push(`${payload} from ${processId > 0}`))
  await db.listen('b', payload => b.push(payload))
  await db.notify('a', 'one')
  await db.notify('b')
  await until(() => a.length === 2 && b.length === 1)
  expect([a, b]).toEqual([['one', 'one from true'], ['']])
  await first.close()
  await first.close()
  await db.tx(async tx => {
    await tx.execute("select pg_notify('a', 'two')")
    expect(a).toHaveLength(2)
  })
  await until(() => a.length === 3)
  expect(a[2]).toBe('two from true')
})

test('all listeners share one connection, which closes with the last', async () => {
  await using db = createPg(dsn)
  const subscriptions = await Promise.all(
    Array.from({ length: 20 }, (_, i) => db.listen(`channel ${i}`, () => undefined)),
  )
  expect(await countOthers(admin)).toBe(1)
  await Promise.all(subscriptions.map(subscription => subscription.close()))
  await until(async () => (await countOthers(admin)) === 0)
  const got: string[] = []
  await db.listen('again', payload => got.push(payload))
  await db.notify('again', 'x')
  await until(() => got.length === 1)
})

test('a handler that throws does no harm', async () => {
  await using db = createPg(dsn)
  const errors: unknown[] = []
  const got: string[] = []
  const onError = (error: unknown) => errors.push(error)
  await db.listen('bad', () => Promise.reject(new Error('later')), { onError })
  await db.listen(
    'bad',
    () => {
      throw new Error('now')
    },
    { onError },
  )
  await db.listen('bad', payload => got.push(payload))
  await db.notify('bad', 'x')
  await until(() => errors.length === 2 && got.length === 1)
  expect(errors).toMatchObject([{ message: 'now' }, { message: 'later' }])
})

test('a payload that is too long and an invalid channel are refused before they are sent', async () => {
  await using db = createPg(dsn)
  expect(await rejection(db.notify('a', 'é'.repeat(4_000)))).toMatchObject({ code: 'notify_too_long' })
  await db.notify('a', 'x'.repeat(7_999))
  expect(await rejection(db.notify('x'.repeat(64)))).toMatchObject({ code: 'parameter_invalid' })
  expect(await rejection(db.listen('', () => undefined))).toMatchObject({ code: 'parameter_invalid' })
})

test('a lost connection is reopened, and every listener is told to look for what it missed', async () => {
  await using db = createPg(dsn)
  const got: string[] = []
  let resyncs = 0
  const onResync = () => resyncs++
  await db.listen('a', payload => got.push(payload), { onResync })
  await db.listen('b', payload => got.push(payload), { onResync })
  for (let round = 1; round <= 10; round++) {
    await terminateOthers(admin)
    await until(() => resyncs === 2 * round)
    await db.notify('a', `a${round}`)
    await db.notify('b', `b${round}`)
    await until(() => got.length === 2 * round)
  }
  expect(got.slice(0, 4)).toEqual(['a1', 'b1', 'a2', 'b2'])
})

test('a connection that has died without a word is found by the heartbeat', async () => {
  await using proxy = await startFaultProxy(dsn)
  await using db = createPg({ dsn: proxy.dsn, heartbeatMs: 100, heartbeatTimeoutMs: 4_000, connectTimeoutMs: 4_000 })
  const got: string[] = []
  let resyncs = 0
  await db.listen('a', payload => got.push(payload), { onResync: () => resyncs++ })
  const { asked } = proxy
  proxy.blackHole()
  await admin.query("notify a, 'lost'")
  await until(() => proxy.asked > asked) // it was found, and another one is tried in vain
  expect(resyncs).toBe(0)
  proxy.heal()
  await until(() => resyncs === 1)
  await admin.query("notify a, 'heard'")
  await until(() => got.length === 1)
  expect(got).toEqual(['heard'])
})

test('it keeps trying while the server is away, until it is closed', async () => {
  await using proxy = await startFaultProxy(dsn)
  const db = createPg({ dsn: proxy.dsn })
  let resyncs = 0
  await db.listen('a', () => undefined, { onResync: () => resyncs++ })
  const { asked } = proxy
  proxy.refuse(true)
  proxy.cut()
  await until(() => proxy.asked >= asked + 2)
  proxy.refuse(false)
  await until(() => resyncs === 1)
  proxy.refuse(true)
  proxy.cut()
  await db.close()
  expect(await rejection(db.listen('a', () => undefined))).toMatchObject({ code: 'pool_closed' })
})
