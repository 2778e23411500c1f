import type { Handler } from '@arlen/core'
import type { Context } from '@arlen/http'

type AnyController = new (c: Context) => Record<string, (c: Context) => unknown>

/**
 * What a route was given, as a handler: a function is one, `[Controller, 'action']` becomes one that makes a fresh
 * controller for each request, `[module, 'action']` is the module's function. Anything else is returned as it is, for
 * the router to refuse with the route's place.
 */
export function toHandler(target: unknown): unknown {
  if (!Array.isArray(target) || target.length !== 2) return target
  const [controller, action] = target as [unknown, unknown]
  if (typeof action !== 'string') return target
  if (typeof controller === 'object' && controller !== null) return (controller as Record<string, unknown>)[action]
  if (typeof controller !== 'function') return target
  const Controller = controller as AnyController
  if (typeof Controller.prototype?.[action] !== 'function') return undefined
  const handler: Handler<Context> = c => new Controller(c)[action]!(c)
  return handler
}
