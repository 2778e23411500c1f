import type { Middleware } from '@arlen/http'
import { securityError } from './errors.ts'
import { hostList } from './host-list.ts'

export interface HostCheckOptions {
  /** Names this site answers for: exact, `.example.com` for all below, `local` for localhost in its forms. */
  hosts: readonly string[]
  /** Paths that are answered whatever the host: load balancers ask for health by address. */
  exemptPaths?: readonly string[]
}

/**
 * Refuses requests for other hosts with 421: links in mails, caches and redirects are made of the host, and DNS
 * rebinding needs one of its own. Behind a trusted proxy the forwarded host is the one that is judged.
 *
 * @throws ArlenError `hosts_invalid`.
 */
export function hostCheck(options: HostCheckOptions): Middleware {
  const isAllowed = hostList(options.hosts)
  const exempt = new Set(options.exemptPaths)
  let lastAllowed: string | undefined
  return next => c => {
    const { host } = c.req
    if (host !== lastAllowed) {
      if (isAllowed(host)) lastAllowed = host
      else if (!exempt.has(c.req.path)) throw securityError('host_not_allowed')
    }
    return next(c)
  }
}
