import { describe, expect, test } from 'vitest'
import { LIMITS, resolveLimits } from './limits.ts'
import { createServer } from './server.ts'

test('omitted options have their defaults', () => {
  expect(resolveLimits()).toMatchObject({ maxBodyBytes: 1_048_576, headerTimeoutMs: 10_000 })
  expect(resolveLimits({ maxBodyBytes: 0 })).toEqual({ ...resolveLimits(), maxBodyBytes: 0 })
})

test('0 lifts the limits whose description says so, and no other', () => {
  expect(resolveLimits({ maxRequestsInFlight: 0, maxRequestsPerConnection: 0 })).toMatchObject({
    maxRequestsInFlight: Number.POSITIVE_INFINITY,
    maxRequestsPerConnection: Number.POSITIVE_INFINITY,
  })
  for (const setting of Object.values(LIMITS))
    expect('zeroIsNone' in setting).toBe(/0: no limit/.test(setting.description))
})

test('names carry their unit', () => {
  const ending = { bytes: /Bytes$/, count: /^max/, ms: /TimeoutMs$/, 'bytes/s': /BytesPerSecond$/ }
  for (const [name, { unit }] of Object.entries(LIMITS)) expect(name).toMatch(ending[unit])
})

describe('is refused when the server is made:', () => {
  test.each(Object.entries(LIMITS))('%s below its minimum, or as text', (name, { min }) => {
    const invalid = expect.objectContaining({ code: 'option_invalid', message: expect.stringContaining(name) })
    for (const value of [min - 1, Number.NaN, '1'])
      expect(() => createServer(() => 'ok', { [name]: value })).toThrow(invalid)
    expect(() => createServer(() => 'ok', { [name]: Number.POSITIVE_INFINITY })).not.toThrow()
  })

  test('a misspelled one, with the one that was probably meant', () => {
    expect(() => createServer(() => 'ok', { maxBodyByte: 1 } as object)).toThrow(
      expect.objectContaining({ code: 'option_unknown', message: expect.stringContaining('maxBodyBytes?') }),
    )
  })
})
