export { readForm, readJson } from './body/body-readers.ts'
export { FilePart } from './body/multipart/file-part.ts'
export type { FieldPart, MultipartOptions, Part } from './body/multipart/read-multipart.ts'
export type { UpgradeHandler } from './connection/exchange.ts'
export type { UpgradeOptions } from './connection/upgrade.ts'
export {
  Context,
  type ContextClass,
  type ContextConstructor,
  type ContextExtensions,
  type PathParams,
  type RedirectOptions,
  type ResponseState,
} from './context.ts'
export { type Cookies, findCookie } from './cookies/read-cookies.ts'
export { type CookieOptions, serializeCookie } from './cookies/write-cookie.ts'
export type { EventOptions, EventStreamSource, ServerEvent } from './event-stream.ts'
export type { FetchSource } from './fetch/fetch-exchange.ts'
export type { Fetch } from './fetch/to-fetch.ts'
export type { Handler, Middleware } from './handler.ts'
export { LIMITS, type LimitName, type LimitSetting, type Limits, type LimitUnit } from './limits.ts'
export type { HttpOptions } from './options.ts'
export type { ForwardedHeader } from './proxy/forwarded-fields.ts'
export type { ProxyTrust } from './proxy/proxy-trust.ts'
export type { Query } from './query.ts'
export { HttpRequest } from './request.ts'
export { type CompressOptions, compress } from './response/compress.ts'
export type { ContentCoding } from './response/content-coding.ts'
export { type EtagOptions, etag } from './response/etag.ts'
export type { Freshness } from './response/freshness.ts'
export { HeaderList } from './response/headers.ts'
export type { BigIntForm, JsonOptions } from './response/json.ts'
export { localTarget } from './response/redirect-target.ts'
export { Reply, type ReplyInit, type ReplyOptions, type StreamBody } from './response/reply.ts'
export { toReply } from './response/to-reply.ts'
export { type Address, createServer, HttpServer, serve } from './server.ts'
export type { Finish } from './service.ts'
export type { FileOptions } from './static/answer-file.ts'
export { type StaticOptions, serveStatic } from './static/serve-static.ts'
