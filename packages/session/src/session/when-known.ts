import { isPromiseLike } from '@arlen/core'

/** A typed `after` of @arlen/core: runs `fn` with the value, immediately if it is not a promise. */
export function whenKnown<T, R>(value: T | Promise<T>, fn: (value: T) => R | Promise<R>): R | Promise<R> {
  return isPromiseLike(value) ? (value as Promise<T>).then(fn) : fn(value as T)
}
