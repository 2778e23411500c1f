import type { IncomingMessage, ServerResponse } from 'node:http'

export function sendBody(
  res: ServerResponse,
  type: string,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const body = Buffer.from(text)
  res.writeHead(200, {
    'content-type': type,
    'content-length': body.byteLength,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    vary: 'accept, user-agent',
    ...headers,
  })
  res.end(body)
}

/** Sends the browser back to the page that the form was on. */
export function redirectBack(req: IncomingMessage, res: ServerResponse): void {
  const back = URL.parse(req.headers.referer ?? '')
  const same = back?.host === req.headers.host
  res.writeHead(303, { location: same ? `${back!.pathname}${back!.search}` : '/', 'cache-control': 'no-store' }).end()
}
