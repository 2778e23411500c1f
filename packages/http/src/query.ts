/** A query as a record: a name given once is a string, one given more often an array, in the order given. */
export type Query = Record<string, string | string[]>

/** Makes objects with nothing inherited, which the engine keeps as fast as others, unlike those of `Object.create(null)`. */
const Empty = function Empty() {} as unknown as new () => Query
Empty.prototype = Object.freeze(Object.create(null))

/**
 * Decodes `a=1&b=2` by the rules of application/x-www-form-urlencoded (WHATWG URL, section 5.1), into an object that
 * inherits nothing. Escapes that are no UTF-8 stay as they are.
 */
export function parseQuery(text: string): Query {
  const out: Query = new Empty()
  let i = 0
  while (i <= text.length) {
    let end = text.indexOf('&', i)
    if (end < 0) end = text.length
    if (end > i) {
      const equals = text.indexOf('=', i)
      const split = equals < 0 || equals > end ? end : equals
      const name = decode(text.slice(i, split))
      const value = split === end ? '' : decode(text.slice(split + 1, end))
      const before = out[name]
      if (before === undefined) out[name] = value
      else if (typeof before === 'string') out[name] = [before, value]
      else before.push(value)
    }
    i = end + 1
  }
  return out
}

function decode(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text
  if (!spaced.includes('%')) return spaced
  try {
    return decodeURIComponent(spaced)
  } catch {
    // Not UTF-8, or a stray percent sign: a query is data, and refusing the request for it would help nobody.
    return spaced
  }
}
