import { describe, expect, test } from 'vitest'
import { Router } from './router.ts'

function pick(router: Router<string>, method: string, path: string, request?: Parameters<Router['match']>[2]) {
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
        users.get('/edit', 'edit', { name: 'edit' })
      })
    })
    expect(pick(router, 'GET', '/admin')).toEqual(['dashboard', {}])
    expect(pick(router, 'GET', '/admin/users/7')).toEqual(['show', { id: '7' }])
    expect(router.urlFor('admin.users.edit', { id: 7 })).toBe('/admin/users/7/edit')
  })

  test('hand guards, middleware, conditions, formats and meta down, the outermost first', () => {
    const one = () => true
    const two = () => true
    const router = new Router<string>()
    router.group('/a', { under: one, formats: ['json'], meta: { a: 1, b: 1 }, when: { host: 'a.example' } }, a =>
      a.group('/b', { under: [two], meta: { b: 2 } }, b => b.get('/c', 'c', { when: { header: { 'x-y': true } } })),
    )
    const [route] = router.routes
    expect(route).toMatchObject({
      layers: [{ under: [one] }, { under: [two] }],
      formats: ['json'],
      meta: { a: 1, b: 2 },
    })
    expect(route?.conditions.map(condition => condition.name)).toEqual(['host', 'header'])
  })
})

describe('conditions', () => {
  test('let the next candidate have the request when they fail', () => {
    const router = new Router<string>()
    router.get('/', 'shop')
    router.get('/', 'tenant', { when: { host: ':tenant.example.com' } })
    expect(pick(router, 'GET', '/', { host: 'blue.EXAMPLE.com:8080' })).toEqual(['tenant', { tenant: 'blue' }])
    expect(pick(router, 'GET', '/', { host: 'example.com' })).toEqual(['shop', {}])
    expect(pick(router, 'GET', '/')).toEqual(['shop', {}])
  })
})

test('no route can be added once the router has matched', () => {
  const router = new Router<string>()
  router.get('/', 'home')
  router.match('GET', '/')
  expect(() => router.get('/late', 'late')).toThrow(/Route GET \/late was added after .*router\.test\.ts:\d+:\d+/)
})
