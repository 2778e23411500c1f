import { expectTypeOf, test } from 'vitest'
import type { RouteContext } from './handler.ts'
import { Router } from './router.ts'

interface Names {
  home: '/'
  user: '/users/:id<int>'
  list: '/list/:page?'
}

interface AppContext extends RouteContext {
  user: string
}

test('a handler knows the parameters of its path', () => {
  const router = new Router()
  router.get('/users/:id', c => expectTypeOf(c.params).toExtend<{ readonly id: string }>())
  router.get('/users/:id/:tab?', c => expectTypeOf(c.params.tab).toEqualTypeOf<string | undefined>())
  // @ts-expect-error the path has no parameter of that name
  router.get('/users/:id', c => c.params.di)
  router.group('/teams/:team', teams => {
    teams.group('/users', users => {
      users.post('/:id', c => [c.params.team, c.params.id])
      // @ts-expect-error neither has a group further out
      users.get('/:id', c => c.params.tame)
    })
  })
  const path: string = '/x/:y'
  router.get(path, c => c.req.path)
})

test('the context is the one of the application', () => {
  const router = new Router<(c: AppContext) => unknown>()
  router.get('/:id', c => c.user + c.params.id)
  // @ts-expect-error there is no such member
  router.get('/:id', c => c.usr)
  const handle = router.handler()
  expectTypeOf(handle).parameter(0).toEqualTypeOf<AppContext>()
})

test('guards and middleware get that context too', () => {
  const router = new Router<(c: AppContext) => unknown>()
  router.group('/a', { under: c => c.user === 'root', use: next => c => next(c) }, () => undefined)
  // @ts-expect-error there is no such member
  router.get('/a', () => '', { under: c => c.usr })
  // @ts-expect-error middleware takes the next handler
  router.get('/a', () => '', { use: 'x' })
  // @ts-expect-error there is no such option
  router.get('/a', () => '', { undr: () => true })
  // @ts-expect-error there is no such condition
  router.get('/a', () => '', { when: { hots: 'x' } })
})

test('a handler must be one', () => {
  const router = new Router()
  // @ts-expect-error a text is not a handler
  router.get('/', 'x')
  // @ts-expect-error nor is nothing
  router.get('/')
  new Router<string>().get('/', 'x')
  // @ts-expect-error this router keeps texts
  new Router<string>().get('/', () => 'x')
})

test('a URL needs the parameters of its route', () => {
  const router = new Router<string>()
  const user = router.get('/users/:id<int>', '')
  user.url({ id: 7 })
  user.url({ id: '7' }, { page: 2, tag: ['a', 'b'], none: undefined })
  // @ts-expect-error the parameter is missing
  user.url({})
  // @ts-expect-error as is all of them
  user.url()
  // @ts-expect-error there is no such parameter
  user.url({ id: 7, tab: 'x' })
  // @ts-expect-error an object is not a value
  user.url({ id: {} })
  router.get('/about', '').url()
  router.get('/list/:page?', '').url({})
})

test('a URL by name needs a name that was declared, and its parameters', () => {
  const router = new Router<string, Names>()
  expectTypeOf(router.urlFor('user', { id: 7 })).toEqualTypeOf<string>()
  router.urlFor('home')
  router.urlFor('list')
  router.urlFor('list', { page: 2 }, { q: 'x' })
  // @ts-expect-error there is no such name
  router.urlFor('usr', { id: 7 })
  // @ts-expect-error the parameter is missing
  router.urlFor('user', {})
  // @ts-expect-error the parameters are missing
  router.urlFor('user')
  // @ts-expect-error there is no such parameter
  router.urlFor('user', { id: 7, di: 8 })
})

test('the possible results of a match are distinguished by their kind', () => {
  const match = new Router<string>().match('GET', '/')
  // @ts-expect-error not every match has a route
  match.route
  if (match.kind === 'hit') expectTypeOf(match.route.value).toEqualTypeOf<string>()
  if (match.kind === 'method_not_allowed') expectTypeOf(match.allow).toEqualTypeOf<string>()
})
