import { expectTypeOf, test } from 'vitest'
import { Context, type ContextConstructor, createServer, type Handler, serve } from './index.ts'

declare module './index.ts' {
  interface ContextExtensions {
    readonly clockForTypeTest: { now(): number }
  }
}

test('an augmented context has the members that a package declares', () => {
  const handler: Handler = c => {
    expectTypeOf(c.clockForTypeTest.now()).toEqualTypeOf<number>()
    expectTypeOf(c.req.json<{ a: 1 }>()).resolves.toEqualTypeOf<{ a: 1 }>()
    // @ts-expect-error not declared
    return c.nobodyDeclaredIt
  }
  createServer(handler, { context: class extends Context {} })
})

class TenantContext extends Context {
  get tenant(): string {
    return this.req.host
  }
}

test('handlers get the context that the server was given, and no other', () => {
  createServer(c => expectTypeOf(c.tenant).toEqualTypeOf<string>(), { context: TenantContext })
  void serve(c => c.tenant, {
    context: TenantContext,
    onError: (_error, c) => c.tenant,
    onFinish: c => expectTypeOf(c).toEqualTypeOf<TenantContext>(),
  })
  // @ts-expect-error the server has contexts without a tenant
  createServer((c: TenantContext) => c.tenant)
  // @ts-expect-error as above
  createServer(c => c.tenant)
  // @ts-expect-error not a Context class
  createServer(() => 'ok', { context: class {} })
})

test('a mixin keeps what its base has', () => {
  const withPort = <Base extends ContextConstructor>(base: Base): Base => class extends base {}
  createServer(c => expectTypeOf(c.tenant).toEqualTypeOf<string>(), { context: withPort(TenantContext) })
})
