import { describe, expect, test } from 'vitest'
import type { RouteOptions } from './inherited-options.ts'
import type { MatchRequest } from './match/condition.ts'
import { Router } from './router.ts'

function pick(router: Router<string>, method: string, path: string, request?: MatchRequest): unknown {
  const match = router.match(method, path, request)
  return match.kind === 'hit' ? [match.route.value, { ...match.params }] : match
}

describe('groups', () => {
  test('join prefixes and names to any depth', () => {
    const router = new Router<string>()
    router.group('/admin', { name: 'admin' }, admin => {
      admin.get('/', 'dashboard', { name: 'home' })
      admin.group('/users/:id', { name: 'users' }, users => {
        users.get('', 'show', { name: 'show' })
        users.group('/', inner => inner.get('/edit', 'edit', { name: 'edit' }))
      })
    })
    expect(pick(router, 'GET', '/admin')).toEqual(['dashboard', {}])
    expect(pick(router, 'GET', '/admin/users/7')).toEqual(['show', { id: '7' }])
    expect(router.urlFor('admin.users.edit', { id: 7 })).toBe('/admin/users/7/edit')
  })

  test('hand guards, middleware, conditions, constraints and meta down, the outermost first', () => {
    const [one, two, three] = [() => true, () => true, (next: unknown) => next]
    const router = new Router<string>()
    const options = { under: one, formats: ['json'], meta: { a: 1, b: 1 }, when: { host: 'a.example' } }
    router.group('/a', { ...options, constraints: { id: 'int' } }, a =>
      a.group('/b', { under: [two], use: three, meta: { b: 2 } }, b => {
        b.get('/:id', 'c', { when: { header: { 'x-y': true } } })
      }),
    )
    const [route] = router.routes
    expect(route).toMatchObject({ formats: ['json'], meta: { a: 1, b: 2 } })
    expect(route?.layers).toEqual([
      { use: [], under: [one] },
      { use: [three], under: [two] },
    ])
    expect(route?.conditions.map(condition => condition.name)).toEqual(['host', 'header'])
    const request = { host: 'a.example', header: () => '' }
    expect(pick(router, 'GET', '/a/b/x', request)).toEqual({ kind: 'miss' })
    expect(pick(router, 'GET', '/a/b/7', request)).toEqual(['c', { id: '7' }])
  })

  test('the innermost formats count, and an empty list ends them', () => {
    const router = new Router<string>()
    router.group('/a', { formats: ['json'] }, a => {
      a.get('/json', 'json')
      a.get('/csv', 'csv', { formats: ['csv'] })
      a.get('/none', 'none', { formats: [] })
    })
    const kinds = ['json.json', 'csv.csv', 'csv.json', 'none.json'].map(path => router.match('GET', `/a/${path}`).kind)
    expect(kinds).toEqual(['hit', 'hit', 'miss', 'miss'])
  })

  test('a prefix may end in a slash, and a group may be all there is', () => {
    const router = new Router<string>()
    router.group('/', all => all.group('/api/', api => api.get('/x', 'x')))
    expect(pick(router, 'GET', '/api/x')).toEqual(['x', {}])
  })
})

describe('names', () => {
  test('of types, conditions and guards may be given before they are used', () => {
    const login = (): boolean => true
    const router = new Router<string>()
    router
      .type('isbn', /\d{13}/)
      .guard('login', login)
      .condition('never', () => false)
    router.get('/:id<isbn>', 'book', { under: 'login' })
    router.get('/:id<isbn>/x', 'x', { when: { never: 1 } as object })
    expect(pick(router, 'GET', '/9780000000000')).toEqual(['book', { id: '9780000000000' }])
    expect(pick(router, 'GET', '/978')).toEqual({ kind: 'miss' })
    expect(pick(router, 'GET', '/9780000000000/x', {})).toEqual({ kind: 'miss' })
    expect(router.routes[0]!.layers).toEqual([{ use: [], under: [login] }])
  })

  test('a type that is named again is another one', () => {
    const router = new Router<string>()
    router.type('code', /a/).get('/:x<code>', 'a')
    router.type('code', /b/).get('/:x<code>', 'b')
    expect([pick(router, 'GET', '/a'), pick(router, 'GET', '/b')]).toEqual([
      ['a', { x: 'a' }],
      ['b', { x: 'b' }],
    ])
  })
})

describe('once the router has matched', () => {
  test('no route can be added', () => {
    const router = new Router<string>()
    router.get('/', 'home')
    router.match('GET', '/')
    expect(router.frozen).toBe(true)
    const late = (): unknown => router.get('/late', 'late')
    expect(late).toThrow(/Route GET \/late was added after .*router\.test\.ts:\d+:\d+/)
    expect(late).toThrow(expect.objectContaining({ code: 'router_frozen' }))
    expect(router.routes).toHaveLength(1)
  })

  test('nor a group', () => {
    const router = new Router<string>().freeze()
    expect(() => router.group('/g', () => undefined)).toThrow(/Route group \/g was added after/)
  })

  test('values are final: freezing lets them be replaced once', () => {
    const router = new Router<string>()
    router.get('/a', 'a')
    router.freeze(route => `${route}!`).freeze(route => `${route.value}?`)
    expect(pick(router, 'GET', '/a')).toEqual(['GET /a!', {}])
  })
})

describe('a hit', () => {
  test('of a path without parameters is one and the same object every time', () => {
    const router = new Router<string>()
    router.get('/a/b', 'x', { formats: ['json'] })
    expect(router.match('GET', '/a/b')).toBe(router.match('GET', '/a/b'))
    expect(router.match('GET', '/a/b.json')).toBe(router.match('GET', '/a/b.json'))
    expect(Object.isFrozen((router.match('GET', '/a/b') as { params: object }).params)).toBe(true)
  })

  test('has the parameters of any number of names', () => {
    const router = new Router<string>()
    const names = Array.from({ length: 30 }, (_, i) => `p${i}`)
    for (let n = 1; n < names.length; n++)
      router.get(
        `/${n}/${names
          .slice(0, n)
          .map(name => `:${name}`)
          .join('/')}`,
        String(n),
      )
    for (let n = 1; n < names.length; n++) {
      const values = names.slice(0, n).map(name => [name, `${name}%20`] as const)
      const decoded = Object.fromEntries(values.map(([name]) => [name, `${name} `]))
      expect(pick(router, 'GET', `/${n}/${values.map(([, value]) => value).join('/')}`)).toEqual([String(n), decoded])
    }
  })

  test('has parameters named like members of objects', () => {
    const router = new Router<string>()
    router.get('/:constructor/:toString', 'x')
    expect(pick(router, 'GET', '/a/b')).toEqual(['x', { constructor: 'a', toString: 'b' }])
  })
})

test('methods may be several, of any case when added, and unknown to the world', () => {
  const router = new Router<string>()
  router.add(['get', 'PURGE', 'GET'], '/a', 'a')
  expect(pick(router, 'GET', '/a')).toEqual(['a', {}])
  expect(pick(router, 'PURGE', '/a')).toEqual(['a', {}])
  expect(pick(router, 'purge', '/a')).toEqual({ kind: 'method_not_allowed', allow: 'GET, HEAD, OPTIONS, PURGE' })
  expect(new Router<string>().add(['GET', '*'], '/b', 'b').methods).toEqual(['*'])
})

test('OPTIONS for the whole server is answered with the methods of all routes', () => {
  const router = new Router<string>()
  router.get('/a', 'a')
  router.post('/b/:id', 'b', { when: { host: 'x.test' } })
  expect(pick(router, 'OPTIONS', '*')).toEqual({ kind: 'options', allow: 'GET, HEAD, POST, OPTIONS' })
  expect(pick(router, 'GET', '*')).toEqual({ kind: 'miss' })
  expect(pick(router, 'OPTIONS', '**')).toEqual({ kind: 'miss' })
})

test.each(['', '*', 'users', 'http://x/', '?', '\\a'])('the invalid path %j is a miss', path => {
  const router = new Router<string>()
  router.get('/', 'home')
  router.get('/:a?', 'a', { when: () => true })
  router.get('/*all', 'all')
  expect(router.match('GET', path)).toEqual({ kind: 'miss' })
})

describe('a mistake is found when the route is added, and named with its place:', () => {
  const at = String.raw`\(${import.meta.filename}:\d+:\d+\)`
  const add =
    (path: string, options?: RouteOptions<string>, value: unknown = 'x', method = 'GET') =>
    (): unknown =>
      new Router<string>().add(method, path, value as string, options)

  test.each<[string, string, RegExp | string, () => unknown]>([
    ['a bad pattern', 'pattern_invalid', 'GET /a//b: the path "/a//b" has an empty segment', add('/a//b')],
    ['a path without its slash', 'pattern_invalid', 'GET users: the path "users" must begin', add('users')],
    ['an invalid path', 'pattern_invalid', 'the path 7 must begin', add(7 as never)],
    [
      'an invalid constraint',
      'constraint_invalid',
      'GET /:id<itn>: the constraint of id names the type itn',
      add('/:id<itn>'),
    ],
    [
      'a constraint that cannot compile',
      'constraint_invalid',
      'the constraint of id is not a regular expression',
      add('/:id<[>'),
    ],
    [
      'a constraint for nobody',
      'constraint_invalid',
      'the constraint of di has no parameter in the path. Did you mean id?',
      add('/:id', { constraints: { di: 'int' } }),
    ],
    [
      'a constraint given twice',
      'constraint_invalid',
      'the constraint of id is both in the path and',
      add('/:id<int>', { constraints: { id: 'int' } }),
    ],
    ['an invalid method', 'method_invalid', 'GET,PUT /: "GET,PUT" is not an HTTP method', add('/', {}, 'x', 'get,put')],
    [
      'no handler',
      'handler_invalid',
      'GET /: the handler is undefined',
      () => new Router<unknown>().get('/', undefined),
    ],
    [
      'an option that does not exist',
      'option_unknown',
      'has no option unde. Did you mean under?',
      add('/a', { unde: 1 } as never),
    ],
    [
      'an option of the framework around, misspelled',
      'option_unknown',
      'has no option sumary. Did you mean summary?',
      () => new Router<string>({ framework: { routeOptions: ['summary'] } }).get('/a', 'a', { sumary: 'x' } as never),
    ],
    ['an option of a wrong type', 'option_invalid', 'the option name must be', add('/a', { name: '' })],
    [
      'a group without routes',
      'group_invalid',
      'group /g: its last argument must be the function that adds its routes, not a value of type object.',
      () => new Router<string>().group('/g', { under: 'x' } as never),
    ],
    [
      'what a framework refuses',
      'handler_invalid',
      'GET /: the handler is too short.',
      () =>
        new Router<string>({ framework: { checkValue: value => (value.length < 3 ? 'is too short' : undefined) } }).get(
          '/',
          'x',
        ),
    ],
    ['an invalid format', 'format_invalid', 'GET /a: ".json" is not a format', add('/a', { formats: ['.json'] })],
    ['an unknown guard', 'guard_unknown', 'GET /a: there is no guard named login.', add('/a', { under: 'login' })],
    ['an invalid guard', 'guard_invalid', 'GET /a: a guard in `under` must be', add('/a', { under: 7 as never })],
    [
      'invalid middleware',
      'middleware_invalid',
      'GET /a: `use` contains something',
      add('/a', { use: ['x'] as never }),
    ],
  ])('%s', (_, code, message, run) => {
    expect(run).toThrow(expect.objectContaining({ code }))
    expect(run).toThrow(message)
    expect(run).toThrow(new RegExp(at, 's'))
  })

  test('a name that is taken, with the place of the first', () => {
    const router = new Router<string>()
    router.get('/a', 'a', { name: 'x' })
    const again = (): unknown => router.get('/b', 'b', { name: 'x' })
    expect(again).toThrow(expect.objectContaining({ code: 'name_duplicate' }))
    expect(again).toThrow(
      /GET \/b: the name x already belongs to GET \/a\. .*test\.ts:\d+:\d+, first in .*test\.ts:\d+/,
    )
    expect(router.routes).toHaveLength(1)
  })

  test('a guard with a name that is nearly right', () => {
    const router = new Router<string>().guard('requireLogin', () => true)
    expect(() => router.group('/', { under: 'requireLogn' }, () => undefined)).toThrow(/Did you mean requireLogin\?/)
    expect(() => router.guard('x', 1 as never)).toThrow(expect.objectContaining({ code: 'guard_invalid' }))
  })

  test('an invalid type', () => {
    expect(() => new Router().type('a b', /x/)).toThrow(/a name that is not a word/)
    expect(() => new Router().type('x', [])).toThrow(expect.objectContaining({ code: 'constraint_invalid' }))
  })
})

describe('two routes that match the same requests are refused before the first match', () => {
  type Spec = [path: string, options?: RouteOptions<string>, method?: string]
  const freeze =
    (...specs: Spec[]) =>
    (): unknown => {
      const router = new Router<string>()
      for (const [path, options, method] of specs) router.add(method ?? 'GET', path, path, options)
      return router.freeze()
    }

  test.each<[string, Spec, Spec]>([
    ['text', ['/a'], ['/a']],
    ['other names', ['/:a/:b'], ['/:x/:y']],
    ['the same type', ['/:a<int>'], ['/:b<int>']],
    ['a type in the path and in the options', ['/:a<int>'], ['/:b', { constraints: { b: 'int' } }]],
    ['wildcards', ['/*a'], ['/*b']],
    ['an optional segment that may be missing', ['/a/:b?'], ['/a/:c<int>?']],
    ['one method of several', ['/a'], ['/a', {}, 'GET']],
    ['the same conditions', ['/a', { when: { host: 'h' } }], ['/a', { when: { host: 'H' } }]],
    [
      'the same conditions in another order',
      ['/a', { when: [{ host: 'h' }, { format: 'json' }] }],
      ['/a', { when: [{ format: 'json' }, { host: 'h' }] }],
    ],
  ])('%s', (_, first, second) => {
    const frozen = freeze(first, second)
    expect(frozen).toThrow(expect.objectContaining({ code: 'route_duplicate' }))
    expect(frozen).toThrow(`Route GET ${second[0]} can never be reached: GET ${first[0]} matches the same requests.`)
    expect(frozen).toThrow(/test\.ts:\d+:\d+, first in .*test\.ts:\d+:\d+\)$/)
  })

  test.each<[string, Spec, Spec]>([
    ['another constraint', ['/:a<int>'], ['/:a<slug>']],
    ['another method', ['/a'], ['/a', {}, 'POST']],
    ['any method', ['/a'], ['/a', {}, '*']],
    ['HEAD', ['/a'], ['/a', {}, 'HEAD']],
    ['a condition more', ['/a'], ['/a', { when: { host: 'h' } }]],
    ['another condition', ['/a', { when: { host: 'h' } }], ['/a', { when: { host: 'i' } }]],
    ['conditions that nobody can compare', ['/a', { when: () => true }], ['/a', { when: () => true }]],
    ['a path that the other has by a suffix', ['/a', { formats: ['json'] }], ['/a.json']],
    ['a path that the other has by leaving out', ['/a/:b?'], ['/a']],
    ['a slash at the end', ['/a'], ['/a/']],
  ])('but not where one has %s', (_, first, second) => {
    expect(freeze(first, second)()).toBeInstanceOf(Router)
  })
})

describe('a wildcard hands no segment .. to a handler', () => {
  const router = new Router<string>()
  router.get('/files/*path', 'file')
  router.get('/sites/:site/*path/edit', 'edit')
  router.get('/names/:name', 'name')

  test.each([
    '/files/..',
    '/files/../secret',
    '/files/a/../../b',
    '/files/a/..',
    '/files/%2e%2e/secret',
    '/files/.%2E/secret',
    '/files/a%2F..%2Fb',
    '/files/..%2fsecret',
    '/files/..%5Csecret',
    '/files/a%5c..',
    '/sites/a/b/../c/edit',
  ])('%s is malformed', path => {
    expect(router.match('GET', path)).toEqual({ kind: 'malformed' })
  })

  test.each([
    ['/files/a..b/c', { path: 'a..b/c' }],
    ['/files/...', { path: '...' }],
    ['/files/..a/b..', { path: '..a/b..' }],
    ['/files/%252e%252e/x', { path: '%2e%2e/x' }],
    ['/sites/../x/edit', { site: '..', path: 'x' }],
    ['/names/a%2F..%2Fb', { name: 'a/../b' }],
  ])('%s is not', (path, params) => {
    expect(pick(router, 'GET', path)).toEqual([expect.any(String), params])
  })
})
