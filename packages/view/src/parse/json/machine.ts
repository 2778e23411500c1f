/**
 * Where a reader stands in a JSON text (RFC 8259): the brackets around it, and what may come next. Strings, so that a set of states
 * is a set: `{[ value`, `{ string`.
 */
export type JsonState = `${string} ${JsonMode}`

export type JsonMode =
  | 'value'
  /** After `[` and `{`, which may be closed at once. */
  | 'item or end'
  | 'key or end'
  | 'key'
  | 'colon'
  /** After a value. */
  | 'comma or end'
  | 'string'
  | 'key string'
  | `${'string' | 'key string'} ${Escape}`
  | `word ${string}`
  | `number ${NumberPart}`
  /** After text that only a run shows: anything may follow. */
  | 'anything'

type Escape = 'escape' | 'hex4' | 'hex3' | 'hex2' | 'hex1'
type NumberPart = 'sign' | 'zero' | 'integer' | 'point' | 'fraction' | 'e' | 'exponent sign' | 'exponent'

export const JSON_START: JsonState = ' value'

export function splitState(state: JsonState): { around: string; mode: JsonMode } {
  const space = state.indexOf(' ')
  return { around: state.slice(0, space), mode: state.slice(space + 1) as JsonMode }
}

/** The state after one more character; undefined if no JSON text goes on like this. */
export function step(state: JsonState, character: string): JsonState | undefined {
  const { around, mode } = splitState(state)
  const to = (next: JsonMode, brackets = around): JsonState => `${brackets} ${next}`
  if (mode === 'anything') return state
  if (mode.startsWith('string') || mode.startsWith('key string')) return inString(around, mode, character)
  if (mode.startsWith('word ')) {
    const rest = mode.slice(5)
    if (rest[0] !== character) return undefined
    return to(rest.length === 1 ? 'comma or end' : `word ${rest.slice(1)}`)
  }
  if (mode.startsWith('number ')) {
    const next = NUMBERS[mode.slice(7) as NumberPart].find(([characters]) => characters.includes(character))
    if (next) return to(`number ${next[1]}`)
    return isWholeNumber(mode) ? step(to('comma or end'), character) : undefined
  }
  if (/[ \t\r\n]/.test(character)) return state
  switch (mode) {
    case 'item or end':
      return character === ']' ? to('comma or end', around.slice(0, -1)) : beginValue(around, character)
    case 'value':
      return beginValue(around, character)
    case 'key or end':
      if (character === '}') return to('comma or end', around.slice(0, -1))
      return character === '"' ? to('key string') : undefined
    case 'key':
      return character === '"' ? to('key string') : undefined
    case 'colon':
      return character === ':' ? to('value') : undefined
    default:
      return afterValue(around, character)
  }
}

/** Whether the text may end here. */
export function isComplete(state: JsonState): boolean {
  const { around, mode } = splitState(state)
  return mode === 'anything' || (around === '' && (mode === 'comma or end' || isWholeNumber(mode)))
}

function beginValue(around: string, character: string): JsonState | undefined {
  if (character === '"') return `${around} string`
  if (character === '{') return `${around}{ key or end`
  if (character === '[') return `${around}[ item or end`
  if (character === '-') return `${around} number sign`
  if (character === '0') return `${around} number zero`
  if (/[1-9]/.test(character)) return `${around} number integer`
  const word = ['true', 'false', 'null'].find(one => one[0] === character)
  return word === undefined ? undefined : `${around} word ${word.slice(1)}`
}

function afterValue(around: string, character: string): JsonState | undefined {
  const open = around.at(-1)
  if (character === ',' && open) return `${around} ${open === '{' ? 'key' : 'value'}`
  if ((character === '}' && open === '{') || (character === ']' && open === '[')) {
    return `${around.slice(0, -1)} comma or end`
  }
  return undefined
}

function inString(around: string, mode: JsonMode, character: string): JsonState | undefined {
  const kind = mode.startsWith('key') ? 'key string' : 'string'
  const part = mode.slice(kind.length + 1)
  if (part === 'escape') {
    if (character === 'u') return `${around} ${kind} hex4`
    return /["\\/bfnrt]/.test(character) ? `${around} ${kind}` : undefined
  }
  if (part.startsWith('hex')) {
    if (!/[\da-f]/i.test(character)) return undefined
    const left = Number(part[3]) - 1
    return left === 0 ? `${around} ${kind}` : (`${around} ${kind} hex${left}` as JsonState)
  }
  if (character === '\\') return `${around} ${kind} escape`
  if (character === '"') return `${around} ${kind === 'string' ? 'comma or end' : 'colon'}`
  return character < ' ' ? undefined : `${around} ${kind}`
}

const DIGITS = '0123456789'
const NUMBERS: Readonly<Record<NumberPart, readonly (readonly [characters: string, next: NumberPart])[]>> = {
  sign: [
    ['0', 'zero'],
    [DIGITS, 'integer'],
  ],
  zero: [
    ['.', 'point'],
    ['eE', 'e'],
  ],
  integer: [
    [DIGITS, 'integer'],
    ['.', 'point'],
    ['eE', 'e'],
  ],
  point: [[DIGITS, 'fraction']],
  fraction: [
    [DIGITS, 'fraction'],
    ['eE', 'e'],
  ],
  e: [
    [DIGITS, 'exponent'],
    ['+-', 'exponent sign'],
  ],
  'exponent sign': [[DIGITS, 'exponent']],
  exponent: [[DIGITS, 'exponent']],
}

function isWholeNumber(mode: JsonMode): boolean {
  return /^number (?:zero|integer|fraction|exponent)$/.test(mode)
}
