import { expect, test } from 'vitest'
import { describeSqlState, SQLSTATES } from './sqlstate.ts'

const where = (test: (entry: (typeof SQLSTATES)[string]) => unknown) =>
  Object.values(SQLSTATES)
    .filter(test)
    .map(({ code }) => code)
    .sort()

test('statuses tell the client of a conflict, of an invalid value, or to retry later', () => {
  expect(where(({ status }) => status === 409)).toEqual([
    'exclusion_violation',
    'foreign_key_violation',
    'integrity_constraint_violation',
    'unique_violation',
  ])
  expect(where(({ status }) => status === 422)).toEqual(['check_violation', 'untranslatable_character'])
  expect(where(({ status }) => status === 503)).toEqual([
    'admin_shutdown',
    'cannot_connect_now',
    'connection_exception',
    'crash_shutdown',
    'deadlock_detected',
    'disk_full',
    'idle_in_transaction_session_timeout',
    'idle_session_timeout',
    'insufficient_resources',
    'lock_not_available',
    'query_canceled',
    'serialization_failure',
    'system_error',
    'too_many_connections',
    'transaction_rollback',
    'transaction_timeout',
  ])
  expect(where(({ status }) => ![undefined, 409, 422, 503].includes(status))).toEqual([])
  expect(where(({ status, detail }) => (status === undefined) !== (detail === undefined))).toEqual([])
})

test('the same work may succeed later, except where time, space or the query itself stopped it', () => {
  const final = ['disk_full', 'query_canceled', 'system_error', 'transaction_timeout']
  const temporary = where(({ status }) => status === 503).filter(code => !final.includes(code))
  expect(where(({ retryable }) => retryable)).toEqual([...temporary, 'invalid_sql_statement_name'].sort())
})

test('an SQLSTATE without an entry is one of its class, and of none at all a database error', () => {
  expect(describeSqlState('08006').code).toBe('connection_exception')
  expect(describeSqlState('23001').code).toBe('integrity_constraint_violation')
  expect(describeSqlState('ZZ001')).toEqual({ code: 'database_error' })
})

test('the entries of an application come before ours, the exact before those of a class', () => {
  const own = { P0001: { code: 'sold_out' }, '23': { code: 'clash' }, ZZ: { code: 'odd' } }
  expect(['P0001', '23505', '23001', 'ZZ001', '40001'].map(state => describeSqlState(state, own).code)).toEqual([
    'sold_out',
    'unique_violation',
    'clash',
    'odd',
    'serialization_failure',
  ])
})
