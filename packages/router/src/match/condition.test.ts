import { describe, expect, test } from 'vitest'
import { Router } from '../router.ts'
import type { MatchRequest, When } from './condition.ts'

function holds(when: When, request?: MatchRequest, path = '/x'): boolean {
  const router = new Router<string>()
  router.get('/x', 'x', { when, formats: ['json'] })
  return router.match('GET', path, request).kind === 'hit'
}

const headers = (fields: Record<string, string>): MatchRequest => ({ header: name => fields[name] })

describe('header', () => {
  test.each<[string, Record<string, string | RegExp | true>, Record<string, string>, boolean]>([
    ['is there', { 'X-Api': true }, { 'x-api': '' }, true],
    ['is not there', { 'X-Api': true }, {}, false],
    ['is the text', { 'x-api': '2' }, { 'x-api': '2' }, true],
    ['is another text', { 'x-api': '2' }, { 'x-api': '22' }, false],
    ['fits', { 'x-api': /^\d$/ }, { 'x-api': '2' }, true],
    ['does not fit', { 'x-api': /^\d$/ }, { 'x-api': '22' }, false],
    ['is one of two', { a: '1', b: '2' }, { a: '1' }, false],
    ['is both of two', { a: '1', b: '2' }, { a: '1', b: '2' }, true],
  ])('%s', (_, header, fields, answer) => expect(holds({ header }, headers(fields))).toBe(answer))

  test('an expression with the flag g keeps no place between requests', () => {
    const router = new Router<string>()
    router.get('/x', 'x', { when: { header: { a: /b/g } } })
    const kinds = [1, 2, 3].map(() => router.match('GET', '/x', headers({ a: 'b' })).kind)
    expect(kinds).toEqual(['hit', 'hit', 'hit'])
  })

  test('of a request that has none does not hold', () => expect(holds({ header: { a: true } }, {})).toBe(false))
})

describe('content type', () => {
  test.each<[string | string[], string, boolean]>([
    ['application/json', 'application/json', true],
    ['application/json', 'Application/JSON; charset=utf-8', true],
    ['application/json', 'application/json-patch', false],
    ['application/json', 'text/plain', false],
    ['image/*', 'image/png', true],
    ['image/*', 'imagex/png', false],
    [['text/csv', 'application/json'], 'text/csv', true],
    [['text/csv', 'application/json'], '', false],
  ])('%j: %s', (contentType, value, answer) =>
    expect(holds({ contentType }, headers({ 'content-type': value }))).toBe(answer),
  )
})

describe('format', () => {
  test('is the suffix of the path', () => {
    expect(holds({ format: 'json' }, {}, '/x.json')).toBe(true)
    expect(holds({ format: ['csv', 'json'] }, {}, '/x.json')).toBe(true)
    expect(holds({ format: 'csv' }, {}, '/x.json')).toBe(false)
  })

  test('or what the request asks for otherwise, when there is no suffix', () => {
    expect(holds({ format: 'json' }, { rawQuery: 'a=1&format=json' })).toBe(true)
    expect(holds({ format: 'csv' }, { rawQuery: 'format=csv' }, '/x.json')).toBe(false)
    expect(holds({ format: 'json' }, { rawQuery: 'format=csv' })).toBe(false)
    expect(holds({ format: 'json' }, {})).toBe(false)
  })
})

describe('a function', () => {
  test('decides with the decoded parameters, those of the host too', () => {
    const router = new Router<string>()
    const seen: unknown[] = []
    router.get('/:a', 'x', { when: [{ host: ':h.example' }, (_, params) => seen.push({ ...params }) > 0] })
    expect(router.match('GET', '/1%202', { host: 'b.example' })).toMatchObject({ kind: 'hit' })
    expect(seen).toEqual([{ a: '1 2', h: 'b' }])
  })

  test('that gives anything but true does not hold', () => {
    expect(holds((() => 1) as never, {})).toBe(false)
    expect(holds(() => true, {})).toBe(true)
    expect(holds({ test: () => false }, {})).toBe(false)
  })

  test('is not asked without a request', () => expect(holds(() => true)).toBe(false))

  test('that throws ends the match', () => {
    expect(() =>
      holds(() => {
        throw new Error('oops')
      }, {}),
    ).toThrow('oops')
  })

  test('that gives a promise is an error that names the route', () => {
    const ask = (): unknown => holds((() => Promise.resolve(true)) as never, {})
    expect(ask).toThrow(/test of route GET \/x returned a promise.*condition\.test\.ts:\d+/)
    expect(ask).toThrow(expect.objectContaining({ code: 'condition_async' }))
  })

  test('may itself ask the router', () => {
    const router = new Router<string>()
    router.get('/:a/:b', 'inner', { when: (_, { b }) => b === '2' })
    router.get('/:x/:y/:z', 'outer', {
      when: request => router.match('GET', '/other/2', request).kind === 'hit',
    })
    const match = router.match('GET', '/1/2/3', {})
    expect(match).toMatchObject({ kind: 'hit', params: { x: '1', y: '2', z: '3' } })
  })
})

test('those of a group and of a route must all hold', () => {
  const router = new Router<string>()
  router.group('/a', { when: { host: 'h' } }, group =>
    group.get('/b', 'b', { when: request => request.rawQuery === 'a' }),
  )
  expect(router.match('GET', '/a/b', { host: 'h', rawQuery: 'a' })).toMatchObject({ kind: 'hit' })
  expect(router.match('GET', '/a/b', { host: 'h' })).toEqual({ kind: 'miss' })
  expect(router.match('GET', '/a/b', { rawQuery: 'a' })).toEqual({ kind: 'miss' })
})

test('more conditions come before fewer, whatever the order', () => {
  for (const reverse of [false, true]) {
    const router = new Router<string>()
    const adds = [
      () => router.get('/', 'none'),
      () => router.get('/', 'host', { when: { host: 'h' } }),
      () => router.get('/', 'both', { when: { host: 'h', header: { a: true } } }),
    ]
    for (const add of reverse ? adds.reverse() : adds) add()
    const value = (request: MatchRequest) => {
      const match = router.match('GET', '/', request)
      return match.kind === 'hit' && match.route.value
    }
    expect(value({ host: 'h', header: () => '1' })).toBe('both')
    expect(value({ host: 'h' })).toBe('host')
    expect(value({ host: 'x' })).toBe('none')
  }
})

test('a named condition gets the value that the route gives for it', () => {
  const router = new Router<string>()
  router.condition<number>('atLeast', (request, least) => Number(request.header?.('x-version')) >= least)
  router.get('/x', 'new', { when: { atLeast: 2 } as When })
  router.get('/x', 'old')
  const value = (version: string) => router.match('GET', '/x', headers({ 'x-version': version }))
  expect(value('2')).toMatchObject({ route: { value: 'new' } })
  expect(value('1')).toMatchObject({ route: { value: 'old' } })
})

describe('a condition is refused that', () => {
  test.each<[string, unknown, RegExp]>([
    ['does not exist', { hots: 'x' }, /condition hots does not exist\. Did you mean host\?/],
    ['is nothing of the kind', 'x', /condition x is neither an object nor a function/],
    ['is null', null, /condition null is neither/],
    ['is an async function', async () => true, /condition test is an async function.*guard/],
    ['has a test that is not a function', { test: 1 }, /condition test must be a function/],
    ['has a host that is not text', { host: 7 }, /condition host must be a host name/],
    ['has a host that cannot be', { host: 'a b' }, /condition host is not a host name/],
    ['has no header field', { header: {} }, /condition header names no header field/],
    ['has headers that are no object', { header: 'x' }, /condition header must be an object/],
    ['has a header that is a number', { header: { a: 1 } }, /condition header wants a to be/],
    ['has an invalid media type', { contentType: 'json' }, /condition contentType must be a media type/],
    ['has an empty list of formats', { format: [] }, /condition format must be a format/],
  ])('%s', (_, when, message) => {
    const add = (): unknown => new Router<string>().get('/x', 'x', { when: when as When })
    expect(add).toThrow(message)
    expect(add).toThrow(expect.objectContaining({ code: 'condition_invalid' }))
    expect(add).toThrow(/Route GET \/x: .*condition\.test\.ts:\d+:\d+/)
  })

  test('brings a parameter that the path has', () => {
    const router = new Router<string>()
    expect(() => router.get('/:id', 'x', { when: { host: ':id.example' } })).toThrow(
      /condition host has the parameter id/,
    )
  })

  test('is registered without a function', () => {
    expect(() => new Router().condition('x', 1 as never)).toThrow(/condition x is not a function/)
  })
})
