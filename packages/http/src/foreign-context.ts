import type { Logger } from '@arlen/core'
import type { Context, ContextConstructor } from './context.ts'
import type { HeaderBlock } from './response/header-block.ts'

/** A request of Express or Fastify. */
export interface ForeignRequest {
  readonly method?: string | undefined
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly protocol: string
  readonly host?: string | undefined
  readonly ip?: string | undefined
}

/** The header fields of its response. Names can be in any case. */
export interface ForeignHeaders {
  get(name: string): string | undefined
  set(name: string, value: string): void
  append(name: string, value: string): void
  remove(name: string): void
  /** Whether they have been sent. */
  sent(): boolean
}

/**
 * The part of a context that middleware needs to read header fields and set some, on top of the request and response of
 * another framework. Everything else of a context is missing.
 */
class ForeignContextBase implements Pick<Context, '_responded' | 'baseBlock' | 'baseHeaders' | 'log'> {
  readonly req: object
  readonly res: object
  readonly log: Logger
  baseBlock: HeaderBlock | null = null
  readonly #headers: ForeignHeaders

  constructor(request: ForeignRequest, headers: ForeignHeaders, log: Logger) {
    this.req = new RequestView(request)
    this.res = { headers: new HeadersView(headers) }
    this.log = log
    this.#headers = headers
  }

  get _responded(): boolean {
    return this.#headers.sent()
  }

  baseHeaders(block: HeaderBlock): void {
    this.baseBlock ??= block
    for (const [name, value] of block.fields) if (this.#headers.get(name) === undefined) this.#headers.set(name, value)
  }
}

class RequestView {
  readonly #request: ForeignRequest

  constructor(request: ForeignRequest) {
    this.#request = request
  }

  get method(): string {
    return this.#request.method ?? 'GET'
  }

  get protocol(): 'http' | 'https' {
    return this.#request.protocol === 'https' ? 'https' : 'http'
  }

  get host(): string {
    return this.#request.host ?? ''
  }

  get ip(): string {
    return this.#request.ip ?? ''
  }

  header(name: string): string | undefined {
    const value = this.#request.headers[name.toLowerCase()]
    return Array.isArray(value) ? value.join(', ') : value
  }
}

class HeadersView {
  readonly #headers: ForeignHeaders

  constructor(headers: ForeignHeaders) {
    this.#headers = headers
  }

  get(name: string): string | undefined {
    return this.#headers.get(name)
  }

  has(name: string): boolean {
    return this.#headers.get(name) !== undefined
  }

  set(name: string, value: string): this {
    this.#headers.set(name, value)
    return this
  }

  append(name: string, value: string): this {
    this.#headers.append(name, value)
    return this
  }

  delete(name: string): void {
    this.#headers.remove(name)
  }
}

/**
 * Creates contexts for requests of another framework: `new ForeignContext(request, headers, log)`. Mixins such as
 * `withSession` take it like any other Context class.
 */
export const ForeignContext: ContextConstructor = ForeignContextBase as unknown as ContextConstructor
