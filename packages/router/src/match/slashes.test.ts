import { describe, expect, test } from 'vitest'
import { Router } from '../router.ts'
import { hasOddSlash, type SlashPolicies } from './slashes.ts'

function matching(policies: Partial<SlashPolicies>, ...paths: string[]): (path: string, method?: string) => unknown {
  const router = new Router<string>(policies)
  for (const path of paths) router.get(path, path)
  return (path, method = 'GET') => {
    const match = router.match(method, path)
    return match.kind === 'hit' ? match.route.value : match.kind === 'redirect' ? `→ ${match.location}` : match.kind
  }
}

describe('by default', () => {
  const match = matching({}, '/users', '/users/:id', '/docs/', '/files/*path')

  test.each([
    ['/users', '/users'],
    ['/users/', '→ /users'],
    ['/users/7/', '→ /users/7'],
    ['/docs', '→ /docs/'],
    ['/docs/', '/docs/'],
    ['//users', '→ /users'],
    ['/users//7', '→ /users/7'],
    ['///users///7//', '→ /users/7'],
    ['//docs', '→ /docs/'],
    ['/users/7/x/', 'miss'],
    ['/', 'miss'],
    ['//', 'miss'],
    ['/files/a/', '/files/*path'],
    ['/files//a', '→ /files/a'],
    ['/users/a%2F/', '→ /users/a%2F'],
  ])('%s comes to %s', (path, outcome) => expect(match(path)).toBe(outcome))

  test('a method that the path does not have is refused at once, not redirected', () =>
    expect(match('/users/', 'DELETE')).toBe('method_not_allowed'))
})

test('a wildcard takes nothing from a route that only a slash is in the way of', () => {
  const match = matching({}, '/users', '/docs/', '/*all')
  expect(match('/users/')).toBe('→ /users')
  expect(match('//users')).toBe('→ /users')
  expect(match('/docs')).toBe('→ /docs/')
  expect(match('/other/')).toBe('/*all')
  expect(match('/a//b')).toBe('/*all')
  expect(matching({ trailingSlash: 'ignore' }, '/users', '/*all')('/users/')).toBe('/users')
  expect(matching({ trailingSlash: 'strict' }, '/users', '/*all')('/users/')).toBe('/*all')
})

describe('strict', () => {
  const match = matching({ trailingSlash: 'strict', duplicateSlashes: 'strict' }, '/users', '/users/:id', '/docs/')

  test.each([
    ['/users/', 'miss'],
    ['/docs', 'miss'],
    ['//users', 'miss'],
    ['/users//7', 'miss'],
  ])('%s comes to %s', (path, outcome) => expect(match(path)).toBe(outcome))
})

describe('ignore', () => {
  const match = matching({ trailingSlash: 'ignore', duplicateSlashes: 'ignore' }, '/users', '/users/:id', '/docs/')

  test.each([
    ['/users/', '/users'],
    ['/users/7/', '/users/:id'],
    ['/docs', '/docs/'],
    ['/docs/', '/docs/'],
    ['//users//7//', '/users/:id'],
    ['/nothing/', 'miss'],
  ])('%s comes to %s', (path, outcome) => expect(match(path)).toBe(outcome))

  test('other methods are refused as if the slash were right', () =>
    expect(match('/users/', 'DELETE')).toBe('method_not_allowed'))

  test('two routes that differ in the slash at the end are one too many', () =>
    expect(() => matching({ trailingSlash: 'ignore' }, '/a', '/a/')('/a')).toThrow(/GET \/a\/ can never be reached/))
})

test('the policies are independent', () => {
  const match = matching({ trailingSlash: 'strict', duplicateSlashes: 'redirect' }, '/users')
  expect([match('//users'), match('/users/'), match('//users/')]).toEqual(['→ /users', 'miss', 'miss'])
  const other = matching({ trailingSlash: 'ignore', duplicateSlashes: 'redirect' }, '/users')
  expect([other('//users'), other('/users/'), other('//users/')]).toEqual(['→ /users', '/users', '→ /users'])
})

test.each<[Partial<SlashPolicies>, string]>([
  [{ duplicateSlashes: 'strict' }, '//evil.example/'],
  [{ duplicateSlashes: 'ignore' }, '//evil.example/'],
  [{}, '/\\evil.example/'],
  [{}, '///evil.example//'],
  [{}, '/\\/evil.example/'],
])('no redirect leads to another host: %j %s', (policies, path) => {
  const router = new Router<string>(policies)
  router.get('/:a', 'a')
  router.get('/:a/:b', 'ab')
  router.get('/*all', 'all')
  const match = router.match('GET', path)
  const location = match.kind === 'redirect' ? match.location : '/'
  expect(new URL(location, 'https://shop.example/').host).toBe('shop.example')
})

test.each([
  ['', false],
  ['/', false],
  ['/a', false],
  ['/ab/c', false],
  ['/a/b', false],
  ['//', true],
  ['/a/', true],
  ['/ab/', true],
  ['/a//', true],
  ['/ab//', true],
  ['/a//b', true],
  ['/ab//c', true],
  ['//ab', true],
  ['//a', true],
])('%j has two slashes in a row or one at its end: %s', (path, answer) => {
  expect(hasOddSlash(path, 1)).toBe(answer)
  expect(hasOddSlash(`/x${path}`, 2)).toBe(answer || path === '/')
  expect(hasOddSlash(`/xy${path}`, 3)).toBe(answer || path === '/')
})
