export { readForm, readJson } from './body-readers.ts'
export { type CompressOptions, compress } from './compress.ts'
export type { ContentCoding } from './content-coding.ts'
export {
  Context,
  type ContextClass,
  type ContextExtensions,
  type PathParams,
  type RedirectOptions,
  ResponseState,
} from './context.ts'
export type { CookieOptions, Cookies } from './cookies.ts'
export type { Finish } from './engine.ts'
export type { EventOptions, EventSource, ServerEvent } from './events.ts'
export type { Handler, Middleware } from './handler.ts'
export { HeaderBlock } from './header-block.ts'
export { HeaderList } from './headers.ts'
export { DEFAULT_LIMITS, DEFAULT_TIMEOUTS, type Limits, type Timeouts } from './limits.ts'
export { type FieldPart, FilePart, type MultipartOptions, type Part } from './multipart.ts'
export { mediaType, negotiate, negotiateCoding } from './negotiation.ts'
export { DEFAULT_METHODS, type HttpOptions } from './options.ts'
export type { Query } from './query.ts'
export { localTarget } from './redirect-target.ts'
export { Reply, type ReplyInit, type StreamBody } from './reply.ts'
export { Request } from './request.ts'
export { type Address, createServer, HttpServer, serve } from './server.ts'
export type { FileOptions } from './static/answer-file.ts'
export { type StaticOptions, serveStatic } from './static/serve-static.ts'
export { toReply } from './to-reply.ts'
export type { UpgradeHandler } from './upgrade.ts'
