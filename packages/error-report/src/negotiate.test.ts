import { expect, test } from 'vitest'
import { negotiate } from './negotiate.ts'

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8'

test.each([
  [BROWSER, 'Mozilla/5.0', 'html'],
  ['application/json', 'Mozilla/5.0', 'json'],
  ['application/problem+json, text/html;q=0.5', undefined, 'json'],
  ['application/vnd.api+json', undefined, 'json'],
  ['text/html;q=0.1, application/json;q=0.9', undefined, 'json'],
  ['application/json;q=0, text/html', undefined, 'html'],
  ['text/plain', undefined, 'text'],
  ['application/json;charset=utf-8', 'Mozilla/5.0', 'json'],
  ['text/html;q = 0.2, application/json;q=0.1', undefined, 'json'],
  ['text/html;q=5, application/json;q=0.1', undefined, 'json'],
  ['application/json;x=",text/html"', undefined, 'json'],
  ['*/*', 'curl/8.5.0', 'text'],
  ['*/*', 'Wget/1.21', 'text'],
  ['*/*', 'node', 'json'],
  [undefined, undefined, 'json'],
  ['image/png', 'Mozilla/5.0', 'json'],
  ['nonsense;;;,,', undefined, 'json'],
] as const)('Accept: %s from %s reads %s', (accept, userAgent, expected) => {
  expect(negotiate({ accept, userAgent })).toBe(expected)
})
