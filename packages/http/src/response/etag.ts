import { hash } from 'node:crypto'
import { after, defineMiddleware } from '@arlen/core'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import type { Middleware } from '../handler.ts'
import { setField } from './response-fields.ts'
import { toReply } from './to-reply.ts'

/** See {@link etag}. */
export interface EtagOptions {
  /**
   * Default true: the tag says that two responses are equivalent. A strong tag says that they are identical byte for byte,
   * in each of their codings, which is more than most pages need.
   */
  weak?: boolean
}

const OPTIONS: OptionTable<EtagOptions> = { weak: option.boolean }

/**
 * Gives responses to GET and HEAD an ETag computed from their content, so that clients that already have it get 304. The
 * handler still runs: only the transfer is saved. Streams, errors and responses with their own tag are left alone.
 *
 * @throws ArlenError `option_unknown`, `option_invalid`
 */
export function etag(options: EtagOptions = {}): Middleware {
  const { weak = true } = readOptions('etag()', options, OPTIONS)
  return defineMiddleware(
    'etag()',
    next => c =>
      after(next(c), result => {
        if (c.req.method !== 'GET' && c.req.method !== 'HEAD') return result
        const reply = toReply(c, result)
        const { body } = reply
        const status = reply.status === 0 ? c.res.status : reply.status
        if (status < 200 || status > 299 || setField(c, reply, 'etag') !== undefined) return reply
        if (typeof body !== 'string' && !(body instanceof Uint8Array)) return reply
        const tag = `"${hash('sha256', body, 'base64url').slice(0, 27)}"`
        reply.headers.set('ETag', weak ? `W/${tag}` : tag)
        return reply
      }),
  )
}
