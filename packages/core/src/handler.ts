import { coreError } from './errors.ts'

/**
 * Answers one request. What it returns is the answer: an object or array is sent as JSON, a string as text, what
 * `c.json()`, `c.render()` and the like return as itself, and `undefined` when it has already answered.
 */
export type Handler<C> = (c: C) => unknown

/**
 * Wraps a handler in another. Wrapping happens once, when the route table is compiled, so that a request pays for no
 * chain of `next()` closures.
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
 * Runs `fn` with the result of a handler once it has settled, and stays synchronous when it already has.
 *
 * @param onError - takes the reason when `result` is a promise that rejects; without it the rejection passes through.
 *   A synchronous throw never gets here: wrap the call that makes `result` in `try` where that matters.
 */
export function after<R>(
  result: unknown,
  fn: (value: unknown) => R,
  onError?: (reason: unknown) => R | PromiseLike<R>,
): R | Promise<R> {
  return isPromiseLike(result) ? (result.then(fn, onError) as Promise<R>) : fn(result)
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
