import { describe, expect, test } from 'vitest'
import type { Matching } from './outcome.ts'

/** What every implementation must do. The first table is the routes, the second what requests come to. */
export function routerContract(name: string, create: () => Matching): void {
  const table = (routes: readonly string[], cases: Record<string, unknown>): void => {
    for (const order of ['in this order', 'in reverse'] as const) {
      const router = create()
      for (const route of order === 'in reverse' ? [...routes].reverse() : routes) {
        const [method, path] = route.split(' ') as [string, string]
        router.add(method, path, path)
      }
      for (const [request, wanted] of Object.entries(cases)) {
        const [method, path] = request.split(' ') as [string, string]
        const outcome = router.match(method, path)
        const actual = 'value' in outcome ? [outcome.value, outcome.params] : outcome
        expect(actual, `${request} with the routes ${order}`).toEqual(wanted)
      }
    }
  }
  const miss = { kind: 'miss' }

  describe(`${name}: priority does not depend on the order of registration`, () => {
    test('static before constrained before parameter before wildcard', () =>
      table(['GET /u/me', 'GET /u/:id<int>', 'GET /u/:name', 'GET /u/*rest'], {
        'GET /u/me': ['/u/me', {}],
        'GET /u/7': ['/u/:id<int>', { id: '7' }],
        'GET /u/meme': ['/u/:name', { name: 'meme' }],
        'GET /u/me/7': ['/u/*rest', { rest: 'me/7' }],
        'GET /u': miss,
      }))

    test('the segments decide from left to right', () =>
      table(['GET /a/:x/c', 'GET /:x/b/c', 'GET /a/b/*x'], {
        'GET /a/b/c': ['/a/b/*x', { x: 'c' }],
        'GET /a/z/c': ['/a/:x/c', { x: 'z' }],
        'GET /z/b/c': ['/:x/b/c', { x: 'z' }],
      }))

    test('text in a segment counts before none, and more text before less', () =>
      table(['GET /:id', 'GET /:id.json', 'GET /:a-:b.json', 'GET /v:major', 'GET /:n<int>', 'GET /:slug-:n<int>'], {
        'GET /x.json': ['/:id.json', { id: 'x' }],
        'GET /x-y.json': ['/:a-:b.json', { a: 'x', b: 'y' }],
        'GET /v1': ['/v:major', { major: '1' }],
        'GET /v-1': ['/:slug-:n<int>', { slug: 'v', n: '1' }],
        'GET /1': ['/:n<int>', { n: '1' }],
        'GET /x': ['/:id', { id: 'x' }],
      }))
  })

  describe(`${name}: goes back where a branch ends in nothing`, () => {
    test('from a static segment to a parameter', () =>
      table(['GET /a/b/x', 'GET /a/:p/y', 'GET /:q/b/z', 'GET /*all'], {
        'GET /a/b/x': ['/a/b/x', {}],
        'GET /a/b/y': ['/a/:p/y', { p: 'b' }],
        'GET /a/b/z': ['/:q/b/z', { q: 'a' }],
        'GET /a/b/w': ['/*all', { all: 'a/b/w' }],
      }))

    test('from a text that only begins like the path', () =>
      table(['GET /pages/about', 'GET /pages/:slug', 'GET /:section/abacus'], {
        'GET /pages/about': ['/pages/about', {}],
        'GET /pages/abo': ['/pages/:slug', { slug: 'abo' }],
        'GET /pages/aboutus': ['/pages/:slug', { slug: 'aboutus' }],
        'GET /page/abacus': ['/:section/abacus', { section: 'page' }],
      }))

    test('with the parameters of the branch that won', () =>
      table(['GET /:a/:b/end', 'GET /:x<int>/:y/:z/stop', 'GET /*w'], {
        'GET /1/2/end': ['/:a/:b/end', { a: '1', b: '2' }],
        'GET /1/2/3/stop': ['/:x<int>/:y/:z/stop', { x: '1', y: '2', z: '3' }],
        'GET /1/2/3/go': ['/*w', { w: '1/2/3/go' }],
      }))

    test('to a route of the method asked for', () =>
      table(['GET /users/me', 'POST /users/:id', 'DELETE /*path'], {
        'GET /users/me': ['/users/me', {}],
        'POST /users/me': ['/users/:id', { id: 'me' }],
        'DELETE /users/me': ['/*path', { path: 'users/me' }],
        'PUT /users/me': { kind: 'method_not_allowed', allow: 'GET, HEAD, POST, DELETE, OPTIONS' },
      }))
  })

  describe(`${name}: placeholders`, () => {
    test('take no slash and are not empty', () =>
      table(['GET /users/:id', 'GET /:a/x'], {
        'GET /users/': miss,
        'GET /users/1/2': miss,
        'GET //x': miss,
      }))

    test('several in one segment end where the text after them first occurs', () =>
      table(['GET /:from-:to', 'GET /at/:lat,:lng', 'GET /f/:name.:ext', 'GET /@:user/x'], {
        'GET /a-b': ['/:from-:to', { from: 'a', to: 'b' }],
        'GET /a-b-c': ['/:from-:to', { from: 'a', to: 'b-c' }],
        'GET /--a': ['/:from-:to', { from: '-', to: 'a' }],
        'GET /a-': miss,
        'GET /-b': miss,
        'GET /at/1.5,-2': ['/at/:lat,:lng', { lat: '1.5', lng: '-2' }],
        'GET /f/a.tar.gz': ['/f/:name.:ext', { name: 'a', ext: 'tar.gz' }],
        'GET /@bob/x': ['/@:user/x', { user: 'bob' }],
        'GET /@/x': miss,
      }))

    test('in one segment take more where a constraint after them asks for it', () =>
      table(['GET /:slug-:id<int>', 'GET /d/:day<date>-:slug', 'GET /o/:id<int>-:slug'], {
        'GET /my-first-post-42': ['/:slug-:id<int>', { slug: 'my-first-post', id: '42' }],
        'GET /my-first-post': miss,
        'GET /d/2024-02-29-leap': ['/d/:day<date>-:slug', { day: '2024-02-29', slug: 'leap' }],
        'GET /d/2023-02-29-none': miss,
        'GET /o/7-a-b': ['/o/:id<int>-:slug', { id: '7', slug: 'a-b' }],
      }))

    test('may be missing in the last segment', () =>
      table(['GET /posts/:page<int>?', 'GET /:lang?', 'GET /files/*path?'], {
        'GET /posts': ['/posts/:page<int>?', {}],
        'GET /posts/2': ['/posts/:page<int>?', { page: '2' }],
        'GET /posts/two': miss,
        'GET /': ['/:lang?', {}],
        'GET /en': ['/:lang?', { lang: 'en' }],
        'GET /files': ['/files/*path?', {}],
        'GET /files/a/b': ['/files/*path?', { path: 'a/b' }],
      }))

    test('of a regular expression match as a whole', () =>
      table(['GET /:lang<en|de>/x', 'GET /:code<[A-Z]{2}\\d+>'], {
        'GET /en/x': ['/:lang<en|de>/x', { lang: 'en' }],
        'GET /den/x': miss,
        'GET /ende/x': miss,
        'GET /AB12': ['/:code<[A-Z]{2}\\d+>', { code: 'AB12' }],
        'GET /AB12x': miss,
        'GET /xAB12': miss,
      }))
  })

  describe(`${name}: wildcards`, () => {
    test('take at least one character and do not begin with a slash', () =>
      table(['GET /files/*path', 'GET /s/:a/*b'], {
        'GET /files/a': ['/files/*path', { path: 'a' }],
        'GET /files/a/b.txt': ['/files/*path', { path: 'a/b.txt' }],
        'GET /files/a//b/': ['/files/*path', { path: 'a//b/' }],
        'GET /files': miss,
        'GET /s/1/2/3': ['/s/:a/*b', { a: '1', b: '2/3' }],
      }))

    test('leave the text after them to the rest of the pattern', () =>
      table(['GET /docs/*path/edit', 'GET /docs/*path', 'GET /docs/*path/:rev<int>/raw'], {
        'GET /docs/a/b/edit': ['/docs/*path/edit', { path: 'a/b' }],
        'GET /docs/a/edit/b/edit': ['/docs/*path/edit', { path: 'a/edit/b' }],
        'GET /docs/edit': ['/docs/*path', { path: 'edit' }],
        'GET /docs/a/edit/b': ['/docs/*path', { path: 'a/edit/b' }],
        'GET /docs/a/b/7/raw': ['/docs/*path/:rev<int>/raw', { path: 'a/b', rev: '7' }],
      }))

    test('may have a constraint', () =>
      table(['GET /*path<.*\\.html>', 'GET /*other'], {
        'GET /a/b.html': ['/*path<.*\\.html>', { path: 'a/b.html' }],
        'GET /a/b.txt': ['/*other', { other: 'a/b.txt' }],
      }))
  })

  describe(`${name}: percent-encoding`, () => {
    test('is taken off once', () =>
      table(['GET /p/:a', 'GET /w/*path'], {
        'GET /p/a%20b': ['/p/:a', { a: 'a b' }],
        'GET /p/%2525': ['/p/:a', { a: '%25' }],
        'GET /p/50%25.png': ['/p/:a', { a: '50%.png' }],
        'GET /p/%252F': ['/p/:a', { a: '%2F' }],
        'GET /p/caf%C3%A9': ['/p/:a', { a: 'café' }],
        'GET /p/%F0%9F%8E%B8': ['/p/:a', { a: '🎸' }],
        'GET /p/a+b': ['/p/:a', { a: 'a+b' }],
        'GET /w/a%20b/c%3Fd': ['/w/*path', { path: 'a b/c?d' }],
      }))

    test('of a slash makes it data', () =>
      table(['GET /p/:a', 'GET /p/:a/:b', 'GET /w/*path', 'GET /t/:a-:b', 'GET /admin/secret'], {
        'GET /p/a%2Fb': ['/p/:a', { a: 'a/b' }],
        'GET /p/a%2fb/c': ['/p/:a/:b', { a: 'a/b', b: 'c' }],
        'GET /p/%2F': ['/p/:a', { a: '/' }],
        'GET /w/a%2Fb': ['/w/*path', { path: 'a/b' }],
        'GET /t/a%2Fb-c': ['/t/:a-:b', { a: 'a/b', b: 'c' }],
        'GET /admin%2Fsecret': miss,
        'GET /admin%2fsecret': miss,
      }))

    test('makes no difference to text', () =>
      table(['GET /about', 'GET /café/:x', 'GET /100%/:x', 'GET /a b'.replace(' b', '-b')], {
        'GET /%61bout': ['/about', {}],
        'GET /%61bou%74': ['/about', {}],
        'GET /caf%C3%A9/%78': ['/café/:x', { x: 'x' }],
        'GET /100%25/%25': ['/100%/:x', { x: '%' }],
        'GET /%2561bout': miss,
      }))

    test('that is broken is malformed, whatever the routes', () =>
      table(['GET /p/:a', 'GET /*all', 'GET /100%'], {
        'GET /p/%': { kind: 'malformed' },
        'GET /p/%zz': { kind: 'malformed' },
        'GET /p/%2': { kind: 'malformed' },
        'GET /p/%C3': { kind: 'malformed' },
        'GET /p/%FF%FE': { kind: 'malformed' },
        'GET /p/%C0%AF': { kind: 'malformed' },
        'GET /p/%ED%A0%80': { kind: 'malformed' },
        'GET /100%': { kind: 'malformed' },
        'POST /nothing/%zz': { kind: 'malformed' },
      }))

    test('does not turn dots into steps', () =>
      table(['GET /files/*path', 'GET /secret', 'GET /:a/x'], {
        'GET /files/../secret': { kind: 'malformed' },
        'GET /files/%2e%2e/secret': { kind: 'malformed' },
        'GET /../x': ['/:a/x', { a: '..' }],
      }))
  })

  describe(`${name}: methods`, () => {
    test('a path known for others is refused with all of them', () =>
      table(['GET /a', 'PUT /a', 'POST /:x', 'PATCH /b'], {
        'DELETE /a': { kind: 'method_not_allowed', allow: 'GET, HEAD, POST, PUT, OPTIONS' },
        'GET /b': { kind: 'method_not_allowed', allow: 'POST, PATCH, OPTIONS' },
        'HEAD /b': { kind: 'method_not_allowed', allow: 'POST, PATCH, OPTIONS' },
        'BREW /a': { kind: 'method_not_allowed', allow: 'GET, HEAD, POST, PUT, OPTIONS' },
        'get /a': { kind: 'method_not_allowed', allow: 'GET, HEAD, POST, PUT, OPTIONS' },
        'GET /a/b': miss,
      }))

    test('HEAD is GET unless it has its own route', () =>
      table(['GET /a', 'GET /b', 'HEAD /b', 'POST /c'], {
        'HEAD /a': ['/a', {}],
        'HEAD /b': ['/b', {}],
        'HEAD /c': { kind: 'method_not_allowed', allow: 'POST, OPTIONS' },
      }))

    test('OPTIONS lists the methods unless it has its own route', () =>
      table(['GET /a/:x', 'POST /a/b', 'OPTIONS /own'], {
        'OPTIONS /a/b': { kind: 'options', allow: 'GET, HEAD, POST, OPTIONS' },
        'OPTIONS /a/c': { kind: 'options', allow: 'GET, HEAD, OPTIONS' },
        'OPTIONS /own': ['/own', {}],
        'OPTIONS /none': miss,
      }))

    test('any method comes after the method itself', () =>
      table(['* /a', '* /:x', 'GET /b'], {
        'GET /a': ['/a', {}],
        'BREW /a': ['/a', {}],
        'OPTIONS /a': ['/a', {}],
        'GET /b': ['/b', {}],
        'POST /b': ['/:x', { x: 'b' }],
      }))

    test('its own route comes before the one for any method, with the same path', () => {
      const router = create()
      router.add('*', '/a/:x', 'any')
      router.add('GET', '/a/:x', 'get')
      expect(router.match('GET', '/a/1')).toMatchObject({ value: 'get' })
      expect(router.match('HEAD', '/a/1')).toMatchObject({ value: 'get' })
      expect(router.match('PUT', '/a/1')).toMatchObject({ value: 'any' })
    })
  })

  describe(`${name}: conditions and formats`, () => {
    test('a route whose condition fails leaves the request to the next', () => {
      const router = create()
      router.add('GET', '/:x', 'last')
      router.add('GET', '/a', 'b only', { when: ({ host }) => host === 'b' })
      router.add('GET', '/:y', 'c only', { when: (_, { y }) => y === 'c' })
      router.add('POST', '/a', 'post', { when: ({ host }) => host === 'b' })
      expect(router.match('GET', '/a', { host: 'b' })).toEqual({ value: 'b only', params: {} })
      expect(router.match('GET', '/a', { host: 'x' })).toEqual({ value: 'last', params: { x: 'a' } })
      expect(router.match('GET', '/a')).toEqual({ value: 'last', params: { x: 'a' } })
      expect(router.match('GET', '/c', {})).toEqual({ value: 'c only', params: { y: 'c' } })
      expect(router.match('PUT', '/a', { host: 'b' })).toEqual({
        kind: 'method_not_allowed',
        allow: 'GET, HEAD, POST, OPTIONS',
      })
      expect(router.match('PUT', '/a', {})).toEqual({ kind: 'method_not_allowed', allow: 'GET, HEAD, OPTIONS' })
    })

    test('formats add suffixes, which a route written so comes before', () => {
      const router = create()
      router.add('GET', '/report', 'report', { formats: ['json', 'csv'] })
      router.add('GET', '/report.csv', 'own')
      router.add('GET', '/users/:id', 'user', { formats: ['json'] })
      router.add('GET', '/f/*path', 'file', { formats: ['json'] })
      router.add('GET', '/', 'home', { formats: ['json'] })
      expect(router.match('GET', '/report')).toEqual({ value: 'report', params: {} })
      expect(router.match('GET', '/report.json')).toEqual({ value: 'report', params: {}, format: 'json' })
      expect(router.match('GET', '/report.csv')).toEqual({ value: 'own', params: {} })
      expect(router.match('GET', '/report.xml')).toEqual(miss)
      expect(router.match('GET', '/users/a.b.json')).toEqual({ value: 'user', params: { id: 'a.b' }, format: 'json' })
      expect(router.match('GET', '/users/a.b')).toEqual({ value: 'user', params: { id: 'a.b' } })
      expect(router.match('GET', '/users/.json')).toEqual({ value: 'user', params: { id: '.json' } })
      expect(router.match('GET', '/f/a/b.json')).toEqual({ value: 'file', params: { path: 'a/b' }, format: 'json' })
      expect(router.match('GET', '/.json')).toEqual(miss)
    })
  })
}
