/** A piece of SQL text. `code` is everything that is none of the others, single semicolons apart. */
export interface Token {
  kind: 'code' | 'space' | 'comment' | 'quoted' | 'semicolon'
  text: string
}

/**
 * Cuts SQL into pieces by PostgreSQL's lexical rules (manual, 4.1): quoted strings and identifiers, E'' strings, dollar
 * quotes and nested comments stay whole, so that what looks like a semicolon or a comment inside them is not taken for one.
 */
export function* scanSql(text: string): Generator<Token> {
  const pattern = new RegExp(TOKEN)
  for (let at = 0; at < text.length; ) {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    const { kind, end } = match ? measure(text, at, match[0]) : { kind: 'code' as const, end: at + 1 }
    yield { kind, text: text.slice(at, end) }
    at = end
  }
}

const TOKEN =
  /\s+|--[^\n]*|\/\*|[eE]'[^'\\]*(?:(?:''|\\.)[^'\\]*)*'|'[^']*(?:''[^']*)*'|"[^"]*(?:""[^"]*)*"|\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$|;|[\p{L}_][\p{L}\p{N}_$]*|\d[\w.]*|./suy

function measure(text: string, at: number, found: string): { kind: Token['kind']; end: number } {
  const end = at + found.length
  if (found === ';') return { kind: 'semicolon', end }
  if (found === '/*') return { kind: 'comment', end: endOfComment(text, at) }
  if (found.startsWith('--')) return { kind: 'comment', end }
  if (/^\s/.test(found)) return { kind: 'space', end }
  if (/^\$.*\$$/s.test(found) && found !== '$') return { kind: 'quoted', end: endOfDollar(text, at, found) }
  if (/^(?:[eE]?'|")./s.test(found)) return { kind: 'quoted', end }
  return { kind: 'code', end }
}

function endOfDollar(text: string, at: number, tag: string): number {
  const close = text.indexOf(tag, at + tag.length)
  return close < 0 ? text.length : close + tag.length
}

function endOfComment(text: string, at: number): number {
  let depth = 0
  for (let i = at; i < text.length; i++) {
    const pair = text.slice(i, i + 2)
    if (pair === '/*') depth++
    else if (pair === '*/') depth--
    else continue
    if (depth === 0) return i + 2
    i++
  }
  return text.length
}

/** The same SQL without comments, with one space between words: what two texts that mean the same have in common. */
export function normaliseSql(text: string): string {
  const pieces: string[] = []
  let gap = true
  let operator = false
  for (const { kind, text: piece } of scanSql(text)) {
    if (kind === 'space' || kind === 'comment') {
      gap = true
      continue
    }
    // What stands together in an operator belongs together: -> is not - >.
    const joins = operator && !gap && OPERATOR.test(piece)
    if (pieces.length > 0 && !joins) pieces.push(' ')
    pieces.push(kind === 'quoted' ? piece.replaceAll('\r\n', '\n') : piece)
    operator = kind === 'code' && OPERATOR.test(piece)
    gap = false
  }
  return pieces.join('').replace(/(?: ?;)+$/, '')
}

const OPERATOR = /^[-+*/<>=~!@#%^&|`?:]$/

/** The statements of a text, without the semicolons between them. */
export function splitStatements(text: string): string[] {
  const statements: string[] = []
  let current = ''
  let meaningful = false
  const body = new AtomicBody()
  const finish = () => {
    if (meaningful) statements.push(current.trim())
    current = ''
    meaningful = false
  }
  for (const { kind, text: piece } of scanSql(text)) {
    if (kind === 'semicolon' && !body.open) {
      finish()
      continue
    }
    current += piece
    if (kind !== 'code' && kind !== 'quoted') continue
    meaningful = true
    body.see(kind === 'code' ? piece.toLowerCase() : '')
  }
  finish()
  return statements
}

/** The body of a function in standard SQL: `BEGIN ATOMIC … END`, in which semicolons do not end the statement. */
class AtomicBody {
  #depth = 0
  #last = ''

  get open(): boolean {
    return this.#depth > 0
  }

  see(word: string): void {
    if (word === 'atomic' && this.#last === 'begin') this.#depth++
    else if (this.open && word === 'case') this.#depth++
    else if (this.open && word === 'end') this.#depth--
    this.#last = word
  }
}
