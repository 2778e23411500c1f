import type { Duplex } from 'node:stream'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { CookieJar } from './browser/cookie-jar.ts'
import type { Navigator } from './browser/page.ts'
import { stepDescription } from './browser/step-description.ts'
import { callSiteOf, thrownFrom } from './call-site.ts'
import { testingError } from './errors.ts'
import { WireFaults } from './faults/wire-faults.ts'
import { EventStream } from './realtime/event-stream.ts'
import { TestWebSocket } from './realtime/test-websocket.ts'
import { type DescribedRequest, hasField, type RequestDescription } from './request/description.ts'
import { describeRequest } from './request/exchange.ts'
import { redirected } from './request/redirect.ts'
import type { RequestOptions } from './request/request-options.ts'
import { TestRequest as RequestOf, type Sender } from './request/test-request.ts'
import { type TestRequest, TestResponse } from './response/test-response.ts'
import type { TestServer } from './test-server.ts'

const DEFAULT_TIMEOUT_MS = 10_000
const NONE: readonly TestResponse[] = []
/** The fields that a browser sends when it opens a page (Fetch Metadata, HTML standard). */
const NAVIGATION: readonly [string, string][] = [
  ['Accept', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'],
  ['Sec-Fetch-Site', 'same-origin'],
  ['Sec-Fetch-Mode', 'navigate'],
  ['Sec-Fetch-User', '?1'],
  ['Sec-Fetch-Dest', 'document'],
]

/** What a visitor sends with every request. */
export interface VisitorOptions {
  /** Fields of every request, unless it has its own: `{ 'X-Forwarded-For': '203.0.113.9' }`. */
  headers?: Readonly<Record<string, string>>
  /** The initial cookies: a copy of another visitor's, or names and values. */
  cookies?: CookieJar | Readonly<Record<string, string>>
}

const VISITOR_OPTIONS: OptionTable<VisitorOptions> = { headers: option.object, cookies: option.object }

/** Options for opening a WebSocket. */
export interface WebSocketOptions {
  headers?: Record<string, string>
  /** Subprotocols to offer. */
  protocols?: readonly string[]
}

const WEBSOCKET_OPTIONS: OptionTable<WebSocketOptions> = {
  headers: option.object,
  protocols: option.listOf(option.string),
}

/** A user of the application: sends requests with separate cookies. */
export class Visitor implements Sender<TestResponse>, Navigator<TestRequest> {
  readonly cookies: CookieJar
  protected readonly server: TestServer
  readonly #history: RequestDescription[] = []
  readonly #fields: readonly (readonly [string, string])[]

  #as: unknown

  /** @param as - the user to log in with the first request whose user is looked up: a user, or a user's id */
  constructor(server: TestServer, options: VisitorOptions = {}, as?: unknown) {
    const { headers = {}, cookies } = readOptions('visitor()', options, VISITOR_OPTIONS)
    this.#as = as
    this.#fields = Object.entries(headers)
    this.server = server
    this.cookies = new CookieJar(server.origin)
    if (cookies) this.cookies.add(cookies)
  }

  /** Whether the application runs in this process, so that its logs, queries and errors are visible. */
  get inProcess(): boolean {
    return this.server.target.inProcess
  }

  /** @internal The base address for relative paths. */
  get origin(): URL {
    return this.server.origin
  }

  get(path: string, options?: RequestOptions): TestRequest {
    return this.#request('GET', path, options, this.get)
  }

  head(path: string, options?: RequestOptions): TestRequest {
    return this.#request('HEAD', path, options, this.head)
  }

  post(path: string, options?: RequestOptions): TestRequest {
    return this.#request('POST', path, options, this.post)
  }

  put(path: string, options?: RequestOptions): TestRequest {
    return this.#request('PUT', path, options, this.put)
  }

  patch(path: string, options?: RequestOptions): TestRequest {
    return this.#request('PATCH', path, options, this.patch)
  }

  delete(path: string, options?: RequestOptions): TestRequest {
    return this.#request('DELETE', path, options, this.delete)
  }

  options(path: string, options?: RequestOptions): TestRequest {
    return this.#request('OPTIONS', path, options, this.options)
  }

  /** A request of any method. It runs when it is awaited. */
  request(method: string, path: string, options?: RequestOptions): TestRequest {
    return this.#request(method, path, options, this.request)
  }

  /** Opens a page as a browser does: accepts HTML, and sends Fetch Metadata. */
  visit(path: string, options?: RequestOptions): TestRequest {
    const description = this.#describe('GET', path)
    for (const [name, value] of NAVIGATION) description.fields.push([name, name === 'Sec-Fetch-Site' ? 'none' : value])
    const request = new RequestOf(this, description)
    return this.#made(options ? request.apply(options) : request, this.visit)
  }

  /** A raw connection, for bytes that no client would send. It ends with the application under test. */
  raw(): Duplex {
    const stream = this.server.connect('raw()').detach()
    stream.on('error', () => undefined) // readers learn of errors from the events they listen to
    this.server.onClose(() => stream.destroy())
    return stream
  }

  /** The server-sent events of an address. */
  events(path: string, options: Pick<RequestOptions, 'query' | 'headers' | 'auth'> = {}): EventStream {
    const { description } = new RequestOf(this, this.#describe('GET', path)).apply({ accept: 'events', ...options })
    const stream = new EventStream(
      this.#complete(description),
      () => this.server.connect('events()'),
      this.server.origin.host,
    )
    this.server.onClose(() => stream.close())
    return stream
  }

  /** A WebSocket, with this visitor's cookies and the origin of the application. */
  websocket(path: string, options: WebSocketOptions = {}): TestWebSocket {
    const { protocols = [], headers: own } = readOptions('websocket()', options, WEBSOCKET_OPTIONS)
    const { origin } = this.server
    const url = new URL(this.#target(path), origin)
    const cookie = this.cookies.header(url)
    const headers = {
      Origin: origin.origin,
      ...Object.fromEntries(this.#fields),
      ...(cookie && { Cookie: cookie }),
      ...own,
    }
    url.protocol = origin.protocol === 'https:' ? 'wss:' : 'ws:'
    const socket = new TestWebSocket(url, protocols, headers, () => this.server.connect('websocket()').detach())
    this.server.onClose(() => socket.terminate())
    return socket
  }

  /** This visitor as a misbehaving client, or on a failing network. */
  get faults(): WireFaults {
    const take = (request: DescribedRequest) => {
      this.server.started(request)
      return this.#complete(request.description)
    }
    return new WireFaults(what => this.server.connect(what), take, this.server.origin.host)
  }

  /** Goes back to the previous page, as the browser's button does, by requesting it again. */
  back(): TestRequest {
    this.#history.pop()
    const last = this.#history.pop()
    if (last === undefined) throw testingError('history_empty')
    return this.#made(new RequestOf(this, { ...last, fields: [...last.fields] }), this.back)
  }

  /** @internal A step from one page to the next, as a browser makes it. */
  navigate(method: string, url: URL, body: RequestDescription['body'], from: URL): TestRequest {
    if (url.origin !== from.origin) {
      throw testingError('element_unfit', { selector: url.href, problem: 'is another site, which no test should ask.' })
    }
    const fields: [string, string][] = NAVIGATION.map(([name, value]) => [name, value])
    fields.push(['Referer', from.origin + from.pathname + from.search])
    if (method !== 'GET') fields.push(['Origin', from.origin])
    const target = url.pathname + url.search
    const description = { method, target, fields, body, timeoutMs: DEFAULT_TIMEOUT_MS, redirects: 0, as: this.#as }
    // Between here and the test are two or three functions of a page.
    return this.#made(new RequestOf(this, description), this.navigate, 4)
  }

  /** @internal The request that results from a step on the page that another request returns. */
  goOn(before: TestRequest, call: string, step: (page: TestResponse) => TestRequest, caller: object): TestRequest {
    this.server.started(before) // it is awaited with what follows
    const at = callSiteOf(caller, 5)
    const target = `on ${describeRequest(before.description)}`
    const own: RequestDescription = { method: call, target, fields: [], body: undefined, timeoutMs: 0, redirects: 0 }
    const settle = async () => {
      this.server.started(request)
      const page = await before
      try {
        const next = step(page)
        this.server.started(next)
        Object.assign(own, stepDescription(next.description, own, target))
      } catch (error) {
        throw thrownFrom(error, at)
      }
    }
    const request = new RequestOf(this, own, settle)
    this.server.made(request, at)
    return request
  }

  /** @internal Sends a request, and follows its redirects. */
  async perform(request: TestRequest): Promise<TestResponse> {
    this.server.started(request)
    if (request.description.redirects === 0) return this.#respond(request.description, NONE)
    const redirects: TestResponse[] = []
    let description = request.description
    while (true) {
      const response = await this.#respond(description, [...redirects])
      const next = redirected(response)
      if (next === undefined) return response
      redirects.push(response)
      if (redirects.length > description.redirects) {
        const chain = redirects.map(each => each.request.target).join(' → ')
        throw testingError('redirects_exceeded', {
          request: describeRequest(request.description),
          limit: description.redirects,
          chain,
        })
      }
      description = next
    }
  }

  async #respond(description: RequestDescription, redirects: readonly TestResponse[]): Promise<TestResponse> {
    const answer = await this.server.exchange(this.#complete(description))
    for (const [name, value] of answer.head.fields) {
      if (name.length === 10 && name.toLowerCase() === 'set-cookie')
        this.cookies.set(value, new URL(description.target, this.server.origin))
    }
    if (answer.record.loggedIn) this.#as = undefined
    const response = new TestResponse(this, description, answer, redirects)
    if (description.method === 'GET') this.#remember(description, response)
    return response
  }

  #describe(method: string, path: string): RequestDescription {
    const target = this.#target(path)
    return { method, target, fields: [], body: undefined, timeoutMs: DEFAULT_TIMEOUT_MS, redirects: 0, as: this.#as }
  }

  /** Adds the visitor's fields and cookies, unless the request has its own. */
  #complete(description: RequestDescription): RequestDescription {
    const { cookies } = this
    const more: [string, string][] = []
    for (const [name, value] of this.#fields)
      if (!hasField(description.fields, name.toLowerCase())) more.push([name, value])
    if (!cookies.isEmpty && !hasField(description.fields, 'cookie')) {
      const cookie = cookies.header(new URL(description.target, this.server.origin))
      if (cookie !== '') more.push(['Cookie', cookie])
    }
    return more.length === 0 ? description : { ...description, fields: [...description.fields, ...more] }
  }

  #remember(description: RequestDescription, response: TestResponse): void {
    const isPage = response.field('content-type')?.startsWith('text/html') === true
    if (isPage) this.#history.push(description)
  }

  #request(method: string, path: string, options: RequestOptions | undefined, caller: object): TestRequest {
    const request = new RequestOf(this, this.#describe(method, path))
    if (options) request.apply(options)
    return this.#made(request, caller)
  }

  #made(request: TestRequest, caller: object, frames: number = 1): TestRequest {
    this.server.made(request, callSiteOf(caller, frames))
    return request
  }

  #target(path: string): string {
    if (path.startsWith('/') || path === '*') return path.split('#', 1)[0]!
    const url = URL.canParse(path) ? new URL(path) : undefined
    if (url?.origin === this.server.origin.origin) return url.pathname + url.search
    throw testingError('option_invalid', {
      name: 'path',
      problem: `must begin with a slash, unlike ${JSON.stringify(path)}.`,
    })
  }
}
