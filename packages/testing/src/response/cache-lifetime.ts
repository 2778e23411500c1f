import type { ResponseData } from './response-data.ts'

/** How long a shared cache may reuse a response without revalidation (RFC 9111, sections 3 and 4.2), and why. */
export function cacheLifetime(response: ResponseData): { seconds: number; because: string } {
  const control = response.field('cache-control')
  const directives = new Map<string, string>()
  for (const part of control?.split(',') ?? []) {
    const [name = '', value = ''] = part.trim().toLowerCase().split('=')
    directives.set(name, value.replaceAll('"', ''))
  }
  const never = (because: string) => ({ seconds: 0, because })
  for (const name of ['no-store', 'private', 'no-cache'])
    if (directives.has(name)) return never(`Cache-Control: ${control}`)
  if (response.field('vary') === '*') return never('Vary: *')
  if (response.field('set-cookie') !== undefined && !directives.has('public') && !directives.has('s-maxage'))
    return never('it sets a cookie')
  const seconds = directives.get('s-maxage') ?? directives.get('max-age')
  if (seconds !== undefined) return { seconds: Number(seconds) || 0, because: `Cache-Control: ${control}` }
  const expires = response.field('expires')
  if (expires === undefined) return never(control ? `Cache-Control: ${control}` : 'it does not say for how long')
  const ms = Date.parse(expires) - Date.parse(response.field('date') ?? new Date().toUTCString())
  return { seconds: Math.max(0, Math.floor(ms / 1000)) || 0, because: `Expires: ${expires}` }
}
