import type { Handler } from '@arlen/core'
import { suggest } from '@arlen/core/options'
import type { Context } from '@arlen/http'

type AnyController = new (c: Context) => Record<string, (c: Context) => unknown>

/**
 * Converts a route's target to a handler: a function stays, `[Controller, 'action']` becomes a handler that creates a
 * controller for each request, `[module, 'action']` is the module's function. Anything else is returned unchanged, so that
 * the router rejects it with the route's location.
 */
export function toHandler(target: unknown): unknown {
  if (!Array.isArray(target) || target.length !== 2) return target
  const [controller, action] = target as [unknown, unknown]
  if (typeof action !== 'string') return target
  if (typeof controller === 'object' && controller !== null) {
    const found = (controller as Record<string, unknown>)[action]
    return typeof found === 'function' ? found : new NoAction('the module', action, Object.keys(controller))
  }
  if (typeof controller !== 'function') return target
  const Controller = controller as AnyController
  if (typeof Controller.prototype?.[action] !== 'function') {
    return new NoAction(Controller.name, action, Object.getOwnPropertyNames(Controller.prototype ?? {}))
  }
  const handler: Handler<Context> = c => new Controller(c)[action]!(c)
  return handler
}

/** Stands for a missing action until the router rejects it. */
class NoAction {
  readonly problem: string

  constructor(controller: string, action: string, actions: readonly string[]) {
    const near = suggest(action, actions)
    this.problem = `is the action ${action}, which ${controller} does not have.${near ? ` Did you mean ${near}?` : ''}`
  }
}

/** What is wrong with a route's handler, as the rest of the sentence `the handler …`. */
export function handlerProblem(value: unknown): string | undefined {
  if (typeof value === 'function') return undefined
  if (value instanceof NoAction) return value.problem
  return `is ${value === null ? 'null' : `a value of type ${typeof value}`}, not a function.`
}
