import { expect, test } from 'vitest'
import { ArlenError, defineErrors, HttpError } from './error-table.ts'

const error = defineErrors({
  broken: { message: '{what} is broken; {unknown} is not.' },
  refused: { status: 403, message: 'No.' },
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
