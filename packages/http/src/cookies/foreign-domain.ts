import type { Logger } from '@arlen/core'

interface Setting {
  readonly req: { readonly host: string }
  readonly log: Logger
}

/** Each name and domain is reported once, up to this many. */
const told = new Set<string>()
const MOST_TOLD = 100

/**
 * Warns about a cookie whose domain does not match the host of the request: browsers drop it silently (RFC 6265bis, section
 * 5.7). It is not an error, because a proxy may have replaced the Host field.
 */
export function warnOfForeignDomain(c: Setting, name: string, domain: string): void {
  const { host } = c.req
  const hostname = host.replace(/:\d*$/, '').toLowerCase()
  const wanted = domain.replace(/^\./, '').toLowerCase()
  if (wanted === '' || hostname === '' || hostname === wanted || hostname.endsWith(`.${wanted}`)) return
  const key = `${name} ${wanted}`
  if (told.has(key) || told.size >= MOST_TOLD) return
  told.add(key)
  c.log.warn(
    { name, domain, host },
    `browsers drop the cookie ${name}: its domain ${domain} does not include the host ${hostname}. Correct the domain, or let the proxy pass the Host field on`,
  )
}
