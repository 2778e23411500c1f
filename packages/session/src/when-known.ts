import { isPromiseLike } from '@arlen/core'

/** `after` of @arlen/core with types: runs `fn` when a value is there, at once where it already is. */
export function whenKnown<T, R>(value: T | Promise<T>, fn: (value: T) => R | Promise<R>): R | Promise<R> {
  return isPromiseLike(value) ? (value as Promise<T>).then(fn) : fn(value as T)
}
