import { after, type Handler, type Middleware, wrap } from '@arlen/core'
import { routerError } from './errors.ts'

/**
 * Stands before routes. `undefined` and `true` let the request pass, `false` and `null` refuse it with 403, anything else is
 * the answer; a promise of these does the same. What it adds to the context is there for everything below it.
 */
export type Guard<C> = (c: C) => unknown

/** The guards of a router whose values are `T`. */
export type GuardOf<T> = T extends (c: infer C) => unknown ? Guard<C> : (...args: never[]) => unknown

/** The middleware of a router whose values are `T`. */
export type MiddlewareOf<T> = T extends (c: infer C) => unknown ? Middleware<C> : (...args: never[]) => unknown

/** What one group, or a route itself, puts around a handler: its middleware, and inside of that its guards. */
export interface Layer {
  readonly use: readonly unknown[]
  readonly under: readonly unknown[]
}

/** A handler with layers around it, the first outermost. Stays synchronous where all of them are. */
export function wrapLayers<C>(layers: readonly Layer[], handler: Handler<C>): Handler<C> {
  return layers.reduceRight(
    (inner, { use, under }) => wrap(guarded(under as readonly Guard<C>[], inner), use as readonly Middleware<C>[]),
    handler,
  )
}

/** A handler that is reached when every guard lets the request pass. */
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
