import { type HttpOptions, LIMITS, type LimitName, type Limits } from '@arlen/http'
import type { Config } from './config.ts'

/** The limits of the engine, which the configuration has under the same names. */
export function httpLimits(http: Config['http']): Limits {
  return Object.fromEntries(Object.keys(LIMITS).map(name => [name, http[name as LimitName]])) as Limits
}

/** Which proxies are trusted to say who asks, and in which fields they say it. */
export function proxyOptions(
  { trustedProxies, forwardedHeader }: Config['http'],
  development: boolean,
): Required<Pick<HttpOptions, 'trustedProxies' | 'forwardedHeader'>> {
  if (!development) return { trustedProxies, forwardedHeader }
  // The development server connects over a unix socket and puts the client's address into X-Forwarded-For.
  const others = forwardedHeader.filter(name => name !== 'forwarded')
  return { trustedProxies: ['unix', ...trustedProxies], forwardedHeader: ['x-forwarded-for', ...others] }
}
