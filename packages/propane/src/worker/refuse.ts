import type { ServerResponse } from 'node:http'
import type { ServerHttp2Stream } from 'node:http2'

const OVERLOADED = JSON.stringify({
  type: 'about:blank',
  title: 'Service Unavailable',
  status: 503,
  code: 'server_overloaded',
  detail: 'The server is at its limit. Try again later.',
})

function headersOf(retryAfterSeconds: number): Record<string, string | number> {
  return {
    'content-type': 'application/problem+json',
    'content-length': OVERLOADED.length,
    'retry-after': String(retryAfterSeconds),
    'cache-control': 'no-store',
  }
}

/** Answers a request with 503 because the worker is overloaded. */
export function refuse(response: ServerResponse, retryAfterSeconds: number): void {
  response.writeHead(503, headersOf(retryAfterSeconds))
  response.end(OVERLOADED)
}

/** The same for a stream of HTTP/2. */
export function refuseStream(stream: ServerHttp2Stream, retryAfterSeconds: number): void {
  stream.on('error', () => undefined) // the client is gone
  stream.respond({ ':status': 503, ...headersOf(retryAfterSeconds) })
  stream.end(OVERLOADED)
}
