const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const SPACE = 0x20

/**
 * Whether a JSON text stays within a budget, checked before it is parsed: one pass in constant memory and linear time
 * however deeply the text is nested. Values are counted as `JSON.parse` would create them, containers included and names
 * not; for text that is not JSON, the count is arbitrary.
 *
 * @returns the budget that is exceeded, or undefined
 */
export function exceededBudget(text: string, values: number, depth: number): 'values' | 'depth' | undefined {
  const { length } = text
  // A value takes at least two characters, so for most bodies it suffices to know that few containers are opened.
  if (length < 2 * values && opensAtMost(text, depth)) return undefined
  let count = 1
  let level = 0
  // A container was opened and is still empty.
  let empty = false
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    if (code <= SPACE) continue
    if (code === CLOSE_ARRAY || code === CLOSE_OBJECT) {
      level--
      empty = false
      continue
    }
    if (empty) {
      count++
      empty = false
    }
    if (code === QUOTE) {
      i++
      for (let inside = text.charCodeAt(i); i < length && inside !== QUOTE; inside = text.charCodeAt(i)) {
        i += inside === BACKSLASH ? 2 : 1
      }
    } else if (code === COMMA) count++
    else if (code === OPEN_ARRAY || code === OPEN_OBJECT) {
      empty = true
      if (++level > depth) return 'depth'
    }
    if (count > values) return 'values'
  }
  return undefined
}

/** Counts brackets in strings too: this is only an upper bound. `indexOf` is several times faster than a loop. */
function opensAtMost(text: string, most: number): boolean {
  if (text.length <= most) return true
  let count = 0
  for (let at = text.indexOf('{'); at >= 0; at = text.indexOf('{', at + 1)) if (++count > most) return false
  for (let at = text.indexOf('['); at >= 0; at = text.indexOf('[', at + 1)) if (++count > most) return false
  return true
}
