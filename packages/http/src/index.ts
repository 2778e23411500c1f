import type * as core from '@arlen/core'
import type { Context } from './context.ts'

export type Handler = core.Handler<Context>
export type Middleware = core.Middleware<Context>
export { Context, type ContextExtensions, ResponseState } from './context.ts'
export type { Finish } from './engine.ts'
export { HeaderList } from './headers.ts'
export { DEFAULT_LIMITS, DEFAULT_TIMEOUTS, type Limits, type Timeouts } from './limits.ts'
export { DEFAULT_METHODS, type HttpOptions } from './options.ts'
export type { Query } from './query.ts'
export { Reply, type ReplyInit, type StreamBody } from './reply.ts'
export { Request } from './request.ts'
export { type Address, createServer, HttpServer, serve } from './server.ts'
export { toReply } from './to-reply.ts'
