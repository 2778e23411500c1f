import { expect, test } from 'vitest'
import { ArlenError, defineErrors, failureOf, HttpError } from './error-table.ts'

const error = defineErrors({
  broken: { message: '{what} is broken; {unknown} is not.' },
  refused: { status: 403, message: 'No.' },
  mendable: { message: '{what} is broken.', remedy: 'Mend {what}.' },
  secretive: { status: 503, message: 'It is away.', remedy: 'Check {what}.' },
  everyday: { status: 404, message: 'There is no {what}.', traced: false },
})

test('makes an error of its entry, with what it is given', () => {
  const cause = new Error('why')
  const made = error('broken', { what: 'It' }, { cause })
  expect(made).toBeInstanceOf(ArlenError)
  expect(made).not.toBeInstanceOf(HttpError)
  expect([made.code, made.message, made.cause]).toEqual(['broken', 'It is broken; {unknown} is not.', cause])
  const refused = error('refused') as HttpError
  expect([refused.status, refused.detail]).toEqual([403, 'No.'])
})

test('its trace begins where it was raised, to the depth that was asked for', () => {
  function raiseIt() {
    return error('refused')
  }
  const [, first, ...rest] = raiseIt().stack!.split('\n')
  expect(first).toMatch(/at raiseIt \(.*error-table\.test\.ts:/)
  expect(rest.length).toBeGreaterThan(0)
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 1
  try {
    expect(raiseIt().stack!.split('\n')).toHaveLength(2)
  } finally {
    Error.stackTraceLimit = limit
  }
})

test('an everyday answer has none, and leaves those of others alone', () => {
  const made = error('everyday', { what: 'page' })
  expect(made.stack).toBe('HttpError: There is no page.')
  expect(new Error('other').stack).toContain('error-table.test.ts')
})

test('a remedy ends the message and can be read alone; a client does not see it', () => {
  const made = error('mendable', { what: 'It' })
  expect([made.message, made.remedy]).toEqual(['It is broken. Mend It.', 'Mend It.'])
  expect(Object.keys(made)).not.toContain('remedy')
  const response = error('secretive', { what: 'DATABASE_URL' }) as HttpError
  expect([response.message, response.detail]).toEqual(['It is away. Check DATABASE_URL.', 'It is away.'])
  expect(error('broken')).not.toHaveProperty('remedy')
})

test('a failure has a code, a message and its remedy, whatever was thrown', () => {
  expect(failureOf(error('mendable', { what: 'It' }))).toEqual({
    error: { code: 'mendable', message: 'It is broken. Mend It.', remedy: 'Mend It.' },
  })
  expect(failureOf(new TypeError('x'))).toEqual({ error: { code: 'failed', message: 'x' } })
  expect(JSON.stringify(failureOf(undefined))).toBe('{"error":{"code":"failed","message":"undefined"}}')
})
