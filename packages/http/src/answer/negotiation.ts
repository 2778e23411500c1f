/** One member of an Accept field (RFC 9110, section 12.5.1). */
interface Range {
  type: string
  subtype: string
  parameters: string[]
  q: number
}

/** Short names for the media types that answers usually have. */
const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html',
  json: 'application/json',
  text: 'text/plain',
  xml: 'application/xml',
  csv: 'text/csv',
  js: 'text/javascript',
  css: 'text/css',
  events: 'text/event-stream',
}

/** The media type of a short name; what has a slash is one already. */
export function mediaType(name: string): string {
  return name.includes('/') ? name : (TYPES[name] ?? `application/${name}`)
}

/**
 * The one of `offers` (short names or media types, best first) that the client likes best; undefined where it accepts none.
 * Without an Accept field everything is welcome. Of equal liking, the first offer wins.
 */
export function negotiate(accept: string | undefined, offers: readonly string[]): string | undefined {
  if (accept === undefined || accept === '' || accept === '*/*') return offers[0]
  const ranges = parseAccept(accept)
  let best: string | undefined
  let bestQ = 0
  for (const offer of offers) {
    const q = quality(mediaType(offer).toLowerCase(), ranges)
    if (q > bestQ) {
      best = offer
      bestQ = q
    }
  }
  return best
}

/** How much a type is liked: the most specific range that matches it decides, even with a lower q. */
function quality(offer: string, ranges: readonly Range[]): number {
  const [essence = '', ...parameters] = offer.split(/[ \t]*;[ \t]*/)
  const [type, subtype] = essence.split('/')
  let specificity = -1
  let q = 0
  for (const range of ranges) {
    const matches =
      (range.type === '*' || range.type === type) &&
      (range.subtype === '*' || range.subtype === subtype) &&
      range.parameters.every(parameter => parameters.includes(parameter))
    if (!matches) continue
    const rank = (range.type === '*' ? 0 : 100) + (range.subtype === '*' ? 0 : 100) + range.parameters.length
    if (rank > specificity || (rank === specificity && range.q > q)) {
      specificity = rank
      q = range.q
    }
  }
  return q
}

function parseAccept(accept: string): Range[] {
  const out: Range[] = []
  for (const member of accept.toLowerCase().split(',')) {
    const [essence = '', ...parameters] = member.split(';').map(part => part.trim())
    const slash = essence.indexOf('/')
    if (slash < 1 || slash === essence.length - 1) continue
    const qAt = parameters.findIndex(parameter => /^q[ \t]*=/.test(parameter))
    const q = qAt < 0 ? 1 : Number(parameters[qAt]!.replace(/^q[ \t]*=[ \t]*/, ''))
    out.push({
      type: essence.slice(0, slash),
      subtype: essence.slice(slash + 1),
      parameters: qAt < 0 ? parameters : parameters.slice(0, qAt),
      q: q >= 0 && q <= 1 ? q : 0,
    })
  }
  return out
}

/**
 * The content coding of `offers` that a client likes best, or `identity` (RFC 9110, section 12.5.3). Of equal liking, the
 * first offer wins.
 */
export function negotiateCoding<T extends string>(header: string | undefined, offers: readonly T[]): T | 'identity' {
  if (header === undefined) return 'identity'
  const weights = new Map<string, number>()
  for (const member of header.toLowerCase().split(',')) {
    const [coding = '', weight] = member.split(';').map(part => part.trim())
    const q = weight === undefined ? 1 : Number(/^q[ \t]*=[ \t]*(.*)$/.exec(weight)?.[1])
    // What was called x-gzip once is gzip (section 8.4.1.3).
    if (coding !== '') weights.set(coding === 'x-gzip' ? 'gzip' : coding, q >= 0 && q <= 1 ? q : 0)
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
