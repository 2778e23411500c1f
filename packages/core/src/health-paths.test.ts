import { expect, test } from 'vitest'
import { isHealthPath } from './health-paths.ts'

test.each([
  ['/livez', true],
  ['/readyz/database', true],
  ['/livezz', false],
  ['/', false],
  ['/api/healthz', false],
])('%s: %s', (path, expected) => {
  expect(isHealthPath(path)).toBe(expected)
})

test('asks a list of its own where one is given', () => {
  expect(isHealthPath('/status/db', ['/status'])).toBe(true)
  expect(isHealthPath('/livez', ['/status'])).toBe(false)
})
