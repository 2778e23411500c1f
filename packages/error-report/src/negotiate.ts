import { parseAccept } from '@arlen/core/accept'

/** How a failure is shown. */
export type Representation = 'html' | 'json' | 'text'

/** What a request says about its client. */
export interface Client {
  /** The `Accept` field. */
  accept?: string | undefined
  /** The `User-Agent` field. Decides between JSON and text if `Accept` does not. */
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
 * How a client wants to see a failure: browsers get a page, programs JSON, people at a terminal text. The preferred type in
 * `Accept` decides (RFC 9110, section 12.5.1); the first of equal weight wins.
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
