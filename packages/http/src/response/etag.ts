import { hash } from 'node:crypto'
import { after, defineMiddleware } from '@arlen/core'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import type { Middleware } from '../handler.ts'
import { setField } from './response-fields.ts'
import { toReply } from './to-reply.ts'

/** See {@link etag}. */
export interface EtagOptions {
  /**
   * Default true: the tag says that two answers mean the same. A strong tag says that they are the same byte for byte, in
   * each of their codings, which is more than most pages need.
   */
  weak?: boolean
}

const OPTIONS: OptionTable<EtagOptions> = { weak: option.boolean }

/**
 * Gives answers to GET and HEAD an ETag made of their content, so that who has it already gets 304. The handler runs all
 * the same: what is saved is the way to the client. Streams, errors and answers with a tag of their own are left alone.
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
