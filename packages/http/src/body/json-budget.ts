const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const SPACE = 0x20

/**
 * Whether a JSON text stays within a budget, judged from its bytes before it is parsed: one pass without memory of its own,
 * in linear time however deeply the text is nested. Values are counted as `JSON.parse` would create them, containers
 * included and names not; for text that is not JSON, the count is arbitrary.
 *
 * @param bytes - UTF-8, in which no byte of a longer character looks like ASCII
 * @returns the budget that is exceeded, or undefined
 */
export function exceededBudget(bytes: Uint8Array, values: number, depth: number): 'values' | 'depth' | undefined {
  const { length } = bytes
  // A value takes at least two bytes, so for most bodies it suffices to know that few containers are opened.
  if (length < 2 * values && opensAtMost(bytes, depth)) return undefined
  let count = 1
  let level = 0
  // A container was opened and is still empty.
  let empty = false
  for (let i = 0; i < length; i++) {
    const byte = bytes[i]!
    if (byte <= SPACE) continue
    if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) {
      level--
      empty = false
      continue
    }
    if (empty) {
      count++
      empty = false
    }
    if (byte === QUOTE) {
      i++
      while (i < length && bytes[i] !== QUOTE) i += bytes[i] === BACKSLASH ? 2 : 1
    } else if (byte === COMMA) count++
    else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) {
      empty = true
      if (++level > depth) return 'depth'
    }
    if (count > values) return 'values'
  }
  return undefined
}

/** Counts brackets in strings too: this is only an upper bound. */
function opensAtMost(bytes: Uint8Array, most: number): boolean {
  const { length } = bytes
  if (length <= most) return true
  let count = 0
  // The two opening brackets differ in one bit.
  for (let i = 0; i < length; i++) if ((bytes[i]! | 0x20) === OPEN_OBJECT) count++
  return count <= most
}
