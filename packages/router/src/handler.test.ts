import { describe, expect, test } from 'vitest'
import type { RouteContext } from './handler.ts'
import { Router } from './router.ts'

type Handler = (c: RouteContext) => unknown

function request(method: string, path: string, rawQuery = ''): RouteContext {
  return {
    req: { method, path, rawQuery, header: () => undefined },
    params: {},
    redirect: (location, status) => ({ redirect: location, status }),
    empty: init => init,
  }
}

describe('the router as a handler', () => {
  const router = new Router<Handler>()
  router.get('/users/:id<int>', c => ({ params: c.params, format: c.format }), { formats: ['json'] })
  router.post('/users', () => 'created')
  router.group('/admin', { under: c => c.req.rawQuery === 'key=1' }, admin => admin.get('/', () => 'admin'))
  const handle = router.handler()

  test('sets parameters and format, and gives what the handler of the route gives', () => {
    expect(handle(request('GET', '/users/7.json'))).toEqual({ params: { id: '7' }, format: 'json' })
    expect(handle(request('GET', '/users/7'))).toEqual({ params: { id: '7' }, format: undefined })
    expect(handle(request('POST', '/users'))).toBe('created')
  })

  test('runs guards', () => {
    expect(handle(request('GET', '/admin', 'key=1'))).toBe('admin')
    expect(() => handle(request('GET', '/admin'))).toThrow(expect.objectContaining({ status: 403 }))
  })

  test('answers a slash too many with a redirect that keeps method and query', () => {
    expect(handle(request('POST', '/users/'))).toEqual({ redirect: '/users', status: 308 })
    expect(handle(request('POST', '/users/', 'a=1&b=2'))).toEqual({ redirect: '/users?a=1&b=2', status: 308 })
  })

  test('answers OPTIONS', () => {
    expect(handle(request('OPTIONS', '/users'))).toEqual({ status: 204, headers: { Allow: 'POST, OPTIONS' } })
  })

  test.each([
    ['GET', '/nothing', { status: 404, code: 'not_found' }],
    ['GET', '/users/x', { status: 404, code: 'not_found' }],
    ['PUT', '/users', { status: 405, code: 'method_not_allowed', headers: { Allow: 'POST, OPTIONS' } }],
    ['GET', '/%C3', { status: 400, code: 'path_malformed' }],
  ])('throws what %s %s comes to', (method, path, error) =>
    expect(() => handle(request(method, path))).toThrow(expect.objectContaining(error)),
  )
})

test('middleware is put around a handler once, not once per request', () => {
  let wrapped = 0
  const router = new Router<Handler>()
  router.get('/', () => 'x', {
    use: next => {
      wrapped++
      return next
    },
  })
  const handle = router.handler()
  expect([handle(request('GET', '/')), handle(request('GET', '/')), wrapped]).toEqual(['x', 'x', 1])
})

test.each([
  ['null', null],
  ['a value of type string', 'show'],
  ['a value of type object', {}],
])('%s is not a handler, and the error names the route and its place', (text, value) => {
  const router = new Router<Handler>()
  router.get('/x', value as never)
  const make = (): unknown => router.handler()
  expect(make).toThrow(`Route GET /x: the handler is ${text}, not a function. (${import.meta.filename}:`)
  expect(make).toThrow(expect.objectContaining({ code: 'handler_invalid' }))
})
