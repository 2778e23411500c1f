import type { IncomingMessage } from 'node:http'
import { Transform } from 'node:stream'
import { namesMediaType } from '@arlen/core/accept'
import { DEVELOPMENT_PATH } from '@arlen/error-report/page'

export interface Injection {
  /** The build that answered. */
  build: string
}

/** A request of a browser for a page, as opposed to one that a script makes for a piece of a page. */
export function asksForPage(req: Pick<IncomingMessage, 'headers' | 'method'>): boolean {
  const destination = req.headers['sec-fetch-dest']
  if (destination !== undefined) return destination === 'document' || destination === 'iframe'
  return namesMediaType(req.headers.accept, 'text/html') && req.headers['x-requested-with'] === undefined
}

/** The element that keeps a page in step with the server. Each page says which build it came from, and by which method. */
export function reloadScript(build: string, method = 'GET', nonce?: string): string {
  const post = method === 'GET' || method === 'HEAD' ? '' : ' data-again="get"'
  return `<script src="${DEVELOPMENT_PATH}client.js" data-build="${build}"${post}${nonce ? ` nonce="${nonce}"` : ''} async></script>`
}

/** A stream that adds the script to the end of an HTML page; undefined where there is no page to add it to. */
export function injectReload(
  req: IncomingMessage,
  answer: IncomingMessage,
  { build }: Injection,
): Transform | undefined {
  const { headers, statusCode = 200 } = answer
  const empty = req.method === 'HEAD' || statusCode === 204 || statusCode === 206 || statusCode === 304
  if (empty || !/^text\/html\b/i.test(headers['content-type'] ?? '') || headers['content-encoding']) return undefined
  const nonce = /'nonce-([A-Za-z0-9+/_=-]+)'/.exec(String(headers['content-security-policy'] ?? ''))?.[1]
  return new Transform({
    transform: (chunk, _encoding, done) => done(null, chunk),
    flush: done => done(null, reloadScript(build, req.method, nonce)),
  })
}
