import { expect, expectTypeOf, test } from 'vitest'
import { withDatabase } from './context.ts'
import { createPg } from './pg.ts'
import { Scope } from './scope.ts'

class RequestContext {
  readonly signal = AbortSignal.timeout(1000)
}

test('c.db is one scope for each request', async () => {
  await using pg = createPg('postgres://user@localhost/nowhere')
  const Extended = withDatabase(RequestContext, pg)
  const c = new Extended()
  expectTypeOf(c.db).toEqualTypeOf<Scope>()
  expectTypeOf(c.signal).toEqualTypeOf<AbortSignal>()
  expect(c.db).toBeInstanceOf(Scope)
  expect(c.db).toBe(c.db)
  expect(new Extended().db).not.toBe(c.db)
})

test('a database that is not there yet is asked for when it is read, and may say what is missing', () => {
  const Extended = withDatabase(RequestContext, () => {
    throw new Error('name one in db.url')
  })
  const c = new Extended()
  expect(() => c.db).toThrow('name one in db.url')
})
