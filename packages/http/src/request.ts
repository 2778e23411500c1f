import { Readable } from 'node:stream'
import { promised, readBytes, readForm, readJson, readText } from './body/body-readers.ts'
import { peekMultipartField } from './body/multipart/peek-field.ts'
import { type MultipartOptions, type Part, readMultipart } from './body/multipart/read-multipart.ts'
import type { RequestBody } from './body/request-body.ts'
import type { Exchange } from './connection/exchange.ts'
import { type Cookies, readCookies } from './cookies/read-cookies.ts'
import { httpError } from './errors.ts'
import { allFields, findField, trailerFields } from './head/request-fields.ts'
import { type Client, resolveClient } from './proxy/client.ts'
import { parseQuery, type Query } from './query.ts'

/** Short enough to log, and nothing that a log or a terminal could mistake. */
const REQUEST_ID = /^[\w.:+/=@-]{1,128}$/

/** A request as it was received. Nothing but method and path is decoded before it is asked for. */
export class HttpRequest {
  readonly method: string
  /** The path as it was sent, escapes and all, without the query. */
  readonly path: string
  /** The query as it was sent, without the question mark. */
  readonly rawQuery: string
  /** Largest body of this request, in bytes as received. Set it before reading. */
  maxBodyBytes: number
  /** Most values in a JSON body of this request, containers included. Set it before reading. */
  maxJsonValues: number
  /** @internal */ readonly _exchange: Exchange
  /** @internal */ readonly _head: string
  /** @internal */ readonly _fieldsStart: number
  /** @internal */ readonly _host: string
  /** @internal */ readonly _minor: number
  /** @internal */ _body: RequestBody | null = null
  /** @internal The body, once it has been read completely. */ _whole: Buffer | Promise<Buffer> | null = null
  /** @internal Where the value of Content-Type starts in the head; 0 if it was not looked up. */ _typeStart = 0
  /** @internal */ _typeEnd = 0
  /** @internal Whether the body may have a Content-Encoding. */ _coded = true
  /** @internal Whether the client asks for another protocol. */ _upgrades = false
  private ended = false
  private endings: (() => unknown)[] | null = null
  private fields: Record<string, string> | null = null
  private parsedQuery: Query | null = null
  private parsedCookies: Cookies | null = null
  private resolvedClient: Client | null = null
  private requestId = ''

  /** @internal */
  constructor(
    exchange: Exchange,
    method: string,
    path: string,
    rawQuery: string,
    head: string,
    fieldsStart: number,
    host: string,
    minor: number,
  ) {
    this.method = method
    this.path = path
    this.rawQuery = rawQuery
    this.maxBodyBytes = exchange.engine.limits.maxBodyBytes
    this.maxJsonValues = exchange.engine.limits.maxJsonValues
    this._exchange = exchange
    this._head = head
    this._fieldsStart = fieldsStart
    this._host = host
    this._minor = minor
  }

  /** Path and query as they were sent. */
  get url(): string {
    return this.rawQuery === '' ? this.path : `${this.path}?${this.rawQuery}`
  }

  get httpVersion(): '1.1' | '1.0' {
    return this._minor === 1 ? '1.1' : '1.0'
  }

  /**
   * The query as a record; repeated names are arrays.
   *
   * @throws HttpError `query_too_many_pairs` (400) if there are more than `maxPairs`
   */
  get query(): Query {
    if (this.parsedQuery === null) {
      const most = this._exchange.engine.limits.maxPairs
      const query = parseQuery(this.rawQuery, most)
      if (query === undefined) throw httpError('query_too_many_pairs', { most })
      this.parsedQuery = query
    }
    return this.parsedQuery
  }

  /** The value of a header field, its repetitions joined by a comma. */
  header(name: string): string | undefined {
    const lower = name.toLowerCase()
    if (this.fields !== null) return this.fields[lower]
    if (this._typeStart > 0 && lower === 'content-type') return this._head.slice(this._typeStart, this._typeEnd)
    return findField(this._head, this._fieldsStart, lower)
  }

  /** Every header field by its lower-case name. */
  get headers(): Readonly<Record<string, string>> {
    this.fields ??= allFields(this._head, this._fieldsStart)
    return this.fields
  }

  /** The cookies the client sent, by name. */
  get cookies(): Cookies {
    this.parsedCookies ??= readCookies(this.header('cookie'))
    return this.parsedCookies
  }

  /**
   * `Host`, the authority of an absolute target, or the value forwarded by a trusted proxy. Empty if an HTTP/1.0 request
   * has none.
   */
  get host(): string {
    return this.client.host
  }

  /** The address of the client, behind trusted proxies too. IPv4 addresses are IPv4 even on a dual-stack socket. */
  get ip(): string {
    return this.client.ip
  }

  get protocol(): 'http' | 'https' {
    // Called on every request (security headers). Without trusted proxies, the connection has the answer.
    if (this._exchange.engine.trust === null) return this._exchange.encrypted ? 'https' : 'http'
    return this.client.protocol
  }

  private get client(): Client {
    this.resolvedClient ??= resolveClient(this._exchange, name => this.header(name), this._host)
    return this.resolvedClient
  }

  /** The id of this request in the log and in error responses: X-Request-Id from a trusted proxy, else generated. */
  get id(): string {
    if (this.requestId === '') {
      const { engine, remoteAddress } = this._exchange
      const given = engine.trust?.(remoteAddress) ? this.header('x-request-id') : undefined
      this.requestId = given !== undefined && REQUEST_ID.test(given) ? given : engine.nextId()
    }
    return this.requestId
  }

  /** @internal Whether the id was used. */
  get _hasId(): boolean {
    return this.requestId !== ''
  }

  /** The trailer fields of a chunked body, once it has been read, without fields that are not allowed there. */
  get trailers(): Readonly<Record<string, string>> {
    return trailerFields(this._body?.trailers ?? '')
  }

  /** Whether the body has been read or is being read. Always false if the request has none. */
  get bodyUsed(): boolean {
    return this._body?.consumed ?? false
  }

  /** The body parsed as JSON. Rejects other media types (415), invalid JSON and prototype-polluting keys (400). */
  json<T = unknown>(): Promise<T> {
    return promised(this, readJson<T>)
  }

  /** The body as text in the charset it declares, UTF-8 by default. */
  text(): Promise<string> {
    return promised(this, readText)
  }

  bytes(): Promise<Buffer> {
    return promised(this, readBytes)
  }

  /** A body of application/x-www-form-urlencoded as a record. */
  form(): Promise<Query> {
    return promised(this, readForm)
  }

  /** The parts of a form with files, one by one as they arrive. For large uploads, raise `maxBodyBytes` first. */
  multipart(options?: MultipartOptions): AsyncGenerator<Part, void, void> {
    return readMultipart(this, options)
  }

  /**
   * The value of a field that comes before the files of a multipart form, without consuming the form: for middleware that
   * must decide before the upload is read. Only the first 16 kB are searched.
   */
  peekField(name: string): Promise<string | undefined> {
    return peekMultipartField(this, name)
  }

  /** The body as a stream with back-pressure; empty if the request has none. */
  get stream(): Readable {
    return this._body === null ? Readable.from([]) : this._body.stream(this.maxBodyBytes)
  }

  /** @internal Runs `work` once the response has been sent or cut off; immediately if it already has. */
  _atEnd(work: () => unknown): void {
    if (this.ended) run(work)
    else if (this.endings === null) this.endings = [work]
    else this.endings.push(work)
  }

  /** @internal */
  _end(): void {
    this.ended = true
    if (this.endings !== null) for (const work of this.endings) run(work)
    this.endings = null
  }
}

/** A failed cleanup is ignored: there is no one left to report it to. */
function run(work: () => unknown): void {
  Promise.resolve()
    .then(work)
    .catch(() => undefined) // as above
}
