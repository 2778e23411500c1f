import {
  type ArlenError,
  defaultCode,
  HttpError,
  type HttpErrorOptions,
  type Logger,
  PROBLEM_TYPE,
  Timings,
  toProblem,
} from '@arlen/core'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { HTML_TYPE, JSON_TYPE, TEXT_TYPE } from './clock.ts'
import type { UpgradeHandler } from './connection/exchange.ts'
import { checkHandshake, type UpgradeOptions, UpgradeReply } from './connection/upgrade.ts'
import { warnOfForeignDomain } from './cookies/foreign-domain.ts'
import { type CookieOptions, writeCookie } from './cookies/write-cookie.ts'
import { httpError } from './errors.ts'
import { type EventOptions, type EventStreamSource, eventText } from './event-stream.ts'
import type { HttpRequest } from './request.ts'
import { type Freshness, isFresh } from './response/freshness.ts'
import type { HeaderBlock } from './response/header-block.ts'
import { mediaType, negotiate } from './response/negotiation.ts'
import { makeRedirect, type RedirectOptions } from './response/redirect.ts'
import { BYTES_TYPE, bytesOf, Reply, type ReplyInit, type StreamBody } from './response/reply.ts'
import { ResponseState } from './response/response-state.ts'
import { answerFile, type FileOptions } from './static/answer-file.ts'

/**
 * What other packages add to a context. A package augments this interface for the types and offers a mixin that adds the
 * members to the Context class of a server; see {@link ContextConstructor}.
 */
// biome-ignore lint/suspicious/noEmptyInterface: it exists to be augmented
export interface ContextExtensions {}

// biome-ignore lint/correctness/noUnusedVariables: both halves of a merged declaration name the same parameters
export interface Context<Params extends object = PathParams, Valid = unknown> extends ContextExtensions {}

/** A class of contexts: {@link Context}, or one that extends it. */
export type ContextClass<C extends Context = Context> = new (req: HttpRequest, startedAt?: number) => C

/**
 * What a mixin for contexts takes and returns with more members. If something that a member needs is missing, reading the
 * member says what is missing and how to add it.
 *
 * ```ts
 * declare module '@arlen/http' {
 *   interface ContextExtensions { readonly tenant: Tenant }
 * }
 * export function withTenant<Base extends ContextConstructor>(base: Base): Base {
 *   return class extends base {
 *     override get tenant(): Tenant { return tenantOf(this.req.host) }
 *   }
 * }
 * serve(c => c.tenant.name, { context: withTenant(Context) })
 * ```
 */
// biome-ignore lint/suspicious/noExplicitAny: the one form of constructor that TypeScript lets a mixin have
export type ContextConstructor = new (...args: any[]) => Context

/** Path parameters of a route whose pattern is unknown. */
export type PathParams = Readonly<Record<string, string>>

/** Makes the response of one branch of {@link Context.respond}. */
export type Branch = () => unknown

const PROBLEM_OPTIONS: OptionTable<HttpErrorOptions> = {
  detail: option.any,
  errors: option.any,
  headers: option.any,
  cause: option.any,
  at: option.any,
}

const NO_PARAMS: PathParams = Object.freeze(Object.create(null))

/** One request and its response. Its methods create the response that a handler returns. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: as above
export class Context<Params extends object = PathParams, Valid = unknown> {
  readonly req: HttpRequest
  /** Path parameters, decoded; set by the router. */
  params: Params = NO_PARAMS as Params
  /** The format in the path of the request, such as `json` in `/report.json`; set by the router. */
  format: string | undefined = undefined
  /** The validated parts of the request; set by the framework. */
  valid: Valid = undefined as Valid
  /** Stage timings, if the server measures them. */
  readonly timings: Timings | undefined
  /** @internal */ _response: ResponseState | null = null
  /** @internal Fields of the response that were prepared at boot. */ _base: HeaderBlock | null = null
  /** @internal A response has begun, or none is expected any more. */
  _responded = false
  private abortion: AbortController | null = null
  private abortReason: unknown = undefined
  private stashed: Record<string, unknown> | null = null
  private logger: Logger | null = null

  constructor(req: HttpRequest, startedAt = 0) {
    this.req = req
    this.timings = req._exchange.engine.timings ? new Timings(startedAt) : undefined
  }

  get res(): ResponseState {
    if (this._response !== null) return this._response
    this._response = new ResponseState()
    if (this._base !== null) this._response.headers.adopt(this._base)
    return this._response
  }

  /** Adds header fields that were prepared at boot to the response. Fields that are already set stay. */
  baseHeaders(block: HeaderBlock): void {
    const isOnly = this._base === null && this._response === null
    this._base ??= block
    if (!isOnly) this.res.headers.adopt(block)
  }

  /** The first block that `baseHeaders` was given, for the code that prepared it. */
  get baseBlock(): HeaderBlock | null {
    return this._base
  }

  /** Values that the middleware and handlers of this request share. */
  get stash(): Record<string, unknown> {
    this.stashed ??= Object.create(null) as Record<string, unknown>
    return this.stashed
  }

  /** A logger whose lines carry the id of this request. */
  get log(): Logger {
    this.logger ??= this.req._exchange.engine.log.child({ requestId: this.req.id })
    return this.logger
  }

  /**
   * Aborts when the client disconnects (reason: code `client_disconnected`) or the handler time-out passes
   * (`handler_timeout`). It does not abort when a response completes.
   */
  get signal(): AbortSignal {
    if (this.abortion === null) {
      this.abortion = new AbortController()
      if (this.abortReason !== undefined) this.abortion.abort(this.abortReason)
    }
    return this.abortion.signal
  }

  /** @internal */
  _abort(reason: ArlenError): void {
    if (this.abortReason !== undefined) return
    this.abortReason = reason
    this.abortion?.abort(reason)
  }

  /** Gives the handler this many milliseconds from now, instead of the server's `handlerTimeoutMs`. */
  timeout(ms: number): void {
    this.req._exchange.limitHandler(this.req, ms)
  }

  /** Names the handler in messages: method and path, or the route's pattern in a framework. */
  get routeName(): string {
    return `${this.req.method} ${this.req.path}`
  }

  /** @internal */
  _json(value: unknown): string {
    return this.req._exchange.engine.json.write(value, this)
  }

  text(body: string, init?: ReplyInit): Reply {
    return new Reply(body, TEXT_TYPE, init)
  }

  json(value: unknown, init?: ReplyInit): Reply {
    return new Reply(this._json(value), JSON_TYPE, init)
  }

  html(body: string, init?: ReplyInit): Reply {
    return new Reply(body, HTML_TYPE, init)
  }

  bytes(body: ArrayBuffer | ArrayBufferView, init?: ReplyInit): Reply {
    return new Reply(bytesOf(body), BYTES_TYPE, init)
  }

  /** A response without content; 204 by default. */
  empty(init: ReplyInit = 204): Reply {
    return new Reply(null, '', init)
  }

  /** A Node.js stream, a web stream or an async iterable, read as fast as the client accepts it. */
  stream(body: StreamBody, init?: ReplyInit): Reply {
    return new Reply(body, BYTES_TYPE, init)
  }

  /** Server-sent events until the source ends or the client disconnects. The function form is given `c.signal`. */
  events(source: EventStreamSource, options: EventOptions = {}): Reply {
    return new Reply(
      eventText(source, this.signal, options, value => this._json(value)),
      'text/event-stream; charset=utf-8',
      {
        headers: { 'Cache-Control': 'no-cache, no-transform', 'X-Accel-Buffering': 'no' },
      },
    )
  }

  /**
   * Hands the connection to `take`, which speaks another protocol from then on. Return it like any response.
   *
   * Rejects a handshake that a page of another site made its visitor's browser send, because it carries their cookies.
   * Pages of the server's `trustedOrigins` are allowed, and every page if `options` say so.
   *
   * @throws HttpError `upgrade_required` (426) where the client did not ask for `protocol`, `upgrade_cross_site` (403)
   */
  upgrade(protocol: string, take: UpgradeHandler, options: UpgradeOptions = {}): Reply {
    checkHandshake(this.req, protocol, options)
    return new UpgradeReply(take)
  }

  /**
   * A file with validators, preconditions and ranges; 404 if it does not exist. For a name that a client can choose, such
   * as the value of a wildcard, give the folder: `c.file(c.params.path, { root: 'uploads' })`.
   */
  file(path: string, options?: FileOptions): Promise<Reply> {
    return answerFile(this.req, path, options)
  }

  /**
   * Sends the client elsewhere: 303 See Other by default. Characters beyond US-ASCII are escaped.
   *
   * @throws HttpError `redirect_external` (400) for a target on another origin, or a scheme without `//`, unless `external`
   * is set: a target that a user can choose must not leave the site (CWE-601).
   * @throws HttpError `redirect_invalid` (400) for a target with control characters
   */
  redirect(location: string, options: number | RedirectOptions = 303): Reply {
    return makeRedirect(this.req, location, options)
  }

  /**
   * Whether the client already has the current state, according to the ETag and Last-Modified of `c.res` or the ones given
   * here, which are also set: `if (c.fresh({ etag: post.version })) return c.empty(304)`. A handler that changes something
   * calls it first, so that clients do not overwrite a state they have not seen.
   *
   * @throws HttpError `precondition_failed` (412) if the client's precondition names another state (RFC 9110, section 13)
   */
  fresh(validators: Freshness = {}): boolean {
    return isFresh(this.req, this.res.headers, validators)
  }

  /**
   * Sets a cookie; see {@link CookieOptions} for its safe defaults. Logs a warning if its domain does not match the host of
   * the request, because browsers drop such a cookie.
   *
   * @throws `cookie_invalid` for a cookie that browsers would drop silently (RFC 6265bis, section 5.7)
   */
  setCookie(name: string, value: string, options: CookieOptions = {}): void {
    this.res.headers.append('Set-Cookie', writeCookie(name, value, options, this.req.protocol === 'https'))
    if (options.domain !== undefined) warnOfForeignDomain(this, name, options.domain)
  }

  /** Deletes a cookie. Pass the path and domain that it was set with. */
  clearCookie(name: string, options: CookieOptions = {}): void {
    this.setCookie(name, '', { ...options, maxAge: 0, expires: new Date(0) })
  }

  /** The offer (`html`, `json`, a media type, …) that the client prefers; undefined if it accepts none of them. */
  accepts(...offers: string[]): string | undefined {
    return negotiate(this.req.header('accept'), offers)
  }

  /**
   * Responds in the format that the client asks for: the format of the route (`/report.json`) if it has one, else
   * `?format=json`, else Accept. `any` serves everyone else; without it they get 406. Only the chosen branch runs.
   */
  respond(branches: Readonly<Record<string, Branch>>): unknown {
    const offers = Object.keys(branches).filter(name => name !== 'any')
    const format = this.format ?? this.queryFormat()
    if (format === undefined) this.res.headers.add('Vary', 'Accept')
    const wanted = format === undefined ? '' : mediaType(format)
    const chosen = format === undefined ? this.accepts(...offers) : offers.find(name => mediaType(name) === wanted)
    const branch = branches[chosen ?? 'any']
    if (branch !== undefined) return branch()
    const types = offers.map(mediaType).join(', ')
    throw this.format === undefined ? httpError('not_acceptable', { types }) : new HttpError(404)
  }

  private queryFormat(): string | undefined {
    const format = this.req.rawQuery === '' ? undefined : this.req.query.format
    return typeof format === 'string' && format !== '' ? format : undefined
  }

  /** A problem document (RFC 9457) with the id of this request. */
  problem(status: number, code: string = defaultCode(status), options: HttpErrorOptions = {}): Reply {
    return this.problemOf(new HttpError(status, code, readOptions('c.problem()', options, PROBLEM_OPTIONS)))
  }

  /** What a client may know about an error, as a problem document. */
  problemOf(error: unknown): Reply {
    const problem = toProblem(error, this.req.id)
    const reply = new Reply(JSON.stringify(problem), PROBLEM_TYPE, problem.status)
    if (error instanceof HttpError) {
      for (const [name, value] of Object.entries(error.headers ?? {})) reply.headers.set(name, value)
    }
    return reply
  }
}
