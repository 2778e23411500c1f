import { describe, expect, test } from 'vitest'
import type { Constraint } from './constraint.ts'
import { matchHost, parseHost } from './host-pattern.ts'
import { isInt } from './text-constraints.ts'

const types = new Map<string, Constraint>([['int', { name: 'int', key: 'int', test: isInt }]])

function match(pattern: string, host: string): Record<string, string> | false {
  const parsed = parseHost(pattern, types)
  if (typeof parsed === 'string') throw new Error(parsed)
  const params: Record<string, string> = {}
  return matchHost(parsed, host, params) && params
}

describe('a host fits', () => {
  test.each<[string, string, Record<string, string>]>([
    ['example.com', 'example.com', {}],
    ['Example.COM', 'eXAMPLE.com', {}],
    ['example.com', 'example.com:8080', {}],
    ['example.com', 'example.com.', {}],
    ['localhost', 'localhost:3000', {}],
    [':tenant.example.com', 'Blue.example.com', { tenant: 'blue' }],
    [':n<int>.example.com', '7.example.com', { n: '7' }],
    [':a.:b.com', 'x.y.com', { a: 'x', b: 'y' }],
    ['*sub.example.com', 'a.b.example.com', { sub: 'a.b' }],
    [':lang<en|de>.:site.org', 'de.shop.org', { lang: 'de', site: 'shop' }],
  ])('%s: %s', (pattern, host, params) => expect(match(pattern, host)).toEqual(params))
})

describe('a host does not fit', () => {
  test.each([
    ['example.com', 'www.example.com'],
    ['example.com', 'example.com.evil.org'],
    ['example.com', 'notexample.com'],
    [':tenant.example.com', 'example.com'],
    [':tenant.example.com', 'a.b.example.com'],
    [':tenant.example.com', '.example.com'],
    [':n<int>.example.com', 'x.example.com'],
    ['*sub.example.com', 'example.com'],
    ['example.com', ''],
    ['a.b.c.d', '[::1]:80'],
  ])('%s: %s', (pattern, host) => expect(match(pattern, host)).toBe(false))
})

describe('a pattern is refused that', () => {
  test.each([
    ['a..b', /not a label/],
    ['example.com:80', /ports are not compared/],
    ['http://example.com', /not a label/],
    ['a.*b.com', /wildcard that is not its first label/],
    [':a.:a.com', /two parameters of one name/],
    ['*a.:a.com', /two parameters of one name/],
    [':n<itn>.com', /Did you mean int/],
    ['', /not a label/],
    [':__proto__.com', /__proto__/],
    ['exämple.com', /not a label/],
  ])('is %j', (pattern, problem) => expect(parseHost(pattern, types)).toMatch(problem))
})
