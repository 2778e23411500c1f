import { describe, expect, test } from 'vitest'
import { Router } from '../router.ts'
import type { MatchRequest } from './condition.ts'
import { overriddenMethod } from './method-override.ts'

const asking = (rawQuery: string, header?: string): MatchRequest => ({
  rawQuery,
  header: name => (name === 'x-http-method-override' ? header : undefined),
})

describe('a POST stands for', () => {
  test.each<[string, MatchRequest]>([
    ['DELETE', asking('_method=DELETE')],
    ['PUT', asking('a=1&_method=put')],
    ['PATCH', asking('', 'PATCH')],
    ['PUT', asking('_method=PUT', 'DELETE')],
  ])('%s where it says so', (method, request) => expect(overriddenMethod('POST', request)).toBe(method))

  test.each<[string, MatchRequest | undefined]>([
    ['GET', asking('_method=GET')],
    ['HEAD', asking('', 'HEAD')],
    ['OPTIONS', asking('_method=OPTIONS')],
    ['CONNECT', asking('_method=CONNECT')],
    ['nothing', asking('_method=')],
    ['a longer name', asking('my_method=DELETE')],
    ['no request', undefined],
  ])('itself where it asks for %s', (_, request) => expect(overriddenMethod('POST', request)).toBe('POST'))
})

test('no other method is overridden', () => {
  for (const method of ['GET', 'HEAD', 'PUT', 'DELETE']) {
    expect(overriddenMethod(method, asking('_method=PATCH', 'PATCH'))).toBe(method)
  }
})

describe('a router', () => {
  function router(methodOverride?: boolean): Router<string> {
    const made = new Router<string>(methodOverride === undefined ? {} : { methodOverride })
    made.post('/users/:id', 'post')
    made.delete('/users/:id', 'delete')
    return made
  }

  test('takes the overridden method where that is switched on, in matching and in explaining', () => {
    expect(router(true).match('POST', '/users/7', asking('_method=DELETE'))).toMatchObject({
      route: { value: 'delete' },
    })
    expect(router(true).match('POST', '/users/7', asking(''))).toMatchObject({ route: { value: 'post' } })
    const explanation = router(true).explain('POST', '/users/7', asking('_method=DELETE'))
    expect(String(explanation)).toMatch(/^POST \/users\/7 \(as DELETE\)\n→ DELETE \/users\/:id with/)
    expect(explanation.candidates[0]).toMatchObject({ result: 'won', route: { value: 'delete' } })
  })

  test('and otherwise does not', () => {
    expect(router().match('POST', '/users/7', asking('_method=DELETE'))).toMatchObject({ route: { value: 'post' } })
  })
})
