import { expect, test } from 'vitest'
import { describeSecurity, securityOf } from './security-scheme.ts'

test('a guard says what it asks for and stays the same function', () => {
  const guard = () => undefined
  const security = { schemes: { bearer: { type: 'http', scheme: 'bearer' } }, scopes: ['read'] } as const
  expect(describeSecurity(guard, security)).toBe(guard)
  expect(securityOf(guard)).toBe(security)
})

test('an undescribed guard requires nothing', () => {
  expect(securityOf(() => undefined)).toBeUndefined()
  expect(securityOf(Object.assign(() => undefined, { security: 'tight' }))).toBeUndefined()
  expect(securityOf('auth')).toBeUndefined()
})
