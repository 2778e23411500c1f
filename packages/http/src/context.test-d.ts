import { expectTypeOf, test } from 'vitest'
import { Context, createServer, type Handler } from './index.ts'

declare module './index.ts' {
  interface ContextExtensions {
    readonly clockForTypeTest: { now(): number }
  }
}

test('an augmented context has the members that a package declares', () => {
  const handler: Handler = c => {
    expectTypeOf(c.clockForTypeTest.now()).toEqualTypeOf<number>()
    expectTypeOf(c.req.json<{ a: 1 }>()).resolves.toEqualTypeOf<{ a: 1 }>()
    // @ts-expect-error nobody declared it
    return c.nobodyDeclaredIt
  }
  createServer(handler, { context: class extends Context {} })
})
