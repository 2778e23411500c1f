import type { MailMessage } from '@arlen/mail'
import { type PageElement, parsePage } from '../browser/page-element.ts'
import type { LogLine, QueryRecord, RenderRecord, ServerRecord } from '../observe/record.ts'
import type { RequestDescription } from '../request/description.ts'
import type { RawResponse } from '../request/exchange.ts'
import { type ResponseCookie, readSetCookie } from './set-cookie.ts'

/** The origin of a response. */
export interface ResponseSource {
  readonly origin: URL
  readonly inProcess: boolean
}

/** A response that has arrived, with what the application did for it. */
export class ResponseData {
  readonly status: number
  /** The body as sent, not decompressed. */
  readonly body: Buffer
  /** The request for it; after redirects, the last one. */
  readonly request: RequestDescription
  /** Interim responses: 103 Early Hints, 100 Continue. */
  readonly interim: RawResponse['interim']
  /** The redirects that were followed, in order. */
  readonly redirects: readonly ResponseData[]
  /** Whether the application runs in this process, so that its logs, queries and errors are visible. */
  readonly inProcess: boolean
  readonly #origin: URL
  readonly #answer: RawResponse
  #url: URL | undefined
  #headers: Headers | undefined
  #text: string | undefined
  #json: { value: unknown } | undefined
  #dom: PageElement | undefined

  constructor(
    source: ResponseSource,
    request: RequestDescription,
    answer: RawResponse,
    redirects: readonly ResponseData[],
  ) {
    this.inProcess = source.inProcess
    this.#origin = source.origin
    this.#answer = answer
    this.status = answer.head.status
    this.body = answer.body
    this.request = request
    this.interim = answer.interim
    this.redirects = redirects
  }

  /** The absolute address of the response. */
  get url(): URL {
    this.#url ??= new URL(this.request.target, this.#origin)
    return this.#url
  }

  /** The fields, with repeated ones joined. */
  get headers(): Headers {
    this.#headers ??= new Headers(this.#answer.head.fields)
    return this.#headers
  }

  /** The fields as received: spelling, order and repetitions. */
  get rawHeaders(): readonly (readonly [name: string, value: string])[] {
    return this.#answer.head.fields
  }

  /** One field without the cost of {@link headers}; repeated ones are joined by a comma. */
  field(name: string): string | undefined {
    const lower = name.toLowerCase()
    let value: string | undefined
    for (const [known, each] of this.#answer.head.fields) {
      if (known.length === lower.length && known.toLowerCase() === lower)
        value = value === undefined ? each : `${value}, ${each}`
    }
    return value
  }

  /** The body as text, in the charset of the response (default UTF-8). */
  get text(): string {
    this.#text ??= decode(this.body, this.field('content-type'))
    return this.#text
  }

  /**
   * The body as JSON. The test determines its type.
   *
   * @throws SyntaxError if it is not JSON
   */
  // biome-ignore lint/suspicious/noExplicitAny: what JSON holds is known to the test alone
  get json(): any {
    this.#json ??= { value: JSON.parse(this.text) }
    return this.#json.value
  }

  /** The page, parsed on first use, as browsers do. */
  get dom(): PageElement {
    this.#dom ??= parsePage(this.text)
    return this.#dom
  }

  /** The cookies that the response sets, by name. */
  get cookies(): Readonly<Record<string, ResponseCookie>> {
    const cookies: Record<string, ResponseCookie> = {}
    for (const [name, value] of this.#answer.head.fields) {
      const cookie = name.toLowerCase() === 'set-cookie' ? readSetCookie(value) : undefined
      if (cookie) cookies[cookie.name] = cookie
    }
    return cookies
  }

  /** Milliseconds by stage, from Server-Timing; empty unless the application measures (`performanceLogging`). */
  get timings(): Readonly<Record<string, number>> {
    const entries = this.field('server-timing')?.split(',') ?? []
    return Object.fromEntries(
      entries.map(entry => {
        const [name = '', ...params] = entry.split(';').map(part => part.trim())
        return [name, Number(params.find(param => param.startsWith('dur='))?.slice(4) ?? 0)]
      }),
    )
  }

  /** The queries that the application sent for this request. Empty for an application of another process. */
  get sql(): readonly QueryRecord[] {
    return this.#answer.record.queries
  }

  /** What the application logged for this request. Empty for an application of another process. */
  get logs(): readonly LogLine[] {
    return this.#answer.record.logs
  }

  /** The mail sent for this request before it was answered. Empty for an application of another process. */
  get mails(): readonly MailMessage[] {
    return this.#answer.record.mails
  }

  /** The templates rendered for this request, with their locals. Empty for an application of another process. */
  get renders(): readonly RenderRecord[] {
    return this.#answer.record.renders
  }

  /** What was thrown on the server, if the response is a failure and the application runs in this process. */
  get error(): unknown {
    return this.#answer.record.error
  }

  get record(): ServerRecord {
    return this.#answer.record
  }
}

function decode(body: Buffer, type: string | undefined): string {
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(type ?? '')?.[1] ?? 'utf-8'
  if (/^utf-?8$/i.test(charset)) return body.toString('utf8')
  return new TextDecoder(charset).decode(body)
}
