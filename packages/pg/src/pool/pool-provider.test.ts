import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ownClock, pass } from '../../test/own-clock.ts'
import { readPgOptions } from '../connection/options.ts'
import type { Query } from '../query/query.ts'
import type { Statement } from '../wire/statement.ts'
import type { ConnectionPool } from './pool.ts'
import { PoolProvider } from './pool-provider.ts'
import { Runner } from './runner.ts'
import type { SharedConnections } from './shared-connections.ts'

// The connections are ours; against a server: prepared-statements.test.ts, session-state.test.ts and others.
beforeEach(ownClock)
afterEach(() => void vi.useRealTimers())

const query = (text: string, options: Query['options'] = {}, values: Query['values'] = []): Query => ({
  text,
  values,
  options,
})
const refused = (code: string, routine?: string) => Object.assign(new Error(code), { severity: 'ERROR', code, routine })

/** Answers each statement with the next of the errors, or with success. */
function setUp(options: object = {}, errors: (Error | undefined)[] = []) {
  const sent: { text: string; prepare: boolean; leased: boolean }[] = []
  const released: boolean[] = []
  const acquired: object[] = []
  const abandoned: Statement[] = []
  const held: Statement[] = []
  const client = { usable: true, stale: false, canceledUntil: 0, plans: { discard: vi.fn() } }
  let holding = false
  const answer = (leased: boolean) => (statement: Statement) => {
    sent.push({ text: statement.text, prepare: statement.prepare, leased })
    statement.sentAt = performance.now()
    statement.client = client as unknown as NonNullable<Statement['client']>
    if (holding) {
      held.push(statement)
      return
    }
    const error = errors.shift()
    if (error) statement.failure = error
    statement.tag = 'SELECT 1'
    queueMicrotask(() => statement.handleReadyForQuery())
  }
  const settings = readPgOptions({ dsn: 'postgres://h/d', debug: true, ...options })
  const runner = new Runner(settings)
  const pool = {
    acquire: async (request: object) => {
      acquired.push(request)
      return { client: Object.assign(client, { send: answer(true), cancel: async () => undefined }) }
    },
    release: (_: unknown, certain: boolean) => released.push(certain),
  }
  const shared = { send: answer(false), abandon: (statement: Statement) => abandoned.push(statement) }
  const provider = new PoolProvider(
    settings,
    runner,
    pool as unknown as ConnectionPool,
    shared as unknown as SharedConnections,
  )
  const hold = () => {
    holding = true
  }
  return { provider, runner, client, sent, released, acquired, abandoned, held, hold }
}

const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )

test.each([
  ['select 1', {}, {}, false],
  ['select 1', { isolated: true }, {}, true],
  ['select 1', {}, { sharedConnections: 0 }, true],
  ["select set_config('a.b', 'c', false)", {}, { debug: false }, true],
])('%s with %j of a pool with %j is leased: %s', async (text, options, settings, leased) => {
  const { provider, sent, released, acquired } = setUp(settings)
  const result = await provider.run(query(text, options), undefined)
  expect(result).toMatchObject({ command: 'SELECT', rowCount: 1, rows: [] })
  expect(sent.map(each => each.leased)).toEqual([leased])
  expect([released.length, acquired.length]).toEqual(leased ? [1, 1] : [0, 0])
  if (leased) expect(acquired[0]).toMatchObject({ purpose: 'query', query: text })
})

test('a plan that has changed is tried again without one, and forgotten', async () => {
  const changed = () => refused('0A000', 'RevalidateCachedQuery')
  const { provider, runner, sent } = setUp({}, [undefined, changed(), undefined])
  const forget = vi.spyOn(runner, 'forget')
  await provider.run(query('select 1'), undefined)
  await provider.run(query('select 1'), undefined)
  expect(sent.map(({ prepare }) => prepare)).toEqual([false, true, false])
  expect(forget.mock.calls.map(([, reason]) => reason)).toEqual(['plan_changed'])
})

test('it is tried four times in all', async () => {
  const changed = () => refused('0A000', 'RevalidateCachedQuery')
  const { provider, sent } = setUp({}, Array.from({ length: 9 }, changed))
  expect(await failureOf(provider.run(query('select 1'), undefined))).toMatchObject({ code: 'cached_plan_changed' })
  expect(sent).toHaveLength(4)
})

test('an error of the query itself is final, and names it', async () => {
  const { provider, runner, sent } = setUp({}, [refused('23505')])
  const observe = vi.spyOn(runner, 'observe')
  const failed = await failureOf(provider.run(query('insert into t values (1)'), undefined))
  expect(failed).toMatchObject({ code: 'unique_violation', message: expect.stringContaining('insert into t') })
  expect(sent).toHaveLength(1)
  expect(observe.mock.calls.map(([, , error]) => error)).toEqual([failed])
})

test('a success is told once, without an error', async () => {
  const { provider, runner } = setUp()
  const observe = vi.spyOn(runner, 'observe')
  await provider.run(query('select 1'), undefined)
  expect(observe.mock.calls.map(([, statement, error]) => [statement.text, error])).toEqual([['select 1', undefined]])
})

test('what cannot be built fails before anything is sent', async () => {
  const { provider, sent } = setUp()
  expect(await failureOf(provider.run(query('begin'), undefined))).toMatchObject({ code: 'transaction_control' })
  expect(sent).toEqual([])
})

test.each([{ timeoutMs: 100 }, { timeoutMs: 100, signal: new AbortController().signal }])(
  'a shared query with %j ends for its caller when the time is up, and is abandoned',
  async options => {
    const { provider, abandoned, held, hold } = setUp()
    hold()
    const failed = failureOf(provider.run(query('select 1', options), undefined))
    await pass(99)
    expect(abandoned).toEqual([])
    await pass(1)
    expect(await failed).toMatchObject({ code: 'query_timeout', message: expect.stringContaining('100 ms were over') })
    expect(abandoned).toEqual(held)
  },
)

test('so does one whose signal is aborted; afterwards nothing is abandoned', async () => {
  const stop = new AbortController()
  const { provider, abandoned, held, hold } = setUp()
  hold()
  const failed = failureOf(provider.run(query('select 1', { signal: stop.signal }), undefined))
  await pass(0)
  stop.abort('gone')
  expect(await failed).toMatchObject({ code: 'query_aborted', cause: 'gone' })
  expect(abandoned).toEqual(held)
  const other = setUp()
  const late = new AbortController()
  await other.provider.run(query('select 1', { signal: late.signal, timeoutMs: 50 }), undefined)
  late.abort()
  await pass(100)
  expect([other.abandoned, vi.getTimerCount()]).toEqual([[], 0])
})

test('a query without limits has no timer', async () => {
  const { provider, hold } = setUp()
  hold()
  void provider.run(query('select 1', { timeoutMs: 0 }), undefined)
  expect(vi.getTimerCount()).toBe(0)
})

test('a leased query on a session that a failover has outdated is run on another, once', async () => {
  const outdated = () => refused('0A000', 'RevalidateCachedQuery')
  const { provider, client, sent, released } = setUp({}, Array.from({ length: 20 }, outdated))
  client.stale = true
  const failed = await failureOf(provider.run(query('select 1', { isolated: true }), undefined))
  expect(failed).toMatchObject({ code: 'cached_plan_changed' })
  expect([sent.length, released]).toEqual([8, [true, true]])
  const usual = setUp({}, Array.from({ length: 20 }, outdated))
  await failureOf(usual.provider.run(query('select 1', { isolated: true }), undefined))
  expect([usual.sent.length, usual.released]).toEqual([4, [true]])
})

test.each([
  ['stream', 'idle_in_transaction_session_timeout'],
  ['copy', 'statement_timeout'],
] as const)('a lease for a %s is a transaction without %s', async (purpose, setting) => {
  const { provider, sent, released, acquired } = setUp()
  const signal = new AbortController().signal
  const lease = await provider.lease(purpose, query('select 1', { signal, timeoutMs: 5 }), undefined as never)
  expect(acquired).toMatchObject([{ purpose, query: 'select 1', signal }])
  expect(lease.limits).toEqual({ signal, timeoutMs: 5 })
  expect(sent.map(({ text }) => text)).toEqual(['BEGIN', `SET LOCAL ${setting} = 0`])
  expect(released).toEqual([])
  await lease.end(true)
  expect([sent.at(-1)!.text, released]).toEqual(['COMMIT', [true]])
})

test('a lease that failed is rolled back; without an answer its connection is not kept', async () => {
  const { provider, sent, released } = setUp({}, [undefined, undefined, undefined])
  await (await provider.lease('stream', query('select 1'), undefined as never)).end(false)
  expect([sent.at(-1)!.text, released]).toEqual(['ROLLBACK', [true]])
  const lost = setUp({}, [undefined, undefined, refused('57P01')])
  await (await lost.provider.lease('stream', query('select 1'), undefined as never)).end(true)
  expect(lost.released).toEqual([false])
})

test.each([1, 2])('a lease whose beginning fails at statement %d is not given', async which => {
  const { provider, released } = setUp({}, [...(which === 2 ? [undefined] : []), refused('57P03')])
  const failed = await failureOf(provider.lease('stream', query('select 1'), undefined as never))
  expect(failed).toMatchObject({ code: 'cannot_connect_now' })
  expect(released).toEqual([false])
})
