import { expect, test } from 'vitest'
import { formatRoutes, routeTypes } from './listing.ts'
import { Router } from './router.ts'

const login = (): boolean => true
const router = new Router()
router.get('/', () => '', { name: 'home' })
router.add(['PUT', 'PATCH'], '/users/:id<int>', () => '', { name: 'user.update', formats: ['json'], under: login })
router.group('/t', { name: 't', when: { host: ':tenant.example.com' }, under: () => true }, group =>
  group.any('/*rest', () => '', { when: { header: { 'x-a': true } }, use: next => next }),
)

test('routes are listed as plain data', () => {
  expect(router.list()[1]).toEqual({
    methods: ['PUT', 'PATCH'],
    path: '/users/:id<int>',
    name: 'user.update',
    params: ['id'],
    formats: ['json'],
    conditions: [],
    guards: ['login'],
    middleware: [],
    source: { file: import.meta.filename, line: 8, column: expect.any(Number) },
  })
  expect(router.list()[2]).toMatchObject({
    methods: ['*'],
    name: undefined,
    params: ['rest', 'tenant'],
    conditions: ['host :tenant.example.com', 'header x-a'],
    guards: ['under'],
    middleware: ['use'],
  })
  expect(JSON.parse(JSON.stringify(router.list()))).toHaveLength(3)
})

test('and as a table', () => {
  expect(formatRoutes(router.list())).toBe(
    [
      'Methods    Path             Name         Notes',
      'GET        /                home',
      'PUT|PATCH  /users/:id<int>  user.update  formats json; under login',
      'ANY        /t/*rest                      when host :tenant.example.com; when header x-a; under under',
    ].join('\n'),
  )
  expect(formatRoutes([])).toBe('Methods  Path  Name  Notes')
})

test('and as declarations for urlFor', () => {
  expect(routeTypes([...router.list(), { name: "it's", path: '/a\\:b/:c' }])).toBe(`import '@arlen/router'

declare module '@arlen/router' {
  interface NamedRoutes {
    "home": "/"
    "it's": "/a\\\\:b/:c"
    "user.update": "/users/:id<int>"
  }
}
`)
  expect(routeTypes([], 'arlen/router')).toMatch(/^import 'arlen\/router'\n\ndeclare module 'arlen\/router' \{/)
})
