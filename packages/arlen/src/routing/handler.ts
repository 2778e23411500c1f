import type * as core from '@arlen/core'
import type { Context } from '@arlen/http'

/**
 * Handles one request. What it returns is the response: an object or array is sent as JSON, a string as text, and the result of
 * `c.json()`, `c.render()` and the like as it is.
 */
export type Handler<C = Context> = core.Handler<C>

/** Wraps a handler in another, once, when routes are compiled: `next => c => next(c)`. */
export type Middleware<C = Context> = core.Middleware<C>
