export type Representation = 'html' | 'json' | 'text'

export interface Client {
  /** The `Accept` field. */
  accept?: string | undefined
  /** The `User-Agent` field: decides between JSON and text where `Accept` leaves it open. */
  userAgent?: string | undefined
}

const TYPES: readonly (readonly [type: string, representation: Representation])[] = [
  ['text/html', 'html'],
  ['application/xhtml+xml', 'html'],
  ['application/problem+json', 'json'],
  ['application/json', 'json'],
  ['text/plain', 'text'],
]

const TERMINAL_CLIENTS = /^(?:curl|wget|httpie|xh|hey|lynx)\b/i

/**
 * What a client would rather read of a failure: browsers a page, programs JSON, people at a terminal text. The most
 * preferred of the types named in `Accept` decides (RFC 9110, section 12.5.1), the order of naming where two are equal.
 */
export function negotiate(client: Client): Representation {
  let best: Representation | undefined
  let bestQuality = 0
  for (const item of (client.accept ?? '').split(',')) {
    const [range = '', ...parameters] = item.split(';').map(part => part.trim().toLowerCase())
    const found =
      TYPES.find(([type]) => type === range)?.[1] ??
      (range.endsWith('+json') ? 'json' : range === 'text/*' ? 'html' : undefined)
    const q = parameters.find(parameter => parameter.startsWith('q='))
    const quality = q === undefined ? 1 : Number(q.slice(2)) || 0
    if (found && quality > bestQuality) {
      best = found
      bestQuality = quality
    }
  }
  return best ?? (TERMINAL_CLIENTS.test(client.userAgent ?? '') ? 'text' : 'json')
}
