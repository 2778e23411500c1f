/** A piece of SQL text. `code` is everything else except single semicolons. */
export interface Token {
  kind: 'code' | 'space' | 'comment' | 'quoted' | 'semicolon'
  text: string
}

/**
 * Splits SQL by PostgreSQL's lexical rules (manual, 4.1): quoted strings and identifiers, E'' strings, dollar quotes and
 * nested comments stay whole, so that semicolons and comments inside them are not recognized.
 */
export function* scanSql(text: string): Generator<Token> {
  for (let at = 0; at < text.length; ) {
    const kind = kindAt(text, at)
    const end = kind === 'code' ? endOfCode(text, at) : ENDS[kind](text, at)
    yield { kind: kind === 'dollar' || kind === 'escaped' ? 'quoted' : kind, text: text.slice(at, end) }
    at = end
  }
}

type Lexeme = Token['kind'] | 'dollar' | 'escaped'

const DOLLAR = /\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/uy
const CODE = /[\p{L}_][\p{L}\p{N}_$]*|\d[\w.]*|./suy
const SPACE = /\s+/y
/** `--` comments end at either line end (PostgreSQL's `non_newline`). */
const LINE_END = /[\n\r]|$/g

function kindAt(text: string, at: number): Lexeme {
  const character = text[at]!
  const next = text[at + 1]
  if (character === ';') return 'semicolon'
  if (character === "'" || character === '"') return 'quoted'
  if (character === '-' && next === '-') return 'comment'
  if (character === '/' && next === '*') return 'comment'
  if ((character === 'e' || character === 'E') && next === "'") return 'escaped'
  if (character === '$' && matchEnd(DOLLAR, text, at) > at) return 'dollar'
  return matchEnd(SPACE, text, at) > at ? 'space' : 'code'
}

const ENDS: Readonly<Record<Exclude<Lexeme, 'code'>, (text: string, at: number) => number>> = {
  semicolon: (_text, at) => at + 1,
  space: (text, at) => matchEnd(SPACE, text, at),
  comment: (text, at) => (text[at] === '-' ? endOfLine(text, at) : endOfComment(text, at)),
  quoted: endOfQuoted,
  escaped: endOfEscaped,
  dollar: endOfDollar,
}

/** The end of a sticky pattern's match at `at`, or `at` if it does not match. */
function matchEnd(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : at
}

function endOfCode(text: string, at: number): number {
  const end = matchEnd(CODE, text, at)
  return end > at ? end : at + 1
}

function endOfLine(text: string, at: number): number {
  LINE_END.lastIndex = at
  return LINE_END.exec(text)?.index ?? text.length
}

/** A doubled quote stands for the quote itself. */
function endOfQuoted(text: string, at: number): number {
  const quote = text[at]!
  for (let close = text.indexOf(quote, at + 1); close >= 0; close = text.indexOf(quote, close + 2)) {
    if (text[close + 1] !== quote) return close + 1
  }
  return text.length
}

/** E'…': a backslash escapes the next character. */
function endOfEscaped(text: string, at: number): number {
  for (let i = at + 2; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === "'" && text[i + 1] === "'") i++
    else if (text[i] === "'") return i + 1
  }
  return text.length
}

function endOfDollar(text: string, at: number): number {
  const tag = text.slice(at, matchEnd(DOLLAR, text, at))
  const close = text.indexOf(tag, at + tag.length)
  return close < 0 ? text.length : close + tag.length
}

const COMMENT_MARK = /\/\*|\*\//g

function endOfComment(text: string, at: number): number {
  let depth = 0
  COMMENT_MARK.lastIndex = at
  for (let mark = COMMENT_MARK.exec(text); mark; mark = COMMENT_MARK.exec(text)) {
    depth += mark[0] === '/*' ? 1 : -1
    if (depth === 0) return COMMENT_MARK.lastIndex
  }
  return text.length
}

/** The same SQL without comments and with single spaces: equal for texts with the same meaning. */
export function normalizeSql(text: string): string {
  const normal = new NormalText()
  for (const { kind, text: piece } of scanSql(text)) normal.add(kind, piece)
  return normal.take()
}

class NormalText {
  #text = ''
  #gap = true
  #operator = false

  add(kind: Token['kind'], piece: string): void {
    if (kind === 'space' || kind === 'comment') {
      this.#gap = true
      return
    }
    const operator = kind === 'code' && piece.length === 1 && OPERATOR.test(piece)
    // The characters of an operator stay together: -> is not - >.
    const joins = operator && this.#operator && !this.#gap
    if (this.#text !== '' && !joins) this.#text += ' '
    this.#text += kind === 'quoted' && piece.includes('\r') ? piece.replaceAll('\r\n', '\n') : piece
    this.#operator = operator
    this.#gap = false
  }

  /** Without trailing semicolons. Starts a new statement. */
  take(): string {
    let end = this.#text.length
    while (end > 0 && (this.#text[end - 1] === ';' || this.#text[end - 1] === ' ')) end--
    const text = this.#text.slice(0, end)
    this.#text = ''
    this.#gap = true
    this.#operator = false
    return text
  }
}

const OPERATOR = /^[-+*/<>=~!@#%^&|`?:]$/

/** One statement of a text. */
export interface StatementText {
  /** Without the semicolon, with the preceding comments. */
  text: string
  /** See {@link normalizeSql}. */
  normal: string
  /** Where its first word is, in UTF-16 units. */
  offset: number
  /** Where its semicolon is, or the end of the text. */
  end: number
}

/** The statements of a text, without the semicolons between them. */
export function splitStatements(text: string): StatementText[] {
  const statements: StatementText[] = []
  const body = new AtomicBody()
  const normal = new NormalText()
  let from = 0
  let at = 0
  let offset = -1
  const finish = () => {
    const normalized = normal.take()
    if (offset >= 0) statements.push({ text: text.slice(from, at).trim(), normal: normalized, offset, end: at })
    offset = -1
  }
  for (const { kind, text: piece } of scanSql(text)) {
    if (kind === 'semicolon' && !body.open) {
      finish()
      from = at + 1
    } else {
      normal.add(kind, piece)
      if (kind === 'code' || kind === 'quoted') {
        if (offset < 0) offset = at
        body.see(kind === 'code' ? piece : '')
      }
    }
    at += piece.length
  }
  finish()
  return statements
}

/** The body of a function in standard SQL, `BEGIN ATOMIC … END`, in which semicolons do not end the statement. */
class AtomicBody {
  #depth = 0
  #last = ''

  get open(): boolean {
    return this.#depth > 0
  }

  see(piece: string): void {
    const word = piece.length <= 6 ? piece.toLowerCase() : ''
    if (word === 'atomic' && this.#last === 'begin') this.#depth++
    else if (this.open && word === 'case') this.#depth++
    else if (this.open && word === 'end') this.#depth--
    this.#last = word
  }
}
