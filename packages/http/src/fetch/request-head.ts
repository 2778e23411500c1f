import { isHost } from '../head/grammar.ts'

/**
 * The head that a web Request would have on the wire, for the engine's own parser: that parser alone decides what a request
 * may say, so nothing that a connection rejects gets in here. Null if the URL's host is not valid in HTTP.
 */
export function requestHead(request: Request, url: URL): string | null {
  const given = request.headers.get('host')
  // The authority of the target takes precedence over Host (RFC 9112, section 3.2.2), but Host must still be valid.
  if (!isHostText(url.host) || (given !== null && !isHostText(given))) return null
  let head = `${request.method} ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\n`
  for (const [name, value] of request.headers) if (name !== 'host') head += `${name}: ${value}\r\n`
  return `${head}\r\n`
}

function isHostText(text: string): boolean {
  const bytes = Buffer.from(text, 'latin1')
  return isHost(bytes, 0, bytes.length)
}
