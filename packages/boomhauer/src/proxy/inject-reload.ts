import type { IncomingMessage } from 'node:http'
import { Transform } from 'node:stream'
import { namesMediaType } from '@arlen/core/accept'
import { DEVELOPMENT_PATH } from '@arlen/error-report/page'
import { scriptPlace } from './document-start.ts'

export interface Injection {
  /** Id of the build that answered. */
  build: string
}

/** Whether a browser requests a page, as opposed to a script that fetches a part of one. */
export function asksForPage(req: Pick<IncomingMessage, 'headers' | 'method'>): boolean {
  const destination = req.headers['sec-fetch-dest']
  if (destination !== undefined) return destination === 'document' || destination === 'iframe'
  return namesMediaType(req.headers.accept, 'text/html') && req.headers['x-requested-with'] === undefined
}

/** The script element that keeps a page up to date. It carries the page's build and request method. */
export function reloadScript(build: string, method = 'GET', nonce?: string): string {
  const post = method === 'GET' || method === 'HEAD' ? '' : ' data-again="get"'
  return `<script src="${DEVELOPMENT_PATH}client.js" data-build="${build}"${post}${nonce ? ` nonce="${nonce}"` : ''} async></script>`
}

/** A stream that inserts the script at the start of an HTML page; undefined if the response is not a page. */
export function injectReload(
  req: IncomingMessage,
  answer: IncomingMessage,
  { build }: Injection,
): Transform | undefined {
  const { headers, statusCode = 200 } = answer
  const empty = req.method === 'HEAD' || statusCode === 204 || statusCode === 206 || statusCode === 304
  const type = headers['content-type'] ?? ''
  if (empty || !/^text\/html\b/i.test(type) || /charset="?utf-(?:16|32)/i.test(type)) return undefined
  if (headers['content-encoding']) return undefined
  const nonce = /'nonce-([A-Za-z0-9+/_=-]+)'/.exec(String(headers['content-security-policy'] ?? ''))?.[1]
  return insertAtStart(reloadScript(build, req.method, nonce))
}

/** Inserts a text where `scriptPlace` says. Holds the document back only until that is known. */
function insertAtStart(script: string): Transform {
  let held: Buffer | undefined = Buffer.alloc(0)
  const insert = (ended: boolean): Buffer | undefined => {
    const place = scriptPlace(held!.toString('latin1'), ended)
    if (place === undefined) return undefined
    const whole = Buffer.concat([held!.subarray(0, place), Buffer.from(script), held!.subarray(place)])
    held = undefined
    return whole
  }
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (!held) return done(null, chunk)
      held = Buffer.concat([held, chunk])
      done(null, insert(false))
    },
    flush: done => done(null, held && insert(true)),
  })
}
