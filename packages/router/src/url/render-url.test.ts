import { describe, expect, test } from 'vitest'
import { Router } from '../router.ts'

function router(): Router<string> {
  const made = new Router<string>()
  made.get('/', '', { name: 'home' })
  made.get('/users/:id<int>', '', { name: 'user', formats: ['json'] })
  made.get('/:from-:to', '', { name: 'trip' })
  made.get('/posts/:slug-:id<int>', '', { name: 'post' })
  made.get('/list/:page?', '', { name: 'list' })
  made.get('/files/*path', '', { name: 'file' })
  made.get('/docs/', '', { name: 'docs' })
  made.get('/café/:x', '', { name: 'café' })
  made.get('/t\\:x/:id\\:run', '', { name: 'colon' })
  return made
}

describe('urlFor', () => {
  test.each<[string, string, Record<string, string | number | undefined>?, Record<string, unknown>?, object?]>([
    ['/', 'home'],
    ['/users/7', 'user', { id: 7 }],
    ['/users/-7', 'user', { id: '-7' }],
    ['/users/7.json', 'user', { id: 7 }, {}, { format: 'json' }],
    ['/a-b', 'trip', { from: 'a', to: 'b' }],
    ['/a-b-c', 'trip', { from: 'a', to: 'b-c' }],
    ['/posts/my-post-7', 'post', { slug: 'my-post', id: 7 }],
    ['/list', 'list'],
    ['/list/2', 'list', { page: 2 }],
    ['/files/a/b%20c/%C3%A9', 'file', { path: 'a/b c/é' }],
    ['/docs/', 'docs'],
    ['/caf%C3%A9/%2F%3F%23%25', 'café', { x: '/?#%' }],
    ['/t%3Ax/7%3Arun', 'colon', { id: 7 }],
    ['/?q=a+b&tag=1&tag=2', 'home', {}, { q: 'a b', tag: [1, 2], none: undefined, nil: null }],
    ['/?empty=', 'home', {}, { empty: '' }],
    ['/list?x=1#part%20two', 'list', {}, { x: 1 }, { fragment: 'part two' }],
    ['/users/7', 'user', { id: 7, unknown: 'ignored' }],
  ])('makes %s', (url, name, params, query, options) => {
    expect(router().urlFor(name, params, query as never, options)).toBe(url)
  })

  test('refuses an option that it does not know', () => {
    expect(() => router().urlFor('list', {}, {}, { fragmnt: 'x' } as object)).toThrow(/fragmnt.*fragment/)
  })

  test('is the inverse of matching', () => {
    const made = router()
    for (const [name, params] of [
      ['user', { id: '42' }],
      ['trip', { from: 'a/b', to: 'c-%2F' }],
      ['post', { slug: 'a-1-b', id: '9' }],
      ['file', { path: 'x y/ü/%' }],
      ['café', { x: '🎸' }],
    ] as const) {
      expect(made.match('GET', made.urlFor(name, params))).toMatchObject({ kind: 'hit', route: { name }, params })
    }
  })

  test.each<[string, string, object, RegExp, string]>([
    ['an unknown name', 'usr', {}, /no route named usr\. Did you mean user\?/, 'url_unknown'],
    ['a missing parameter', 'user', {}, /\/users\/:id<int> needs the parameter id/, 'url_param_missing'],
    ['an empty parameter', 'user', { id: '' }, /needs the parameter id/, 'url_param_missing'],
    [
      'an inherited parameter',
      'café',
      Object.create({ x: 'y' }) as object,
      /needs the parameter x/,
      'url_param_missing',
    ],
    ['a parameter that breaks its constraint', 'user', { id: 'x' }, /"x" as id: it is not int/, 'url_param_invalid'],
    [
      'parameters that would be read back otherwise',
      'trip',
      { from: 'a-b', to: 'c' },
      /"a-b-c" as from and to: it would be read back/,
      'url_param_invalid',
    ],
    ['a step up', 'café', { x: '..' }, /relative path/, 'url_param_invalid'],
    ['a step that stays', 'café', { x: '.' }, /relative path/, 'url_param_invalid'],
    ['a step up in a wildcard', 'file', { path: 'a/../../etc' }, /relative path/, 'url_param_invalid'],
    ['an empty segment in a wildcard', 'file', { path: '/etc' }, /no empty segments/, 'url_param_invalid'],
    ['half a surrogate pair', 'café', { x: '\ud800' }, /well-formed Unicode/, 'url_param_invalid'],
  ])('refuses %s', (_, name, params, message, code) => {
    const make = (): string => router().urlFor(name, params as never)
    expect(make).toThrow(message)
    expect(make).toThrow(expect.objectContaining({ code }))
  })

  test.each([
    ['xml', 'user', { id: 7 }, /it has json/],
    ['json', 'list', {}, /it has no formats/],
    ['json', 'home', {}, /it has no formats/],
  ])('refuses the format %s for %s', (format, name, params, message) =>
    expect(() => router().urlFor(name, params, {}, { format })).toThrow(message),
  )
})

test('a route makes its own URL', () => {
  const route = new Router<string>().get('/a/:b', '')
  expect(route.url({ b: 'c d' }, { e: 1 })).toBe('/a/c%20d?e=1')
})
