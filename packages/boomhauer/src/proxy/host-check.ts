import { isIP } from 'node:net'
import { boomhauerError } from '../errors.ts'

export interface HostCheckOptions {
  /** The address the server is bound to. */
  host: string
  allowedHosts: readonly string[]
}

/**
 * Whether the `Host` field is `localhost`, a subdomain of it, an IP address, or a name that the developer allowed. A page
 * of another site whose name was rebound to this address (DNS rebinding) sends its own name and is rejected.
 */
export function isAllowedHost(field: string | undefined, { host, allowedHosts }: HostCheckOptions): boolean {
  const name = hostOf(field)
  if (name === undefined) return false
  if (name === 'localhost' || name.endsWith('.localhost') || isIP(name) !== 0 || name === host.toLowerCase())
    return true
  return allowedHosts.some(allowed => {
    const lower = allowed.toLowerCase()
    return lower.startsWith('.') ? name.endsWith(lower) || name === lower.slice(1) : name === lower
  })
}

/** The name in `name:port`, lower-case, without the brackets of an IPv6 address and the final dot. */
function hostOf(field: string | undefined): string | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+?)\.?)(?::\d{1,5})?$/i.exec(field?.trim() ?? '')
  return (match?.[1] ?? match?.[2])?.toLowerCase()
}

export interface RequestOrigin {
  host?: string | undefined
  origin?: string | undefined
  /** `Sec-Fetch-Site`, which browsers send and pages cannot set. */
  site?: string | undefined
}

/**
 * Whether a request may read the development server's own pages: requests made by pages of other origins may not.
 */
export function isOwnOrigin({ host, origin, site }: RequestOrigin): boolean {
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false
  if (origin === undefined) return true
  return host !== undefined && URL.parse(origin)?.host === host.toLowerCase()
}

/** @throws HttpError 403 `host_not_allowed` */
export function checkHost(field: string | undefined, options: HostCheckOptions): void {
  if (!isAllowedHost(field, options)) throw boomhauerError('host_not_allowed', { host: JSON.stringify(field ?? '') })
}

/** @throws HttpError 403 `origin_not_allowed` */
export function checkOrigin(origin: RequestOrigin): void {
  if (!isOwnOrigin(origin)) throw boomhauerError('origin_not_allowed')
}
