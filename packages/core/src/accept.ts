/** One member of a weighted list such as Accept or Accept-Encoding, in lower case. */
export interface Weighted {
  /** `text/html`, `gzip`, `*` */
  value: string
  /** `name=value` without quotes. Parameters after the weight are ignored. */
  parameters: readonly string[]
  /** From 0 (not acceptable) to 1. */
  quality: number
}

/** One member of an Accept field. */
export interface MediaRange extends Weighted {
  type: string
  subtype: string
}

/** qvalue (RFC 9110, section 12.4.2): no sign, no spaces, three decimals at most. */
const QVALUE = /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/

/**
 * Reads a weighted list (RFC 9110, sections 5.6 and 12.4.2) in the order given. Members with an invalid weight, such as `q=5`,
 * `q=.5` or `q = 0.5`, are left out, and so are empty ones.
 */
export function parseWeights(field: string): Weighted[] {
  const out: Weighted[] = []
  for (const member of splitOutsideQuotes(field.toLowerCase(), ',')) {
    const [value = '', ...parameters] = splitOutsideQuotes(member, ';').map(part => part.trim())
    const weightAt = parameters.findIndex(parameter => /^q[ \t]*(?:=|$)/.test(parameter))
    const quality = weightAt < 0 ? 1 : readWeight(parameters[weightAt]!)
    if (value === '' || quality === undefined) continue
    const own = weightAt < 0 ? parameters : parameters.slice(0, weightAt)
    out.push({ value, parameters: own.filter(parameter => parameter !== '').map(unquote), quality })
  }
  return out
}

function readWeight(parameter: string): number | undefined {
  const value = parameter.startsWith('q=') ? parameter.slice(2) : ''
  return QVALUE.test(value) ? Number(value) : undefined
}

/** Reads an Accept field (RFC 9110, section 12.5.1); members that are not media ranges are left out. */
export function parseAccept(field: string): MediaRange[] {
  const out: MediaRange[] = []
  for (const member of parseWeights(field)) {
    const slash = member.value.indexOf('/')
    if (slash < 1 || slash === member.value.length - 1) continue
    const type = member.value.slice(0, slash)
    const subtype = member.value.slice(slash + 1)
    if (type !== '*' || subtype === '*') out.push({ ...member, type, subtype })
  }
  return out
}

/** Whether an Accept field has this media type by name, rather than by a wildcard: browsers name `text/html` for a page. */
export function namesMediaType(field: string | undefined, mediaType: string): boolean {
  return field !== undefined && parseAccept(field).some(({ value, quality }) => value === mediaType && quality > 0)
}

/**
 * The index of the offer that the client prefers, or -1 if it accepts none. Offers are media types, with or without
 * parameters; the first of equal weight wins. For each offer the most specific matching range decides, even with a lower weight.
 *
 * A range also matches an offer that lacks one of its parameters (`charset`, `version`, `profile`): clients send them and read
 * the answer all the same. Offers with the parameters that the client wants go first.
 */
export function preferredMediaType(ranges: readonly MediaRange[], offers: readonly string[]): number {
  const parsed = offers.map(offer => parseAccept(offer)[0])
  const strict = choose(ranges, parsed, false)
  return strict < 0 ? choose(ranges, parsed, true) : strict
}

/** @param lenient - whether a parameter with another value than the client wants is ignored */
function choose(ranges: readonly MediaRange[], offers: readonly (MediaRange | undefined)[], lenient: boolean): number {
  let best = -1
  let liking: Match = { rank: 0, quality: 0, agreeing: 0 }
  for (const [index, offer] of offers.entries()) {
    const match = offer === undefined ? undefined : decisive(ranges, offer, lenient)
    if (match === undefined || match.quality === 0) continue
    const better =
      match.quality > liking.quality || (match.quality === liking.quality && match.agreeing > liking.agreeing)
    if (!better) continue
    best = index
    liking = match
  }
  return best
}

interface Match {
  /** How specific the range is. */
  rank: number
  quality: number
  /** Parameters that range and offer have in common. */
  agreeing: number
}

function decisive(ranges: readonly MediaRange[], offer: MediaRange, lenient: boolean): Match | undefined {
  let best: Match | undefined
  for (const range of ranges) {
    const match = compare(range, offer, lenient)
    if (match === undefined) continue
    if (best === undefined || match.rank > best.rank || (match.rank === best.rank && match.quality > best.quality)) {
      best = match
    }
  }
  return best
}

function compare(range: MediaRange, offer: MediaRange, lenient: boolean): Match | undefined {
  const { type, subtype, parameters, quality } = range
  if ((type !== '*' && type !== offer.type) || (subtype !== '*' && subtype !== offer.subtype)) return undefined
  const agreeing = parameters.filter(parameter => offer.parameters.includes(parameter)).length
  const isLoose = agreeing < parameters.length
  // A client may want without a parameter what it does not want with it.
  if (isLoose && (quality === 0 || (!lenient && contradicts(parameters, offer.parameters)))) return undefined
  const specific = type === '*' ? 0 : subtype === '*' ? 100 : 200
  return { rank: specific + agreeing - (isLoose ? 50 : 0), quality, agreeing }
}

function contradicts(wanted: readonly string[], given: readonly string[]): boolean {
  return wanted.some(each => !given.includes(each) && given.some(other => nameOf(other) === nameOf(each)))
}

function nameOf(parameter: string): string {
  return parameter.split('=', 1)[0]!
}

/** `name="value"` as `name=value`. */
function unquote(parameter: string): string {
  const at = parameter.indexOf('="')
  if (at < 0 || !parameter.endsWith('"')) return parameter
  return parameter.slice(0, at + 1) + parameter.slice(at + 2, -1).replace(/\\(.)/g, '$1')
}

/** Splits at separators outside quoted strings (RFC 9110, section 5.6.4). */
function splitOutsideQuotes(text: string, separator: string): string[] {
  if (!text.includes('"')) return text.split(separator)
  const parts: string[] = []
  let start = 0
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    const character = text[i]
    if (character === '"') quoted = !quoted
    else if (character === '\\' && quoted) i++
    else if (character === separator && !quoted) {
      parts.push(text.slice(start, i))
      start = i + 1
    }
  }
  parts.push(text.slice(start))
  return parts
}
