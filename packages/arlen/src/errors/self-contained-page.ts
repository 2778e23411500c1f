import { createHash } from 'node:crypto'
import { Reply } from '@arlen/http'

/**
 * A page that contains its style and needs nothing else. Its content security policy allows exactly that style by its hash,
 * so the page works whatever the application's policy is.
 */
export function selfContainedPage(style: string): {
  /** Content for the head. */
  readonly style: string
  reply(html: string, status: number): Reply
} {
  const hash = createHash('sha256').update(style).digest('base64')
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
  return {
    style: `<style>${style}</style>`,
    reply(html, status) {
      const reply = new Reply(html, 'text/html; charset=utf-8', status)
      reply.headers.set('Content-Security-Policy', policy)
      return reply
    },
  }
}
