import { connect } from 'node:net'
import { Context, createServer, type Handler, type HttpOptions, type Middleware } from '@arlen/http'
import { withCspNonce } from '../src/index.ts'

export interface RawResponse {
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

export interface TestApp extends AsyncDisposable {
  readonly port: number
  ask(target?: string, fields?: Record<string, string>, method?: string, body?: string): Promise<RawResponse>
}

/** A server on a port of its own; what it is asked goes over a socket, with the fields that are given and no others. */
export async function start(middleware: Middleware, handler: Handler, http: HttpOptions = {}): Promise<TestApp> {
  const server = createServer(middleware(handler), { context: withCspNonce(Context), ...http })
  const { port } = await server.listen({ port: 0 })
  return {
    port,
    ask: (target = '/', fields = {}, method = 'GET', body = '') => exchange(port, { target, fields, method, body }),
    [Symbol.asyncDispose]: () => server.close({ graceMs: 0 }),
  }
}

interface Outgoing {
  target: string
  fields: Record<string, string>
  method: string
  body: string
}

function exchange(port: number, { target, fields, method, body }: Outgoing): Promise<RawResponse> {
  const all: Record<string, string> = { Host: `127.0.0.1:${port}`, Connection: 'close', ...fields }
  if (body !== '') all['Content-Length'] = String(Buffer.byteLength(body))
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let text = ''
    socket.setEncoding('utf8')
    socket.on('data', chunk => {
      text += String(chunk)
    })
    socket.on('error', reject)
    socket.on('end', () => resolve(parse(text)))
    socket.write(`${method} ${target} HTTP/1.1\r\n${head.join('')}\r\n${body}`)
  })
}

function parse(text: string): RawResponse {
  const end = text.indexOf('\r\n\r\n')
  const [line = '', ...fields] = text.slice(0, end).split('\r\n')
  const headers = new Headers()
  for (const field of fields) headers.append(field.slice(0, field.indexOf(':')), field.slice(field.indexOf(':') + 2))
  return { status: Number(line.split(' ')[1]), headers, body: text.slice(end + 4) }
}
