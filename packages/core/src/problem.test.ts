import { expect, test } from 'vitest'
import { ArlenError, defaultCode, defineErrors, HttpError } from './error-table.ts'
import { toProblem } from './problem.ts'

const raise = defineErrors<'pool_timeout' | 'bad_dsn'>({
  pool_timeout: { status: 503, message: 'No connection within {ms} ms; see {unknown}.' },
  bad_dsn: { message: 'Not a DSN.' },
})

test('an error table makes answers of entries with a status and plain errors of the others', () => {
  const cause = new Error('why')
  const answer = raise('pool_timeout', { ms: 5 }, { cause, headers: { 'retry-after': '1' } })
  expect(answer).toBeInstanceOf(HttpError)
  expect(answer).toMatchObject({ code: 'pool_timeout', status: 503, cause, headers: { 'retry-after': '1' } })
  expect(answer.message).toBe('No connection within 5 ms; see {unknown}.')
  expect(answer.stack).not.toContain('error-table.ts:')
  const plain = raise('bad_dsn')
  expect(plain).toBeInstanceOf(ArlenError)
  expect(plain).not.toBeInstanceOf(HttpError)
  expect(plain.name).toBe('ArlenError')
})

test('a problem has the details of an HttpError', () => {
  const errors = [{ path: '/body/email', code: 'email', message: 'is no address' }]
  expect(toProblem(new HttpError(422, 'validation_failed', { detail: 'One field', errors }), 'id-1')).toEqual({
    type: 'about:blank',
    title: 'Unprocessable Entity',
    status: 422,
    code: 'validation_failed',
    detail: 'One field',
    correlationId: 'id-1',
    errors,
  })
})

test('a problem of any other error reveals only its correlation id', () => {
  const problem = toProblem(new Error('connect ECONNREFUSED 10.0.0.1 password=x'), 'id-2')
  expect(problem).toEqual({
    type: 'about:blank',
    title: 'Internal Server Error',
    status: 500,
    code: 'internal_error',
    correlationId: 'id-2',
  })
  expect(toProblem('a string that was thrown', 'id-3').status).toBe(500)
})

test('the default code of a status is its reason phrase', () => {
  expect(defaultCode(404)).toBe('not_found')
  expect(defaultCode(418)).toBe('i_m_a_teapot')
  expect(defaultCode(599)).toBe('unknown_error')
})
