import { defineMiddleware } from '@arlen/core'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import type { Middleware } from '@arlen/http'
import { securityError } from '../errors.ts'
import { hostList } from './host-list.ts'

/** Options of {@link hostCheck}. */
export interface HostCheckOptions {
  /** The site's host names: exact names, `.example.com` for all subdomains, `local` for all forms of localhost. */
  hosts: readonly string[]
  /** Paths that are served for any host: load balancers check health by address. */
  exemptPaths?: readonly string[]
}

const OPTIONS: OptionTable<HostCheckOptions> = {
  hosts: option.required(option.listOf(option.string)),
  exemptPaths: option.listOf(option.string),
}

/**
 * Rejects requests for other hosts with 421. Links in e-mails, caches and redirects are built from the host, and DNS
 * rebinding depends on it. Behind a trusted proxy the forwarded host is checked.
 *
 * @throws ArlenError `hosts_invalid`.
 */
export function hostCheck(options: HostCheckOptions): Middleware {
  const { hosts, exemptPaths } = readOptions('hostCheck()', options, OPTIONS)
  const isAllowed = hostList(hosts)
  const exempt = new Set(exemptPaths)
  let lastAllowed: string | undefined
  return defineMiddleware('hostCheck()', next => c => {
    const { host } = c.req
    if (host !== lastAllowed) {
      if (isAllowed(host)) lastAllowed = host
      else if (!exempt.has(c.req.path)) throw securityError('host_not_allowed')
    }
    return next(c)
  })
}
