// The reference of every throughput: node:http by hand, which gives the answers of the application, byte for byte in their
// bodies, and does nothing else.
import { readFileSync } from 'node:fs'

interface Recorded {
  key: string
  status: number
  headers: [string, string][]
  body: string
}

/** What node:http writes by itself. */
const OWN = new Set(['date', 'connection', 'keep-alive', 'transfer-encoding', 'content-length'])

/** Starts it on a free port of 127.0.0.1. `ARLEN_PERF_ANSWERS` names the file with the answers. */
export function start(): Promise<number> {
  const { createServer } = process.getBuiltinModule('node:http')
  const recorded = JSON.parse(readFileSync(process.env.ARLEN_PERF_ANSWERS ?? '', 'utf8')) as Recorded[]
  const answers = new Map(
    recorded.map(({ key, status, headers, body }) => [key, { status, headers, body: decode(body) }]),
  )
  const server = createServer((request, response) => {
    const answer = answers.get(`${request.method} ${request.url}`)!
    const finish = () => {
      for (const [name, value] of answer.headers) if (!OWN.has(name)) response.appendHeader(name, value)
      response.writeHead(answer.status, { 'content-length': answer.body.length }).end(answer.body)
    }
    if (request.method === 'GET' || request.method === 'HEAD') return finish()
    request.on('end', finish).resume()
  })
  return new Promise(resolve => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port))
  })
}

function decode(base64: string): Buffer {
  return Buffer.from(base64, 'base64')
}
