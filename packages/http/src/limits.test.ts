import { expect, test } from 'vitest'
import { DEFAULT_LIMITS, DEFAULT_TIMEOUTS, resolveLimits, resolveTimeouts } from './limits.ts'

test('what is not given is the default', () => {
  expect(resolveLimits()).toEqual(DEFAULT_LIMITS)
  expect(resolveTimeouts({ headers: 5 })).toEqual({ ...DEFAULT_TIMEOUTS, headers: 5 })
  expect(resolveLimits({ inFlight: Number.POSITIVE_INFINITY, body: 0 }).body).toBe(0)
})

test.each([[{ body: -1 }], [{ body: Number.NaN }], [{ body: '1' as unknown as number }], [{ bodySize: 1 } as object]])(
  '%j is refused at start',
  given => {
    expect(() => resolveLimits(given)).toThrow(expect.objectContaining({ code: 'option_invalid' }))
  },
)
