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

test('uses another list if given one', () => {
  expect(isHealthPath('/status/db', ['/status'])).toBe(true)
  expect(isHealthPath('/livez', ['/status'])).toBe(false)
})
