import { HEX } from './head/grammar.ts'

/** A query as a record: a name that occurs once has a string, a repeated one an array, in order. */
export type Query = Record<string, string | string[]>

/** Creates objects that inherit nothing, which V8 keeps as fast as others, unlike those of `Object.create(null)`. */
const Empty = function Empty() {} as unknown as new () => Query
Empty.prototype = Object.freeze(Object.create(null))

/**
 * Decodes `a=1&b=2` as application/x-www-form-urlencoded (WHATWG URL, section 5.1) into an object that inherits nothing.
 * A percent sign without two hexadecimal digits stays as it is; octets that are not UTF-8 become U+FFFD.
 *
 * Takes linear time.
 *
 * @returns undefined if there are more than `most` pairs
 */
export function parseQuery(text: string, most: number): Query | undefined {
  const out: Query = new Empty()
  let count = 0
  let i = 0
  while (i < text.length) {
    let end = text.indexOf('&', i)
    if (end < 0) end = text.length
    if (end > i) {
      if (++count > most) return undefined
      addPair(out, text.slice(i, end))
    }
    i = end + 1
  }
  return out
}

function addPair(out: Query, pair: string): void {
  // Searches the pair only: searching the rest of the text for each of many names without a value would take quadratic
  // time.
  const equals = pair.indexOf('=')
  const name = decode(equals < 0 ? pair : pair.slice(0, equals))
  const value = equals < 0 ? '' : decode(pair.slice(equals + 1))
  const before = out[name]
  if (before === undefined) out[name] = value
  else if (typeof before === 'string') out[name] = [before, value]
  else before.push(value)
}

function decode(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text
  if (!spaced.includes('%')) return spaced
  try {
    return decodeURIComponent(spaced)
  } catch {
    return percentDecode(spaced) // the usual text is decoded by the engine, several times faster
  }
}

/** Percent-decode, then UTF-8 decode without BOM (WHATWG URL, section 1.3; Encoding, section 6). */
function percentDecode(text: string): string {
  const bytes = Buffer.from(text, 'utf8')
  let to = 0
  for (let i = 0; i < bytes.length; i++) {
    const high = bytes[i] === 0x25 && i + 2 < bytes.length ? HEX[bytes[i + 1]!]! : 255
    const low = high < 16 ? HEX[bytes[i + 2]!]! : 255
    if (low < 16) {
      bytes[to++] = high * 16 + low
      i += 2
    } else bytes[to++] = bytes[i]!
  }
  return bytes.toString('utf8', 0, to)
}
