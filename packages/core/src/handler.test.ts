import { expect, test } from 'vitest'
import { after, type Handler, isPromiseLike, type Middleware, wrap } from './handler.ts'

test('after stays synchronous for a value and waits for a promise', async () => {
  expect(after(1, value => [value])).toEqual([1])
  const later = after(Promise.resolve(2), value => [value])
  expect(isPromiseLike(later)).toBe(true)
  expect(await later).toEqual([2])
})

test('after hands a rejection to onError, and passes it through without one', async () => {
  const reason = new Error('no')
  const failing = () => Promise.reject(reason)
  expect(
    await after(
      failing(),
      () => 'ok',
      caught => caught,
    ),
  ).toBe(reason)
  await expect(after(failing(), () => 'ok')).rejects.toBe(reason)
})

test('wrap puts the first middleware outermost', () => {
  const mark =
    (name: string): Middleware<string[]> =>
    (next: Handler<string[]>) =>
    c => {
      c.push(`${name} in`)
      return after(next(c), value => {
        c.push(`${name} out`)
        return value
      })
    }
  const trace: string[] = []
  expect(wrap<string[]>(c => c.push('handler'), [mark('a'), mark('b')])(trace)).toBe(3)
  expect(trace).toEqual(['a in', 'b in', 'handler', 'b out', 'a out'])
})

test('a value with a then that is not a function is not a promise', () => {
  expect(isPromiseLike(JSON.parse('{"then": 1}'))).toBe(false)
  expect(isPromiseLike(null)).toBe(false)
})

test('wrap names a middleware that is written for another framework', () => {
  const foreign = (() => undefined) as unknown as Middleware<unknown>
  expect(() => wrap(() => 1, [foreign])).toThrow('The middleware foreign returned undefined instead of a handler.')
})
