import { isHost } from '../head/grammar.ts'

/**
 * The head that a web Request would have on the wire, for the engine's own parser: it alone decides what a request may
 * say, so nothing that a connection rejects gets in here. Null where the URL has no host that HTTP could name.
 */
export function requestHead(request: Request, url: URL): string | null {
  const given = request.headers.get('host')
  // The authority of the target counts instead of Host (RFC 9112, section 3.2.2), but Host must be one even so.
  if (!isHostText(url.host) || (given !== null && !isHostText(given))) return null
  let head = `${request.method} ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\n`
  for (const [name, value] of request.headers) if (name !== 'host') head += `${name}: ${value}\r\n`
  return `${head}\r\n`
}

function isHostText(text: string): boolean {
  const bytes = Buffer.from(text, 'latin1')
  return isHost(bytes, 0, bytes.length)
}
