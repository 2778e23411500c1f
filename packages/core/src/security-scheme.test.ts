import { expect, test } from 'vitest'
import { describeSecurity, securitySchemesOf } from './security-scheme.ts'

test('a guard carries its schemes and stays the same function', () => {
  const guard = () => undefined
  const schemes = { bearerAuth: { type: 'http', scheme: 'bearer' } } as const
  expect(describeSecurity(guard, schemes)).toBe(guard)
  expect(securitySchemesOf(guard)).toBe(schemes)
  expect(Object.keys(guard)).toEqual([])
})

test('what nobody described has none', () => {
  expect(securitySchemesOf(() => undefined)).toBeUndefined()
  expect(securitySchemesOf('auth')).toBeUndefined()
})
