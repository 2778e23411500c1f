import { after, type Handler, type Middleware, wrap } from '@arlen/core'
import { routerError } from './errors.ts'

/**
 * Runs before routes. `undefined` and `true` let the request pass, `false` and `null` reject it with 403, anything else is the
 * response. May return a promise. What it adds to the context is visible to everything below.
 */
export type Guard<C> = (c: C) => unknown

/** The guards of a router whose values are `T`. */
export type GuardOf<T> = T extends (c: infer C) => unknown ? Guard<C> : (...args: never[]) => unknown

/** The middleware of a router whose values are `T`. */
export type MiddlewareOf<T> = T extends (c: infer C) => unknown ? Middleware<C> : (...args: never[]) => unknown

/** What a group or a route puts around a handler: middleware, and inside it guards. */
export interface Layer {
  readonly use: readonly unknown[]
  readonly under: readonly unknown[]
}

/** Puts layers around a handler, the first outermost. Synchronous if all of them are. */
export function wrapLayers<C>(layers: readonly Layer[], handler: Handler<C>): Handler<C> {
  return layers.reduceRight(
    (inner, { use, under }) => wrap(guarded(under as readonly Guard<C>[], inner), use as readonly Middleware<C>[]),
    handler,
  )
}

/** Calls the handler if every guard lets the request pass. */
export function guarded<C>(guards: readonly Guard<C>[], handler: Handler<C>): Handler<C> {
  return guards.reduceRight<Handler<C>>(
    (next, guard) => c =>
      after(guard(c), result => (result === undefined || result === true ? next(c) : refuse(result))),
    handler,
  )
}

function refuse(result: unknown): unknown {
  if (result === null || result === false) throw routerError('guard_refused')
  return result
}
