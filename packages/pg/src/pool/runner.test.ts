import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { expect, onTestFinished, test } from 'vitest'
import { readPgOptions } from '../connection/options.ts'
import { pgError } from '../errors.ts'
import type { Query } from '../query/query.ts'
import type { QueryEvent } from '../query/query-events.ts'
import type { StatementConnection } from '../wire/connection.ts'
import { Statement } from '../wire/statement.ts'
import { Runner } from './runner.ts'

const runner = (options: object = {}) =>
  new Runner(readPgOptions({ dsn: 'postgres://app@h/d', debug: true, ...options }))
const query = (text: string, values: Query['values'] = [], options: Query['options'] = {}): Query => ({
  text,
  values,
  options,
})
const prepares = (it: Runner, text: string, options = {}) => it.buildNow(query(text, [], options))!.prepare

test.each([
  ...['begin', 'START TRANSACTION', 'commit', 'end', 'rollback', 'abort', 'savepoint a', 'release a'],
  ...[
    'prepare transaction $1',
    ' \n-- first\n/* then * / */ commit',
    'BEGIN ISOLATION LEVEL SERIALIZABLE',
    'start\ntransaction',
  ],
])('%j controls a transaction, and is refused', text => {
  expect(() => runner().buildNow(query(text))).toThrow(
    expect.objectContaining({
      code: 'transaction_control',
      message: expect.stringContaining(text.trim().split(/\s/).at(-1)!),
    }),
  )
})

test.each([
  ...['set work_mem = 1', 'SET SESSION a.b = 1', 'set role x', 'reset all', 'discard all', 'listen a', 'unlisten *'],
  '/* c */ set a.b = 1',
])('%j changes the session, and is refused', text => {
  expect(() => runner().buildNow(query(text))).toThrow(expect.objectContaining({ code: 'session_setting' }))
})

test.each([
  ...[
    'select 1',
    'set local a.b = 1',
    'set constraints all deferred',
    'set transaction read only',
    'beginning',
    'ended',
  ],
  ...['settle', 'start', 'reset_it()', '-- commit\nselect 1', '/* begin */ select 1', "select 'begin'", ''],
])('%j is neither', text => {
  expect(runner().buildNow(query(text))?.text).toBe(text)
})

test('a statement is prepared from its second use on, as pool and query say', () => {
  const it = runner()
  expect([prepares(it, 'select 1'), prepares(it, 'select 1'), prepares(it, 'select 2')]).toEqual([false, true, false])
  expect(prepares(it, 'select 1', { prepare: false })).toBe(false)
  const unprepared = runner({ prepare: false })
  expect([prepares(unprepared, 'select 1'), prepares(unprepared, 'select 1')]).toEqual([false, false])
  const asked = [1, 2].map(() => prepares(unprepared, 'select 1', { prepare: true }))
  expect(asked).toEqual([false, true])
})

test('a text of more than 16,384 characters is never prepared', () => {
  const it = runner()
  const text = (length: number) => `select '${'x'.repeat(length - 9)}'`
  expect(text(16_384)).toHaveLength(16_384)
  for (const [length, isPrepared] of [
    [16_384, true],
    [16_385, false],
  ] as const) {
    prepares(it, text(length))
    expect(prepares(it, text(length)), String(length)).toBe(isPrepared)
  }
})

test('two thousand texts are known, of which the oldest is forgotten for another', () => {
  const it = runner()
  for (let i = 0; i < 2_000; i++) prepares(it, `select ${i}`)
  expect(prepares(it, 'select 0')).toBe(true)
  prepares(it, 'select 2000')
  expect([prepares(it, 'select 1'), prepares(it, 'select 0')]).toEqual([true, false])
})

test('what leaves something behind on the session is refused in development, and marked in production', () => {
  const leaking = query('select pg_advisory_lock(1)')
  expect(() => runner().buildNow(leaking)).toThrow(
    expect.objectContaining({
      code: 'session_leak',
      message:
        'pg_advisory_lock() outlives its query and would affect the next request on this connection. Use pg_advisory_xact_lock() in tx(): select pg_advisory_lock(1)',
    }),
  )
  const production = runner({ debug: false })
  expect(production.buildNow(leaking)?.leaksSession).toBe(true)
  expect([production.leaksSession(leaking), production.leaksSession(query('select 1'))]).toEqual([true, false])
  expect(() => runner({ debug: false, prepare: false }).buildNow(leaking)).toThrow(/outlives its query/)
})

test('what only a transaction may have is refused outside of one', () => {
  const temporary = query('create temp table t (a int)')
  const it = runner()
  expect(it.buildNow(temporary)?.leaksSession).toBe(true)
  expect(() => it.refuseOutsideTransaction(temporary)).toThrow(expect.objectContaining({ code: 'session_leak' }))
  expect(() => it.refuseOutsideTransaction(query('select 1'))).not.toThrow()
  expect(() => runner({ debug: false }).refuseOutsideTransaction(temporary)).not.toThrow()
})

test('a setting whose last argument is bound leaks unless that is true', () => {
  const it = runner({ debug: false })
  const setting = (value: boolean | string) => query('select set_config($1, $2, $3)', ['a.b', 'x', value])
  expect([true, false, 'true'].map(value => it.leaksSession(setting(value)))).toEqual([false, true, true])
})

test('the types of parameters are asked for once, where a value needs them', async () => {
  const it = runner()
  const asked: string[] = []
  const describe = async (statement: Statement) => {
    asked.push(`${statement.text} ${statement.describeOnly}`)
    return Object.assign(statement, { plan: { params: [1009] } })
  }
  const listing = query('select $1::text[]', [['a']])
  expect(it.buildNow(listing)).toBeUndefined()
  expect((await it.build(listing, describe as never)).values).toEqual(['{"a"}'])
  await it.build(listing, describe as never)
  expect(it.buildNow(listing)?.values).toEqual(['{"a"}'])
  expect(asked).toEqual(['select $1::text[] true'])
  expect((await it.build(query('select 1'), describe as never)).values).toEqual([])
  expect(asked).toHaveLength(1)
  for (const [reason, known] of [
    ['canceled_by_mistake', true],
    ['session_outdated', true],
    ['plan_changed', false],
  ] as const) {
    await it.build(listing, describe as never)
    it.forget(new Statement({ text: listing.text, values: [], prepare: false }), reason)
    expect(it.buildNow(listing) !== undefined, reason).toBe(known)
  }
})

test('an error of the server has what the log may show; one of the program stays as it is', () => {
  const message = Object.assign(new Error('no such table'), { severity: 'ERROR', code: '42P01' })
  const asked = query('select * from x where a = $1', ['secret'], { name: 'find' })
  const told = runner().toError(message, asked, undefined, undefined)
  expect(told).toMatchObject({ code: 'undefined_table', parameters: ['secret'], query: asked.text, queryName: 'find' })
  expect(runner({ debug: false }).toError(message, asked, undefined, undefined)).toMatchObject({
    parameters: undefined,
  })
  const own = pgError('pool_closed')
  expect(runner().toError(own, asked, undefined, undefined)).toBe(own)
  const program = new TypeError('of a parser')
  const client = (usable: boolean, lastError?: unknown) => ({ usable, lastError }) as unknown as StatementConnection
  expect(runner().toError(program, asked, undefined, undefined)).toBe(program)
  expect(runner().toError(program, asked, client(true), undefined)).toBe(program)
  expect(runner().toError(program, asked, client(false), undefined)).toMatchObject({
    code: 'connection_lost',
    message: `The connection to the database was lost. of a parser. Query: ${asked.text}`,
    cause: program,
  })
  const last = new Error('ECONNRESET')
  expect(runner().toError(program, asked, client(false, last), undefined)).toMatchObject({ cause: last })
  expect((runner().toError(program, asked, client(false, 'cut'), undefined) as Error).message).toContain('lost. cut.')
})

test('a query is published when it is done, and as slow from the limit on', () => {
  const events: [string, QueryEvent][] = []
  for (const name of ['arlen:pg:query', 'arlen:pg:slow-query']) {
    const listener = (event: unknown) => void events.push([name, event as QueryEvent])
    subscribe(name, listener)
    onTestFinished(() => void unsubscribe(name, listener))
  }
  const observe = (durationMs: number, slowQueryMs: number, error?: unknown) => {
    const statement = Object.assign(new Statement({ text: 'select 1', values: [], prepare: false }), {
      sentAt: 1_000,
      doneAt: 1_000 + durationMs,
      tag: 'SELECT 3',
    })
    runner({ slowQueryMs }).observe(query('select 1', [], { name: 'one' }), statement, error, undefined)
    return events.splice(0).map(([name]) => name)
  }
  const failure = new Error('x')
  runner().observe(
    query('select 1', [], { name: 'one' }),
    Object.assign(new Statement({ text: '', values: [], prepare: false }), { sentAt: 5, doneAt: 7, tag: 'SELECT 3' }),
    failure,
    undefined,
  )
  expect(events.splice(0)).toEqual([
    [
      'arlen:pg:query',
      {
        text: 'select 1',
        name: 'one',
        durationMs: 2,
        rowCount: 3,
        error: failure,
        caller: undefined,
        target: 'app@h:5432/d',
      },
    ],
  ])
  expect(observe(99, 100)).toEqual(['arlen:pg:query'])
  expect(observe(100, 100)).toEqual(['arlen:pg:query', 'arlen:pg:slow-query'])
  expect(observe(100_000, 0)).toEqual(['arlen:pg:query'])
})

test('a cancel request may have hit a statement that was sent before it was over', () => {
  const failure = Object.assign(new Error('canceled'), { severity: 'ERROR', code: '57014' })
  const reasonAt = (sentAt: number, client?: object) =>
    runner().retryReason(
      Object.assign(new Statement({ text: '', values: [], prepare: false }), { failure, sentAt, client } as never),
    )
  expect(reasonAt(10, { canceledUntil: 10 })).toBe('canceled_by_mistake')
  expect(reasonAt(11, { canceledUntil: 10 })).toBeUndefined()
  expect(reasonAt(1)).toBeUndefined()
})
