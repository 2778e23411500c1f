import type { Context } from '@arlen/http'
import * as v from 'valibot'
import { expectTypeOf, test } from 'vitest'
import { createApp, IntegerParam, list, oneOf, orElse } from './index.ts'

const app = createApp()

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
  // @ts-expect-error that is no method
  app.get('/users/y', [Users, 'table'])
  // @ts-expect-error the path has no parameter id
  app.get('/users/z', [Users, 'show'])
  // @ts-expect-error the route has no body schema
  app.put('/users/:id/name', [Users, 'update'])
})

test('handlers must be functions, options must exist', () => {
  // @ts-expect-error a text is no handler
  app.get('/c', 'text')
  // @ts-expect-error there is no such option
  app.get('/d', { schema: v.object({}) }, () => 1)
})

test('the context has what the application adds', () => {
  app.get('/e', async c => {
    expectTypeOf(await c.db.maybeOne<{ id: number }>('select 1 as id')).toEqualTypeOf<{ id: number } | undefined>()
    expectTypeOf(c.urlFor('user', { id: 1 })).toEqualTypeOf<string>()
    expectTypeOf(c.csrfToken()).toEqualTypeOf<string>()
    // @ts-expect-error nothing adds that
    return c.mailer
  })
})
