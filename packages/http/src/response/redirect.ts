import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { httpError } from '../errors.ts'
import { hasControl, staysHere } from './redirect-target.ts'
import { Reply } from './reply.ts'

/** Options of `c.redirect()`. */
export interface RedirectOptions {
  /** Default 303. */
  status?: number
  /** Whether the target may be on another host. Default false. */
  external?: boolean
}

const REDIRECT_OPTIONS: OptionTable<RedirectOptions> = { status: option.any, external: option.boolean }

/** A reply that redirects the client to `location`; see `c.redirect()`. */
export function makeRedirect(
  req: { readonly host: string; readonly protocol: 'http' | 'https' },
  location: string,
  options: number | RedirectOptions,
): Reply {
  const { status = 303, external = false } =
    typeof options === 'number' ? { status: options } : readOptions('c.redirect()', options, REDIRECT_OPTIONS)
  if (hasControl(location)) throw httpError('redirect_invalid')
  if (!external && !staysHere(location, req.host, req.protocol)) throw httpError('redirect_external')
  const reply = new Reply(null, '', status)
  reply.headers.set('Location', location.toWellFormed().replace(/[^\u0021-\u007e]+/gu, encodeURIComponent))
  return reply
}
