import { expectTypeOf, test } from 'vitest'
import type { Join, Params, UrlParams } from './path-params.ts'

test('the parameters of a path are read from its literal', () => {
  expectTypeOf<Params<'/'>>().toEqualTypeOf<Record<never, never>>()
  expectTypeOf<Params<'/users'>>().toEqualTypeOf<Record<never, never>>()
  expectTypeOf<Params<'/users/:id'>>().toEqualTypeOf<{ readonly id: string }>()
  expectTypeOf<Params<'/users/:id<int>'>>().toEqualTypeOf<{ readonly id: string }>()
  expectTypeOf<Params<'/:a/x/:b_2'>>().toEqualTypeOf<{ readonly a: string; readonly b_2: string }>()
  expectTypeOf<Params<'/:from-:to'>>().toEqualTypeOf<{ readonly from: string; readonly to: string }>()
  expectTypeOf<Params<'/v:major.:minor'>>().toEqualTypeOf<{ readonly major: string; readonly minor: string }>()
  expectTypeOf<Params<'/files/*path'>>().toEqualTypeOf<{ readonly path: string }>()
  expectTypeOf<Params<'/docs/*path/edit/:rev'>>().toEqualTypeOf<{ readonly path: string; readonly rev: string }>()
})

test('an optional one may be missing', () => {
  expectTypeOf<Params<'/:page?'>>().toEqualTypeOf<{ readonly page?: string }>()
  expectTypeOf<Params<'/:id/:tab<[a-z]+>?'>>().toEqualTypeOf<{ readonly id: string; readonly tab?: string }>()
})

test('what stands in a constraint or behind a backslash is not a parameter', () => {
  expectTypeOf<Params<'/:a<(?:x|y)>/:b'>>().toEqualTypeOf<{ readonly a: string; readonly b: string }>()
  expectTypeOf<Params<'/:a<\\d*>'>>().toEqualTypeOf<{ readonly a: string }>()
  expectTypeOf<Params<'/t\\:ime/:id\\:run'>>().toEqualTypeOf<{ readonly id: string }>()
  expectTypeOf<Params<'/\\*/:id'>>().toEqualTypeOf<{ readonly id: string }>()
})

test('a path that is not known until run time has any parameters', () => {
  expectTypeOf<Params<string>>().toEqualTypeOf<Readonly<Record<string, string>>>()
})

test('a URL takes numbers too', () => {
  expectTypeOf<UrlParams<'/:id'>>().toEqualTypeOf<{ readonly id: string | number | bigint | boolean }>()
})

test('prefixes are joined', () => {
  expectTypeOf<Join<'', '/'>>().toEqualTypeOf<'/'>()
  expectTypeOf<Join<'', '/a'>>().toEqualTypeOf<'/a'>()
  expectTypeOf<Join<'/a', '/'>>().toEqualTypeOf<'/a'>()
  expectTypeOf<Join<'/a', ''>>().toEqualTypeOf<'/a'>()
  expectTypeOf<Join<'/', '/b'>>().toEqualTypeOf<'/b'>()
  expectTypeOf<Join<'/a/', '/b'>>().toEqualTypeOf<'/a/b'>()
  expectTypeOf<Join<'/a/:x', '/:y'>>().toEqualTypeOf<'/a/:x/:y'>()
  expectTypeOf<Join<string, '/b'>>().toEqualTypeOf<string>()
})
