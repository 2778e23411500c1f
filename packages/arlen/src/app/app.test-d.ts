import type { Context } from '@arlen/http'
import * as v from 'valibot'
import { expectTypeOf, test } from 'vitest'
import {
  createApp,
  type Handler,
  IntegerParam,
  list,
  type Middleware,
  oneOf,
  orElse,
  type Provided,
  type Provides,
  provide,
  type RouteContext,
  type Routes,
} from '../index.ts'

const app = createApp()

test('middleware and handlers are of the context of the framework, unless they say otherwise', () => {
  const timed: Middleware = next => c => {
    expectTypeOf(c).toEqualTypeOf<Context>()
    return next(c)
  }
  const answer: Handler = c => c.text('ok')
  const ofUsers: Middleware<Context<{ id: string }>> = next => c => next(c)
  expectTypeOf(timed).toEqualTypeOf<Middleware<Context>>()
  expectTypeOf(answer).parameter(0).toEqualTypeOf<Context>()
  expectTypeOf(ofUsers).parameter(0).parameter(0).toEqualTypeOf<Context<{ id: string }>>()
})

test('path parameters are typed from the path, through groups', () => {
  app.get('/users/:id/:tab?', c => {
    expectTypeOf(c.params.id).toEqualTypeOf<string>()
    expectTypeOf(c.params.tab).toEqualTypeOf<string | undefined>()
    // @ts-expect-error the path has no such parameter
    return c.params.name
  })
  app.group('/shops/:shop', shop => {
    shop.get('/products/:slug<slug>', c => {
      expectTypeOf(c.params).toExtend<{ readonly shop: string; readonly slug: string }>()
      return c.params.slug
    })
  })
})

test('c.valid has what the schemas put out, and nothing else', () => {
  const params = v.object({ id: IntegerParam })
  const query = v.object({
    page: orElse(IntegerParam, 1),
    tag: list(v.string()),
    sort: oneOf(['name', 'price'], 'name'),
  })
  app.get('/a/:id', { params, query }, c => {
    expectTypeOf(c.valid.params.id).toEqualTypeOf<number>()
    expectTypeOf(c.valid.query.page).toEqualTypeOf<number>()
    expectTypeOf(c.valid.query.tag).toEqualTypeOf<string[]>()
    expectTypeOf(c.valid.query.sort).toEqualTypeOf<'name' | 'price'>()
    // @ts-expect-error there is no body schema
    return c.valid.body
  })
  app.post('/b', { body: v.object({ email: v.string() }) }, c => {
    expectTypeOf(c.valid.body).toEqualTypeOf<{ email: string }>()
    // @ts-expect-error the schema has no such member
    return c.valid.body.password
  })
})

class Users {
  readonly #c: Context
  constructor(c: Context) {
    this.#c = c
  }
  list() {
    return this.#c.req.path
  }
  show(c: Context<{ id: string }>) {
    return c.params.id
  }
  update(c: Context<{ id: string }, { body: { name: string } }>) {
    return c.valid.body.name
  }
  readonly table = 'users'
}

test('an action must be a method of its controller that the route can call', () => {
  const body = v.object({ name: v.string() })
  app.get('/users', [Users, 'list'])
  app.get('/users/:id', [Users, 'show'])
  app.put('/users/:id', { body }, [Users, 'update'])
  // @ts-expect-error there is no such method
  app.get('/users/x', [Users, 'destroy'])
  // @ts-expect-error not a method
  app.get('/users/y', [Users, 'table'])
  // @ts-expect-error the path has no parameter id
  app.get('/users/z', [Users, 'show'])
  // @ts-expect-error the route has no body schema
  app.put('/users/:id/name', [Users, 'update'])
})

test('handlers must be functions, options must exist', () => {
  // @ts-expect-error a text is not a handler
  app.get('/c', 'text')
  // @ts-expect-error there is no such option
  app.get('/d', { schema: v.object({}) }, () => 1)
})

test('the context has what the application adds', () => {
  app.get('/e', async c => {
    expectTypeOf(await c.db.maybeOne<{ id: number }>('select 1 as id')).toEqualTypeOf<{ id: number } | undefined>()
    expectTypeOf(c.urlFor('user', { id: 1 })).toEqualTypeOf<string>()
    expectTypeOf(c.csrfToken()).toEqualTypeOf<string>()
    // @ts-expect-error nothing adds this member
    return c.mailer
  })
})

interface User {
  id: number
  name: string
}

declare function userOf(c: Context): Promise<User | undefined>

const withUser = provide('account', async c => (await userOf(c)) ?? c.problem(401))
const withTenant = provide('tenant', c => (c.req.host === '' ? c.redirect('/') : { slug: c.req.host }))
const withMember: Middleware<Context> & Provides<{ readonly role: 'admin' | 'clerk' }> = next => c => next(c)
const untyped = (c: Context) => c.req.ip === '127.0.0.1'

test('what a guard of a route provides is typed for its handler', () => {
  app.get('/f', { under: withUser }, c => {
    expectTypeOf(c.stash.account).toEqualTypeOf<User>()
    // @ts-expect-error the value has no such member
    return c.stash.account.email
  })
  app.get('/g/:id', { under: [untyped, withUser, withTenant], params: v.object({ id: IntegerParam }) }, c => {
    expectTypeOf(c.stash.account.name).toEqualTypeOf<string>()
    expectTypeOf(c.stash.tenant).toEqualTypeOf<{ slug: string }>()
    expectTypeOf(c.valid.params.id).toEqualTypeOf<number>()
    expectTypeOf(c.params.id).toEqualTypeOf<string>()
  })
  app.get('/h', { use: [next => next, withMember], under: withUser }, c => {
    expectTypeOf(c.role).toEqualTypeOf<'admin' | 'clerk'>()
    expectTypeOf(c.stash.account.id).toEqualTypeOf<number>()
  })
  app.get('/i', { under: c => c.req.ip === '' }, c => {
    expectTypeOf(c.stash.account).toEqualTypeOf<unknown>()
    // @ts-expect-error no middleware of this route provides it
    return c.role
  })
})

test('what a group provides is typed in all that is inside, and nowhere else', () => {
  app.group('/t', { under: withTenant }, tenants => {
    tenants.get('/', c => c.stash.tenant.slug)
    tenants.group('/admin', { use: withMember, maxBodyBytes: 10 }, admin => {
      admin.get('/:page', { under: withUser }, c => {
        expectTypeOf(c.stash.tenant.slug).toEqualTypeOf<string>()
        expectTypeOf(c.stash.account.name).toEqualTypeOf<string>()
        expectTypeOf(c.role).toEqualTypeOf<'admin' | 'clerk'>()
        return c.params.page
      })
      admin.group('/deep', deep => deep.get('/', c => `${c.role}${c.stash.tenant.slug}`))
      // Inner guards and `invalid` see what the outer ones provide.
      admin.get('/guarded', { under: c => c.role === 'admin', invalid: c => c.stash.tenant.slug }, () => '')
    })
    // @ts-expect-error the group for administrators is further in
    tenants.get('/x', c => c.role)
  })
  // @ts-expect-error not an option of groups
  app.group('/u', { undr: withTenant }, () => undefined)
})

test('functions and controllers can ask for what must stand before them', () => {
  const orders = (routes: Routes<'/orders', Provided<typeof withUser>>) => routes.get('/', c => c.stash.account.name)
  const open = (routes: Routes<'/orders'>) => routes.get('/open', () => '')
  app.group('/orders', { under: withUser }, orders)
  app.group('/orders', { under: withUser }, open)
  // @ts-expect-error nothing provides the account
  app.group('/orders', orders)
  // @ts-expect-error and neither does this
  app.group('/orders', { under: withTenant }, orders)

  class Accounts {
    show(c: RouteContext<'/accounts/:id', Record<never, never>, Provided<typeof withUser>>) {
      return c.stash.account.name + c.params.id
    }
  }
  app.get('/accounts/:id', { under: withUser }, [Accounts, 'show'])
  // @ts-expect-error nothing provides the account
  app.get('/accounts/:id', [Accounts, 'show'])
})
