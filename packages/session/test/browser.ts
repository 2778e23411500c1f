import { request } from 'node:http'

export interface BrowserRequest {
  method?: string
  headers?: Record<string, string>
  body?: string
}

/** A client with a cookie jar, which sends no field but those it is told: what of a browser matters to sessions. */
export class Browser {
  readonly jar = new Map<string, string>()
  readonly origin: string

  constructor(origin: string) {
    this.origin = origin
  }

  /** Another browser with the same cookies. */
  clone(): Browser {
    const copy = new Browser(this.origin)
    for (const [name, value] of this.jar) copy.jar.set(name, value)
    return copy
  }

  async request(path: string, init: BrowserRequest = {}): Promise<Response> {
    const headers: Record<string, string> = this.jar.size > 0 ? { cookie: this.cookies } : {}
    const response = await exchange(this.origin + path, { ...init, headers: { ...headers, ...init.headers } })
    for (const cookie of response.headers.getSetCookie()) this.#store(cookie)
    return response
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.request(path, { headers })
  }

  /** Posts a form, as a page would. */
  post(path: string, fields: Record<string, string> = {}, headers: Record<string, string> = {}): Promise<Response> {
    return this.request(path, {
      method: 'POST',
      body: new URLSearchParams(fields).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    })
  }

  get cookies(): string {
    return [...this.jar].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  #store(cookie: string): void {
    const [pair = '', ...attributes] = cookie.split('; ')
    const name = pair.slice(0, pair.indexOf('='))
    if (attributes.includes('Max-Age=0')) this.jar.delete(name)
    else this.jar.set(name, pair.slice(name.length + 1))
  }
}

function exchange(url: string, { method = 'GET', headers = {}, body }: BrowserRequest): Promise<Response> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers, agent: false }, incoming => {
      const chunks: Buffer[] = []
      incoming.on('data', chunk => chunks.push(chunk))
      incoming.on('error', reject)
      incoming.on('end', () => {
        const fields = new Headers()
        for (let i = 0; i < incoming.rawHeaders.length; i += 2) {
          fields.append(incoming.rawHeaders[i]!, incoming.rawHeaders[i + 1]!)
        }
        const status = incoming.statusCode ?? 0
        const empty = status === 204 || status === 304
        resolve(new Response(empty ? null : Buffer.concat(chunks), { status, headers: fields }))
      })
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
