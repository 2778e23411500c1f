import { parseAccept, parseWeights, preferredMediaType } from '@arlen/core/accept'

/** Short names for common media types. */
const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html',
  json: 'application/json',
  text: 'text/plain',
  xml: 'application/xml',
  csv: 'text/csv',
  js: 'text/javascript',
  css: 'text/css',
  events: 'text/event-stream',
  svg: 'image/svg+xml',
  problem: 'application/problem+json',
}

/** The media type of a short name; a name with a slash is already one. */
export function mediaType(name: string): string {
  return name.includes('/') ? name : (TYPES[name] ?? `application/${name}`)
}

/**
 * The offer (short name or media type, best first) that the client prefers; undefined if it accepts none. Without an Accept
 * field, everything is acceptable. Among equals, the first offer wins.
 */
export function negotiate(accept: string | undefined, offers: readonly string[]): string | undefined {
  if (accept === undefined || accept === '' || accept === '*/*') return offers[0]
  return offers[preferredMediaType(parseAccept(accept), offers.map(mediaType))]
}

/**
 * The offered content coding that a client prefers, or `identity` (RFC 9110, section 12.5.3). Among equals, the first offer
 * wins.
 */
export function negotiateCoding<T extends string>(header: string | undefined, offers: readonly T[]): T | 'identity' {
  if (header === undefined) return 'identity'
  const weights = new Map<string, number>()
  for (const { value, quality } of parseWeights(header)) {
    // x-gzip is an alias of gzip (section 8.4.1.3).
    weights.set(value === 'x-gzip' ? 'gzip' : value, quality)
  }
  let best: T | 'identity' = 'identity'
  let bestQ = 0
  for (const offer of offers) {
    const q = weights.get(offer) ?? weights.get('*') ?? 0
    if (q > bestQ) {
      best = offer
      bestQ = q
    }
  }
  const identity = weights.get('identity')
  return identity !== undefined && identity > bestQ ? 'identity' : best
}
