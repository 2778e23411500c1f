import { once } from 'node:events'
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'

/** What came of a request: the answer with its page. */
export interface Visit {
  status: number
  headers: IncomingHttpHeaders
  /** Where a redirect leads. */
  location: string | undefined
  html: string
}

const HTML = { accept: 'text/html,*/*;q=0.8', 'sec-fetch-mode': 'navigate' }

/** A browser as far as the server can tell: it keeps cookies, and sends forms with the token of the page they are on. */
export class Visitor {
  readonly cookies = new Map<string, string>()
  /** The `Set-Cookie` fields of the last answer. */
  setCookies: string[] = []
  readonly #url: string

  constructor(url: string) {
    this.#url = url
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Visit> {
    return this.#send(path, { headers })
  }

  /** Loads a page, as somebody would who is about to send the form on it, and sends the fields to `action`. */
  async submit(page: string, action: string, fields: Record<string, string>): Promise<Visit> {
    const { html } = await this.get(page)
    const token = /name="csrf_token" value="([^"]+)"/.exec(html)?.[1]
    if (token === undefined) throw new Error(`there is no form on ${page}`)
    return this.post(action, { csrf_token: token, ...fields })
  }

  /** Sends the fields and nothing else. */
  post(path: string, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Visit> {
    const type = { 'content-type': 'application/x-www-form-urlencoded' }
    return this.#send(path, {
      method: 'POST',
      body: String(new URLSearchParams(fields)),
      headers: { ...type, ...headers },
    })
  }

  async #send(path: string, { body, ...init }: { method?: string; body?: string; headers: Record<string, string> }) {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { ...HTML, ...(cookie && { cookie }), ...init.headers }
    // Not fetch(): it says itself where a request comes from (Sec-Fetch-Mode), and that it is no page that is loaded.
    const outgoing = request(this.#url + path, { ...init, headers, agent: false }).end(body)
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage]
    const html = await text(answer)
    this.setCookies = answer.headers['set-cookie'] ?? []
    for (const line of this.setCookies) this.#keep(line)
    const { statusCode: status = 0, headers: fields } = answer
    return { status, headers: fields, location: fields.location, html }
  }

  #keep(line: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
    if (/; Max-Age=0/i.test(line)) this.cookies.delete(name)
    else this.cookies.set(name, value)
  }
}
