import { describe, expect, test } from 'vitest'
import type { MatchRequest, When } from '../match/condition.ts'
import { Router, type RouterOptions } from '../router.ts'

function example(options?: RouterOptions): Router<string> {
  const router = new Router<string>(options)
  router.get('/', 'home')
  router.get('/users/me', 'me')
  router.get('/users/:id<int>', 'int')
  router.get('/users/:name', 'name')
  router.put('/users/me', 'put')
  router.get('/users/:id/posts/:post', 'post')
  router.get('/:from-:to', 'trip')
  router.group('/admin', { when: { host: ':t.example.com' }, formats: ['json'] }, g => g.get('/:id', 'admin'))
  router.any('/*all', 'all')
  return router
}

function results(router: Router<string>, ...args: Parameters<Router['explain']>): Record<string, string> {
  return Object.fromEntries(
    router
      .explain(...args)
      .candidates.map(({ route, result, reason }) => [`${route}`, reason ? `${result}: ${reason}` : result]),
  )
}

describe('each candidate is explained', () => {
  test('that it won, and why the others came after it', () => {
    expect(results(example(), 'GET', '/users/me')).toEqual({
      'GET /users/me': 'won',
      'GET /users/:name': 'lost: me comes before :name: text before a parameter',
      'ANY /*all': 'lost: users comes before *all: text before a wildcard',
      'PUT /users/me': 'method: it takes PUT',
      'GET /users/:id<int>': 'path: "me" is not int (id)',
      'GET /users/:id/posts/:post': 'path: the path ends before /posts',
    })
  })

  test('the constraint that failed, the text that is missing, where the path continues or ends', () => {
    expect(results(example(), 'GET', '/users/7/posts')).toEqual({
      'ANY /*all': 'won',
      'GET /users/:id/posts/:post': 'path: the path ends before /:post',
      'GET /users/:id<int>': 'path: the path goes on: /posts',
      'GET /users/:name': 'path: the path goes on: /posts',
      'GET /users/me': 'path: it has "7" where the route has "me"',
      'PUT /users/me': 'path: it has "7" where the route has "me"',
    })
  })

  test('says what a wildcard cannot match, and how far the rest matched', () => {
    const router = new Router<string>()
    router.get('/n/*path<int>/x', 'numbers')
    router.get('/f/*path/edit', 'edit')
    router.get('/f/*path/edit/:id<int>', 'part')
    const reasons = (path: string) => Object.values(results(router, 'GET', path))
    expect(results(router, 'GET', '/n/a/x')).toEqual({ 'GET /n/*path<int>/x': 'path: "a" is not int (path)' })
    expect(results(router, 'GET', '/n')).toEqual({ 'GET /n/*path<int>/x': 'path: the path ends before /*path<int>' })
    expect(reasons('/f/a')).toEqual(['path: the path ends before /edit', 'path: the path ends before /edit'])
    expect(results(router, 'GET', '/f/a/b/edit/x')).toEqual({
      'GET /f/*path/edit/:id<int>': 'path: "x" is not int (id)',
      'GET /f/*path/edit': 'path: the path goes on: /x',
    })
  })

  test('the spelling that comes furthest, of a path with an optional segment', () => {
    const router = new Router<string>()
    router.get('/a/:b/:c?', 'optional')
    router.get('/x/:b', 'suffixed', { formats: ['json'] })
    expect(results(router, 'GET', '/a/1/2/3')['GET /a/:b/:c?']).toBe('path: the path goes on: /3')
    expect(results(router, 'GET', '/x/1/2')['GET /x/:b']).toBe('path: the path goes on: /2')
  })

  test('says which condition failed and what the request has there', () => {
    const admin = (request?: { host: string }) => results(example(), 'GET', '/admin/7.json', request)['GET /admin/:id']
    expect(admin()).toBe('condition: host :t.example.com: no request was given to look at')
    expect(admin({ host: 'example.com' })).toBe('condition: host :t.example.com: the host is example.com')
    expect(admin({ host: 'a.example.com' })).toBe('won')
  })

  test.each<[When, MatchRequest, string]>([
    [{ host: 'shop.example' }, {}, 'host shop.example: the host is not given'],
    [
      { header: { 'X-Api': '2', b: true } },
      { header: name => (name === 'x-api' ? '1' : null) },
      'header x-api: 2, b: x-api is "1", b is null',
    ],
    [
      { contentType: 'text/csv' },
      { header: () => 'text/plain' },
      'contentType text/csv: the content type is text/plain',
    ],
    [{ contentType: ['a/b', 'c/*'] }, {}, 'contentType a/b or c/*: the content type is not given'],
    [{ format: ['csv', 'xml'] }, { rawQuery: 'format=json' }, 'format csv or xml: the format asked for is json'],
    [{ format: 'csv' }, { rawQuery: 'a=b' }, 'format csv: the format asked for is not given'],
    [{ test: () => false }, {}, 'test a function: it gave false'],
  ])('what a request has instead of %j', (when, request, reason) => {
    const router = new Router<string>()
    router.get('/x', 'x', { when })
    expect(results(router, 'GET', '/x', request)).toEqual({ 'GET /x': `condition: ${reason}` })
  })

  test('that the suffix is the format that it asked for, whatever the query says', () => {
    const router = new Router<string>()
    router.get('/x', 'x', { when: { format: 'csv' }, formats: ['json'] })
    const request = { rawQuery: 'format=csv' }
    expect(results(router, 'GET', '/x.json', request)['GET /x']).toContain('the format asked for is json')
  })

  test('that the order of registration decided, or the amount of text, or the method', () => {
    const router = new Router<string>()
    router.get('/a/:x<int>', 'int')
    router.get('/a/:y<slug>', 'slug')
    router.get('/b/:x-:y', 'two')
    router.get('/b/:x-:y-:z', 'three')
    router.any('/c/:x', 'any')
    router.get('/c/:y', 'get')
    router.get('/d', 'plain')
    router.get('/d', 'host', { when: { host: 'h' } })
    router.get('/e', 'suffixed', { formats: ['json'] })
    router.get('/e.json', 'written')
    expect(results(router, 'GET', '/a/7')['GET /a/:y<slug>']).toBe(
      'lost: :x<int> comes before :y<slug>: it was registered first',
    )
    expect(results(router, 'GET', '/b/1-2-3')['GET /b/:x-:y']).toBe(
      'lost: :x-:y-:z comes before :x-:y: it has more text',
    )
    expect(results(router, 'GET', '/c/1')['ANY /c/:x']).toBe('lost: GET /c/:y names the method')
    expect(String(router.explain('GET', '/d', { host: 'h' }))).toContain('GET /d has more conditions')
    expect(results(router, 'GET', '/e.json')['GET /e']).toBe('lost: GET /e.json is written for this very path')
  })

  test('that it takes other methods, and that GET stands for HEAD only', () => {
    const router = new Router<string>()
    router.get('/a', 'get')
    router.post('/a', 'post')
    expect(results(router, 'HEAD', '/a')).toEqual({ 'GET /a': 'won', 'POST /a': 'method: it takes POST' })
    expect(results(router, 'POST', '/a')).toEqual({ 'POST /a': 'won', 'GET /a': 'method: it takes GET' })
    expect(results(router, 'PUT', '/a')).toEqual({
      'GET /a': 'method: it takes GET',
      'POST /a': 'method: it takes POST',
    })
  })

  test('that it lost to a route whose last segment may be missing, or that has a suffix', () => {
    const router = new Router<string>()
    router.get('/a/b/:page<int>?', 'list')
    router.get('/a/:x', 'one')
    router.get('/a/:x/:y', 'two')
    expect(results(router, 'GET', '/a/b')['GET /a/:x']).toBe('lost: b comes before :x: text before a parameter')
    expect(results(router, 'GET', '/a/b/7')['GET /a/:x/:y']).toBe('lost: b comes before :x: text before a parameter')
    const suffixed = new Router<string>()
    suffixed.get('/x/:id', 'id', { formats: ['json'] })
    suffixed.get('/x/:name', 'name', { when: () => true })
    expect(results(suffixed, 'GET', '/x/7.json', {})).toEqual({
      'GET /x/:id': 'won',
      'GET /x/:name': 'lost: :id.json comes before :name: it has more text',
    })
    const tail = new Router<string>()
    tail.get('/a/:page<int>?', 'list')
    tail.get('/a/:x', 'one')
    expect(results(tail, 'GET', '/a/7')['GET /a/:x']).toBe(
      'lost: :page<int> comes before :x: a constrained parameter before a parameter',
    )
  })
})

describe('the outcome is explained', () => {
  test.each<[string, string, string]>([
    ['GET', '/', 'GET / with {}'],
    ['HEAD', '/users/7', 'GET /users/:id<int> with {"id":"7"}'],
    ['GET', '/users//me', '308: redirect to /users/me (as /users/me)'],
    ['GET', '/%zz', '400: the path is not percent-encoded UTF-8'],
  ])('%s %s', (method, path, outcome) => expect(example().explain(method, path).outcome).toBe(outcome))

  test('where nothing, another method, or only OPTIONS matches', () => {
    const router = new Router<string>()
    router.get('/a', 'a')
    expect(router.explain('GET', '/b').outcome).toBe('404: no route has this path')
    expect(router.explain('PUT', '/a').outcome).toBe('405: the path is there for GET, HEAD, OPTIONS')
    expect(router.explain('OPTIONS', '/a').outcome).toBe('204: Allow: GET, HEAD, OPTIONS')
  })

  test('with the suffix', () => {
    expect(example().explain('GET', '/admin/7.json', { host: 'x.example.com' }).outcome).toBe(
      'GET /admin/:id with {"id":"7","t":"x"} as json',
    )
  })
})

test('a path whose slashes are ignored is explained as what it stands for', () => {
  const router = example({ trailingSlash: 'ignore', duplicateSlashes: 'ignore' })
  const explanation = router.explain('GET', '/users//me/')
  expect(explanation.outcome).toBe('GET /users/me with {} (as /users/me)')
  expect(explanation.candidates[0]).toMatchObject({ result: 'won', route: { path: '/users/me' } })
  const strict = new Router<string>({ trailingSlash: 'ignore' })
  strict.get('/a', 'a')
  expect(strict.explain('PUT', '/a/').outcome).toBe('405: the path is there for GET, HEAD, OPTIONS (as /a)')
})

test('encoded slashes are shown as the data they are', () => {
  expect(results(example(), 'GET', '/users/a%2Fb/x')['GET /users/:name']).toBe('path: the path goes on: /x')
  expect(results(example(), 'GET', '/users/a%2Fb')['GET /users/:id<int>']).toBe('path: "a/b" is not int (id)')
})

test('routes that are not near are only counted', () => {
  const router = new Router<string>()
  for (let i = 0; i < 40; i++) router.get(`/near/${i}`, '')
  router.get('/far/:x', '')
  const explanation = router.explain('GET', '/near/x')
  expect(explanation.candidates).toHaveLength(8)
  expect(explanation.others).toBe(33)
})

test('it reads as a table', () => {
  const router = new Router<string>()
  router.get('/users/:id<int>', '')
  router.get('/users/:name', '')
  const place = String.raw`\(${import.meta.filename}:\d+:\d+\)`
  expect(String(router.explain('GET', '/users/bob'))).toMatch(
    new RegExp(
      [
        '^GET /users/bob',
        '→ GET /users/:name with {"name":"bob"}',
        `  ✔ GET /users/:name     wins  ${place}`,
        String.raw`  ✘ GET /users/:id<int>  "bob" is not int \(id\)  ${place}$`,
      ].join('\n'),
    ),
  )
})
