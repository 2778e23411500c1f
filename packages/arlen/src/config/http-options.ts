import { type HttpOptions, LIMITS, type LimitName, type Limits } from '@arlen/http'
import type { Config } from './config.ts'

/** The limits of the engine, which have the same names in the configuration. */
export function httpLimits(http: Config['http']): Limits {
  return Object.fromEntries(Object.keys(LIMITS).map(name => [name, http[name as LimitName]])) as Limits
}

/** Which proxies are trusted to identify the client, and in which fields. */
export function proxyOptions(
  { trustedProxies, forwardedHeader }: Config['http'],
  development: boolean,
): Required<Pick<HttpOptions, 'trustedProxies' | 'forwardedHeader'>> {
  if (!development) return { trustedProxies, forwardedHeader }
  // The development server connects over a Unix socket and puts the client's address into X-Forwarded-For.
  const others = forwardedHeader.filter(name => name !== 'forwarded')
  return { trustedProxies: ['unix', ...trustedProxies], forwardedHeader: ['x-forwarded-for', ...others] }
}
