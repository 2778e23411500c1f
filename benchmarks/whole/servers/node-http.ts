// The reference: what one would write by hand with node:http, with the same answers and header fields.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { bodies, otherRoutes, product } from '../scenarios.ts'
import { portOf } from './port.ts'

const productPath = /^\/api\/products\/([^/?]+)$/
const others = new Set(otherRoutes)

function json(response: ServerResponse, value: unknown): void {
  const body = JSON.stringify(value)
  response.removeHeader('connection') // persistent is what HTTP/1.1 is, and the servers compared do not repeat it
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  })
  response.end(body)
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void

function readJson(request: IncomingMessage, done: (value: unknown) => void): void {
  const chunks: Buffer[] = []
  request.on('data', chunk => chunks.push(chunk))
  request.on('end', () => done(JSON.parse(Buffer.concat(chunks).toString())))
}

const handlers: Record<string, Handler> = {
  hello: (_, response) => json(response, { hello: 'world' }),

  parsed: (request, response) => {
    readJson(request, value => json(response, { count: (value as { items: unknown[] }).items.length }))
  },

  routed: (request, response) => {
    const url = request.url ?? '/'
    const query = url.indexOf('?')
    const path = query < 0 ? url : url.slice(0, query)
    if (others.has(path)) return json(response, {})
    const match = productPath.exec(path)
    if (match?.[1]) return json(response, product(decodeURIComponent(match[1])))
    response.writeHead(404).end()
  },
}

/** Valibot is loaded only here, for the memory of the others is measured. */
async function posted(): Promise<Handler> {
  const [{ Order }, { safeParse }] = await Promise.all([import('../order.ts'), import('valibot')])
  return (request, response) => {
    readJson(request, value => {
      const { success, output } = safeParse(Order, value)
      if (success) json(response, { lines: output.lines.length })
      else response.writeHead(422).end()
    })
  }
}

export async function start(scenario: string): Promise<number> {
  const handler = scenario === 'posted' ? await posted() : handlers[scenario]
  const server = createServer(handler ?? (() => bodies[scenario]))
  return portOf(server.listen(0, '127.0.0.1'))
}
