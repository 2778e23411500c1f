import { ArlenError } from '@arlen/core'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { pgError } from '../errors.ts'
import type { Executor } from '../pool/executor.ts'
import type { Query } from '../query/query.ts'
import { DatabaseError } from '../server-errors/database-error.ts'
import { ReadEntrance } from './read-entrance.ts'
import type { WritePosition } from './write-position.ts'

// Against real servers: replication.slow.test.ts. Here the clock is ours.
let now = 0
beforeEach(() => {
  now = 5_000
  vi.spyOn(performance, 'now').mockImplementation(() => now)
})
afterEach(() => void vi.restoreAllMocks())

const query: Query = { text: 'select 1', values: [], options: {} }
const POSITION = '0/2'

interface Behavior {
  /** What it throws, one after the other. */
  errors?: (Error | undefined)[]
  /** Whether it has replayed what was written, attempt after attempt. */
  caughtUp?: () => boolean
  debug?: boolean
  isReplaced?: boolean
}

/** A pool that answers every query with its name and records the queries. */
function pool(name: string, { errors = [], caughtUp = () => true, debug = false, isReplaced = false }: Behavior = {}) {
  const asked: string[] = []
  const options: object[] = []
  const ask = (what: string) => {
    asked.push(what)
    const error = errors.shift()
    if (error) throw error
    return name
  }
  const tx = {
    one: async (text: string) => (text.includes('pg_last_wal_replay_lsn') ? { caught_up: caughtUp() } : {}),
    query: async () => name,
  }
  const executor = {
    settings: { debug },
    isReplaced,
    guard: () => undefined,
    run: async () => ask('run'),
    lease: async () => ask('lease'),
    tx: async (fn: (given: unknown) => unknown, given: object) => {
      options.push(given)
      ask('tx')
      return fn(tx)
    },
  }
  return { asked, options, executor: executor as unknown as Executor }
}

const written = { current: async () => POSITION } as WritePosition
const unwritten = { current: async () => undefined } as WritePosition

test('unwritten data is read from the standby, in one step', async () => {
  const [primary, standby] = [pool('primary'), pool('standby')]
  const entrance = new ReadEntrance(primary.executor, standby.executor, unwritten)
  expect([await entrance.run(query), await entrance.lease('stream', query)]).toEqual(['standby', 'standby'])
  expect([standby.asked, primary.asked]).toEqual([['run', 'lease'], []])
})

test('without a standby, and where a test has replaced the pool, the primary is asked', async () => {
  const alone = pool('primary')
  const entrance = new ReadEntrance(alone.executor, undefined, undefined)
  expect([await entrance.run(query), await entrance.lease('copy', query)]).toEqual(['primary', 'primary'])
  const replaced = pool('primary', { isReplaced: true, debug: true })
  const standby = pool('standby')
  expect(await new ReadEntrance(replaced.executor, standby.executor, unwritten).run(query)).toBe('primary')
  expect([replaced.asked, standby.asked]).toEqual([['run'], []])
})

test('in development the primary refuses writes as the standby would', async () => {
  const primary = pool('primary', { debug: true })
  expect(await new ReadEntrance(primary.executor, undefined, undefined).run(query)).toBe('primary')
  expect(primary.options).toEqual([{ readOnly: true, signal: undefined, outsideTransaction: true }])
})

test('a standby that catches up within 200 ms is waited for', async () => {
  const times = [5_000, 5_200]
  const standby = pool('standby', {
    caughtUp: () => {
      now = times.shift() ?? now
      return times.length === 0 && standby.asked.length === 3
    },
  })
  const primary = pool('primary')
  expect(await new ReadEntrance(primary.executor, standby.executor, written).run(query)).toBe('standby')
  expect([standby.asked, primary.asked]).toEqual([['tx', 'tx', 'tx'], []])
  expect(standby.options[0]).toMatchObject({ readOnly: true, outsideTransaction: true })
})

test('one that lags for longer is not, and the next read asks it again', async () => {
  const standby = pool('standby', {
    caughtUp: () => {
      now = now === 5_000 ? 5_201 : 9_000
      return false
    },
  })
  const primary = pool('primary')
  const entrance = new ReadEntrance(primary.executor, standby.executor, written)
  expect(await entrance.run(query)).toBe('primary')
  expect([standby.asked, primary.asked]).toEqual([['tx'], ['run']])
  now = 5_000
  expect(await entrance.tx(async () => 'done', {})).toBe('done')
  expect([standby.asked, primary.options]).toEqual([['tx', 'tx'], [{ readOnly: true }]])
})

test('a stream of who has written comes from the primary, however far the standby is', async () => {
  const [primary, standby] = [pool('primary'), pool('standby')]
  expect(await new ReadEntrance(primary.executor, standby.executor, written).lease('stream', query)).toBe('primary')
  expect(standby.asked).toEqual([])
})

test('a standby that cannot be reached is left alone for a second', async () => {
  const standby = pool('standby', { errors: [pgError('connect_failed')] })
  const primary = pool('primary')
  const entrance = new ReadEntrance(primary.executor, standby.executor, unwritten)
  expect(await entrance.run(query)).toBe('primary')
  now = 5_999
  const another = new ReadEntrance(primary.executor, standby.executor, unwritten)
  expect([await another.run(query), await another.tx(async () => 'done', {})]).toEqual(['primary', 'done'])
  expect(standby.asked).toEqual(['run'])
  now = 6_000
  expect(await another.run(query)).toBe('standby')
})

const serverError = (code: string) => new DatabaseError({ code, severity: 'ERROR' } as never)

const MOVED: [string, () => Error][] = [
  ['a lost connection', () => pgError('connection_lost')],
  ['a standby that shuts down', () => serverError('57P01')],
  ['a conflict with what it replays', () => serverError('40001')],
]

test.each(MOVED)('%s moves a read to the primary, and the next one asks the standby', async (_, error) => {
  const standby = pool('standby', { errors: [error(), undefined, error(), error()] })
  const primary = pool('primary')
  const entrance = new ReadEntrance(primary.executor, standby.executor, unwritten)
  expect([await entrance.run(query), await entrance.run(query)]).toEqual(['primary', 'standby'])
  expect([await entrance.lease('stream', query), await entrance.tx(async () => 'done', {})]).toEqual([
    'primary',
    'done',
  ])
  expect(primary.asked).toEqual(['run', 'lease', 'tx'])
})

const THROWN: [string, () => Error][] = [
  ['an error in the query', () => serverError('42601')],
  ['a deadlock', () => serverError('40P01')],
  ['a full pool', () => pgError('pool_timeout')],
  ['an error of another package', () => new ArlenError('other', 'no')],
  ['an error of the program', () => new TypeError('no')],
]

test.each(THROWN)('%s is thrown', async (_, error) => {
  const standby = pool('standby', { errors: [error(), error(), error()] })
  const primary = pool('primary')
  const entrance = new ReadEntrance(primary.executor, standby.executor, unwritten)
  const expected = error().message
  await expect(entrance.run(query)).rejects.toThrow(expected)
  await expect(entrance.lease('stream', query)).rejects.toThrow(expected)
  await expect(entrance.tx(async () => 1, {})).rejects.toThrow(expected)
  expect(primary.asked).toEqual([])
})

test('a transaction whose function has begun is not repeated', async () => {
  const [primary, standby] = [pool('primary'), pool('standby')]
  const entrance = new ReadEntrance(primary.executor, standby.executor, unwritten)
  let calls = 0
  const work = async () => {
    calls++
    throw pgError('connection_lost')
  }
  await expect(entrance.tx(work, {})).rejects.toMatchObject({ code: 'connection_lost' })
  expect([calls, primary.asked]).toEqual([1, []])
})
