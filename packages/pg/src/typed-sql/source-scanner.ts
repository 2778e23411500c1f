/** A string or template literal in JavaScript or TypeScript source. */
export interface Literal {
  /** Where it begins, quote included. */
  start: number
  end: number
  /** Its value; the places of holes are left out. */
  parts: string[]
  /** The source of each `${…}`. */
  holes: string[]
  /** The last piece of code before it, without white space at the end. */
  before: string
}

/**
 * The literals of a source file, in order, those in comments left out. It knows strings, templates (with templates inside
 * their holes), comments and regular expressions; the rest of the language does not matter here.
 */
export function scanLiterals(source: string): Literal[] {
  const found: Literal[] = []
  scanCode(source, 0, undefined, found)
  return found.sort((a, b) => a.start - b.start)
}

/** Reads code up to the end, or to the `}` that closes a hole. Gives where that is. */
function scanCode(source: string, from: number, until: '}' | undefined, found: Literal[]): number {
  let depth = 0
  let at = from
  while (at < source.length) {
    const character = source[at]!
    if (source.startsWith('//', at)) at = endOf(source, '\n', at)
    else if (source.startsWith('/*', at)) at = endOf(source, '*/', at + 2)
    else if (character === "'" || character === '"') at = readString(source, at, found)
    else if (character === '`') at = readTemplate(source, at, found)
    else if (character === '/' && startsRegex(source, at)) at = endOfRegex(source, at)
    else {
      if (character === '{') depth++
      if (character === '}' && depth-- === 0 && until) return at
      at++
    }
  }
  return at
}

function endOf(source: string, mark: string, from: number): number {
  const at = source.indexOf(mark, from)
  return at < 0 ? source.length : at + mark.length
}

function readString(source: string, start: number, found: Literal[]): number {
  const quote = source[start]
  let at = start + 1
  while (at < source.length && source[at] !== quote && source[at] !== '\n') at += source[at] === '\\' ? 2 : 1
  found.push({
    start,
    end: at + 1,
    parts: [valueOfText(source.slice(start + 1, at))],
    holes: [],
    before: codeBefore(source, start),
  })
  return at + 1
}

function readTemplate(source: string, start: number, found: Literal[]): number {
  const literal: Literal = { start, end: start, parts: [], holes: [], before: codeBefore(source, start) }
  let from = start + 1
  let at = from
  while (at < source.length && source[at] !== '`') {
    if (source[at] === '\\') {
      at += 2
    } else if (source.startsWith('${', at)) {
      literal.parts.push(valueOfText(source.slice(from, at)))
      const close = scanCode(source, at + 2, '}', found)
      literal.holes.push(source.slice(at + 2, close).trim())
      at = close + 1
      from = at
    } else {
      at++
    }
  }
  literal.parts.push(valueOfText(source.slice(from, at)))
  literal.end = at + 1
  found.push(literal)
  return at + 1
}

/** Enough of the code before a literal to see what it is an argument or a template of. */
function codeBefore(source: string, start: number): string {
  return source.slice(Math.max(0, start - 200), start).trimEnd()
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  v: '\v',
  0: '\0',
  '\n': '',
}

function valueOfText(text: string): string {
  return text.replace(
    /\\(?:u\{([0-9a-fA-F]+)\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.|\n))/g,
    (_, braces, u, x, character) => {
      const code = braces ?? u ?? x
      return code ? String.fromCodePoint(Number.parseInt(code, 16)) : (ESCAPES[character as string] ?? character)
    },
  )
}

/** A slash divides after a value, and begins a regular expression elsewhere. */
function startsRegex(source: string, at: number): boolean {
  const before = source.slice(Math.max(0, at - 30), at).trimEnd()
  return !/[\w$)\]}]$/.test(before) || /\b(?:return|typeof|case|in|of|void|delete|await|yield)$/.test(before)
}

function endOfRegex(source: string, start: number): number {
  let inClass = false
  for (let at = start + 1; at < source.length && source[at] !== '\n'; at++) {
    if (source[at] === '\\') at++
    else if (source[at] === '[') inClass = true
    else if (source[at] === ']') inClass = false
    else if (source[at] === '/' && !inClass) return at + 1
  }
  return start + 1 // it was a division after all
}
