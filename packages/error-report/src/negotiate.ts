import { parseAccept } from '@arlen/core/accept'

/** How a failure is shown. */
export type Representation = 'html' | 'json' | 'text'

/** What a request says about the client that made it. */
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
  for (const { value, quality } of parseAccept(client.accept ?? '')) {
    const found =
      TYPES.find(([type]) => type === value)?.[1] ??
      (value.endsWith('+json') ? 'json' : value === 'text/*' ? 'html' : undefined)
    if (found && quality > bestQuality) {
      best = found
      bestQuality = quality
    }
  }
  return best ?? (TERMINAL_CLIENTS.test(client.userAgent ?? '') ? 'text' : 'json')
}
