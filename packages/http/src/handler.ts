import type * as core from '@arlen/core'
import type { Context } from './context.ts'

/** Handles one request; see `Handler` of @arlen/core for how its result becomes a response. */
export type Handler = core.Handler<Context>

/** Wraps a handler in another, once, when routes are compiled. */
export type Middleware = core.Middleware<Context>
