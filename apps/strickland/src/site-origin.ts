import type { App, Context } from 'arlen'

/**
 * Where the shop is, for links that others get to see: https and the first name in `security.hosts`. What a request says of it counts
 * only while developing, where no other host than this machine is answered. Undefined where nobody knows.
 */
export function siteOrigin({ config, environment }: App): (c: Context) => string | undefined {
  const host = config.security.hosts.find(name => !name.startsWith('.'))
  if (environment !== 'development' && environment !== 'test') return () => host && `https://${host}`
  return c => `${c.req.protocol}://${c.req.host}`
}
