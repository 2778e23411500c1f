import { expectTypeOf, test } from 'vitest'
import type { SafeString } from './render/escape.ts'
import type { HelperTypes, Printable, StrictPrintable, TemplateView } from './types.ts'

test('templates see plain helpers as they are, and those of the context without the context', () => {
  interface Table {
    helpers: { price: (cents: number) => string }
    contextHelpers: { path: (context: { url: string }) => (name: 'a' | 'b') => string }
  }
  expectTypeOf<HelperTypes<Table>['price']>().toEqualTypeOf<(cents: number) => string>()
  expectTypeOf<HelperTypes<Table>['path']>().toEqualTypeOf<(name: 'a' | 'b') => string>()
})

test('what can be printed has a string form', () => {
  expectTypeOf<string | number | bigint | boolean | SafeString | URL | null | undefined>().toExtend<Printable>()
  expectTypeOf<(string | null)[]>().toExtend<Printable>()
  expectTypeOf<object>().not.toExtend<Printable>()
  expectTypeOf<Date>().not.toExtend<Printable>()
  expectTypeOf<Promise<string>>().not.toExtend<Printable>()
  expectTypeOf<() => string>().not.toExtend<Printable>()
  expectTypeOf<null>().not.toExtend<StrictPrintable>()
})

test('blocks that wait have to be waited for', () => {
  const view = {} as TemplateView
  expectTypeOf(() => view.capture(() => 'a')).returns.toEqualTypeOf<SafeString>()
  expectTypeOf(() => view.capture(async () => 'a')).returns.toEqualTypeOf<Promise<SafeString>>()
  expectTypeOf(() => view.block((n: number) => `${n}`)).returns.toEqualTypeOf<(n: number) => SafeString>()
  expectTypeOf(() => view.contentFor('a', async () => 'a')).returns.toEqualTypeOf<Promise<void>>()
})
