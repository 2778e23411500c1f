import { describe, expect, test } from 'vitest'
import { guarded, type Layer, wrapLayers } from './layers.ts'

interface Context {
  trail: string[]
}

const context = (): Context => ({ trail: [] })

describe('a guard', () => {
  const handler = (c: Context): string => {
    c.trail.push('handler')
    return 'answer'
  }

  test.each([true, undefined])('lets the request pass that gives %s', returned => {
    const c = context()
    expect(guarded([() => returned], handler)(c)).toBe('answer')
  })

  test.each([false, null])('refuses with 403 that gives %s', returned => {
    const c = context()
    expect(() => guarded([() => returned], handler)(c)).toThrow(
      expect.objectContaining({ status: 403, code: 'guard_refused' }),
    )
    expect(c.trail).toEqual([])
  })

  test.each(['/login', 0, '', { redirect: 1 }])('answers itself that gives %j', returned => {
    const c = context()
    expect(guarded([() => returned], handler)(c)).toBe(returned)
    expect(c.trail).toEqual([])
  })

  test('may be asynchronous, with the same results', async () => {
    const guard = (returned: unknown) => guarded([() => Promise.resolve(returned)], handler)(context())
    await expect(guard(true)).resolves.toBe('answer')
    await expect(guard(undefined)).resolves.toBe('answer')
    await expect(guard('/login')).resolves.toBe('/login')
    await expect(guard(false)).rejects.toMatchObject({ status: 403 })
  })

  test('that throws or rejects ends the request', async () => {
    const oops = new Error('oops')
    const throwing = guarded(
      [
        () => {
          throw oops
        },
      ],
      handler,
    )
    expect(() => throwing(context())).toThrow(oops)
    await expect(guarded([() => Promise.reject(oops)], handler)(context())).rejects.toBe(oops)
  })

  test('adds to the context for what is below it, and later guards see it', () => {
    const c = context()
    guarded([one => void one.trail.push('one'), two => two.trail.push('two') === 2], handler)(c)
    expect(c.trail).toEqual(['one', 'two', 'handler'])
  })

  test('costs no promise where nothing waits', () => {
    expect(guarded([() => true, () => undefined], handler)(context())).toBe('answer')
  })
})

test('layers run from the outermost inward, middleware before the guards of its own layer', async () => {
  const layer = (name: string): Layer => ({
    use: [
      (next: (c: Context) => unknown) => (c: Context) => {
        c.trail.push(`${name}.use`)
        return next(c)
      },
    ],
    under: [async (c: Context) => void c.trail.push(`${name}.under`)],
  })
  const c = context()
  await wrapLayers<Context>([layer('outer'), layer('inner')], one => one.trail.push('handler'))(c)
  expect(c.trail).toEqual(['outer.use', 'outer.under', 'inner.use', 'inner.under', 'handler'])
})

test('a guard of an outer layer keeps the middleware of inner ones from running', () => {
  const c = context()
  const outer: Layer = { use: [], under: [() => false] }
  const inner: Layer = { use: [() => () => c.trail.push('inner')], under: [] }
  expect(() => wrapLayers<Context>([outer, inner], () => 'answer')(c)).toThrow(/may not/)
  expect(c.trail).toEqual([])
})
