import { createHash } from 'node:crypto'
import { Reply } from '@arlen/http'

/**
 * A page with its style inside and nothing else it needs. Its content security policy allows exactly that style, by its
 * hash, so that the page works whatever policy the application has, and under none.
 */
export function selfContainedPage(style: string): {
  /** To be put into the head. */
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
