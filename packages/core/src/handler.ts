import { coreError } from './errors.ts'

/**
 * Handles one request. What it returns is the response: an object or array is sent as JSON, a string as text, and the result of
 * `c.json()`, `c.render()` and the like as it is. `undefined` is an error, `response_missing`.
 */
export type Handler<C> = (c: C) => unknown

/**
 * Wraps a handler in another. This happens once, when the route table is compiled, so requests do not pay for a chain of
 * `next()` closures.
 */
export type Middleware<C> = (next: Handler<C>) => Handler<C>

/** Whether a value is a promise, or anything else that can be awaited. */
export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'then' in value &&
    typeof (value as { then: unknown }).then === 'function'
  )
}

/**
 * Calls `fn` with the result of a handler: at once, or when its promise is fulfilled.
 *
 * @param onError - called if `result` is a promise that rejects; without it the rejection is passed on. For synchronous errors,
 *   put the call that makes `result` in `try`.
 */
export function after<R>(
  result: unknown,
  fn: (value: unknown) => R,
  onError?: (reason: unknown) => R | PromiseLike<R>,
): R | Promise<R> {
  return isPromiseLike(result) ? (result.then(fn, onError) as Promise<R>) : fn(result)
}

/**
 * Middleware that throws if a framework of another kind calls it: there it would return a handler that is never called, and
 * requests would hang.
 *
 * @param name - as users write it: `session()`
 * @param remedy - what to use there instead
 */
export function defineMiddleware<C>(
  name: string,
  middleware: Middleware<C>,
  remedy = 'It works in servers of @arlen/http and in applications of arlen.',
): Middleware<C> {
  return next => {
    if (typeof next === 'function') return middleware(next)
    const actual = typeof next === 'object' && next !== null ? 'a request' : String(next)
    throw coreError('middleware_foreign', { name, actual, remedy })
  }
}

/**
 * Composes middleware around a handler: the first of the list is the outermost.
 *
 * @throws ArlenError `middleware_invalid`
 */
export function wrap<C>(handler: Handler<C>, middleware: readonly Middleware<C>[]): Handler<C> {
  return middleware.reduceRight((next, outer) => {
    const wrapped: unknown = outer(next)
    if (typeof wrapped === 'function') return wrapped as Handler<C>
    const name = outer.name && ` ${outer.name}`
    throw coreError('middleware_invalid', { name, actual: wrapped === null ? 'null' : typeof wrapped })
  }, handler)
}
