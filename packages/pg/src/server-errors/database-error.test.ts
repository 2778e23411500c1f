import { expect, test } from 'vitest'
import { DatabaseError, isDatabaseError } from './database-error.ts'

const MESSAGE = Object.assign(new Error('duplicate key value violates unique constraint "users_mail_key"'), {
  severity: 'ERROR',
  code: '23505',
  detail: 'Key (mail)=(a@b.c) already exists.',
  hint: 'Choose another.',
  where: 'PL/pgSQL function f() line 3',
  schema: 'public',
  table: 'users',
  column: 'mail',
  dataType: 'text',
  constraint: 'users_mail_key',
})
const message = (fields: object = {}) => ({ ...MESSAGE, message: MESSAGE.message, ...fields }) as typeof MESSAGE

test('it has what the server said, and what the client may know', () => {
  const error = new DatabaseError(message(), { text: 'insert into\n users', name: 'addUser', values: ['a@b.c'] })
  expect(error).toMatchObject({
    status: 409,
    code: 'unique_violation',
    detail: 'This exists already.',
    sqlstate: '23505',
    severity: 'ERROR',
    constraint: 'users_mail_key',
    schema: 'public',
    table: 'users',
    column: 'mail',
    dataType: 'text',
    hint: 'Choose another.',
    where: 'PL/pgSQL function f() line 3',
    query: 'insert into\n users',
    queryName: 'addUser',
    retryable: false,
  })
  expect(error.position).toBeUndefined()
  expect(error.message).toBe(
    [
      'duplicate key value violates unique constraint "users_mail_key" (unique_violation, SQLSTATE 23505) in query addUser',
      '  insert into users',
      '  hint: Choose another.',
      '  where: PL/pgSQL function f() line 3',
    ].join('\n'),
  )
})

test('data are shown only where they may be', () => {
  const query = { text: 'insert', values: ['a@b.c'] }
  const hidden = new DatabaseError(message(), query)
  expect('serverDetail' in hidden && hidden.serverDetail !== undefined).toBe(false)
  expect([hidden.parameters, hidden.message.includes('a@b.c')]).toEqual([undefined, false])
  const shown = new DatabaseError(message(), query, { showData: true })
  expect(shown).toMatchObject({ serverDetail: 'Key (mail)=(a@b.c) already exists.', parameters: ['a@b.c'] })
  expect(shown.message).toContain('\n  detail: Key (mail)=(a@b.c) already exists.\n')
  const without = new DatabaseError(message({ detail: undefined }), { text: 'insert' }, { showData: true })
  expect([without.serverDetail, without.parameters, without.message.includes('detail')]).toEqual([
    undefined,
    undefined,
    false,
  ])
})

test('the place of a mistake is shown in the query', () => {
  const fields = { code: '42703', position: '8', hint: undefined, where: undefined }
  const error = new DatabaseError(message(fields), { text: 'select nmae from users' })
  expect(error.position).toBe(8)
  expect(error.message.split('\n').slice(1).join('\n')).toMatch(/select nmae from users\n\s+\| +\^$/)
  expect(new DatabaseError(message(fields)).message.split('\n')).toHaveLength(1)
})

test.each([
  [{ code: undefined }, 'internal_database_error', 500, 'XX000'],
  [{ code: '08P01', severity: 'FATAL' }, 'connection_exception', 503, '08P01'],
  [{ code: '08P01', severity: 'ERROR' }, 'protocol_violation', 500, '08P01'],
  [{ code: '0A000', routine: 'RevalidateCachedQuery' }, 'cached_plan_changed', 503, '0A000'],
  [{ code: '0A000' }, 'feature_not_supported', 500, '0A000'],
  [{ code: '40001' }, 'serialization_failure', 503, '40001'],
])('%j is %s, for the client %d', (fields, code, status, sqlstate) => {
  expect(new DatabaseError(message(fields))).toMatchObject({ code, status, sqlstate })
})

test('what may succeed at another time says so', () => {
  expect(new DatabaseError(message({ code: '40P01' })).retryable).toBe(true)
  expect(new DatabaseError(message({ code: '0A000', routine: 'RevalidateCachedQuery' })).retryable).toBe(true)
})

test('an application gives its own conditions statuses and details', () => {
  const statuses = { AR001: { code: 'sold_out', status: 409, detail: 'Sold out.' } }
  expect(new DatabaseError(message({ code: 'AR001' }), undefined, { statuses })).toMatchObject({
    code: 'sold_out',
    status: 409,
    detail: 'Sold out.',
  })
})

test('it is told from other errors, by its codes', () => {
  const error = new DatabaseError(message())
  expect([
    isDatabaseError(error),
    isDatabaseError(error, 'unique_violation'),
    isDatabaseError(error, 'not_null_violation', 'unique_violation'),
    isDatabaseError(error, 'not_null_violation'),
    isDatabaseError(MESSAGE),
    isDatabaseError(undefined, 'unique_violation'),
  ]).toEqual([true, true, true, false, false, false])
})
