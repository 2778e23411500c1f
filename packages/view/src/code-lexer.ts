/** What a run of characters in the code of a tag is. Comments and white space are not tokens. */
export type TokenKind = 'name' | 'number' | 'string' | 'template' | 'regex' | 'punctuator'

export interface Token {
  readonly kind: TokenKind
  readonly text: string
  /** Offset into the source of the template. */
  readonly start: number
  readonly end: number
}

export interface LexedCode {
  tokens: Token[]
  /** Offsets of comments, which the generated code leaves out: `//` would swallow what follows the tag. */
  comments: { start: number; end: number }[]
  /** Where the code ends: the offset of `%>`, or of `-%>`. */
  end: number
  /** Whether the tag ends with `-%>`. */
  trim: boolean
}

export interface LexFailure {
  /** What was still open when the source, or the line of a string, ended. */
  unclosed: 'tag' | 'string' | 'template literal' | 'comment' | 'regular expression'
  /** Where that began. */
  at: number
}

// Names may be of any script; everything up to 0x7f is told apart here and the rest belongs to names.
const NAME = /[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*/uy
const NUMBER = /(?:0[xob][\da-f_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:e[+-]?\d+)?)n?/iy
const PUNCTUATOR = /=>|\?\.(?!\d)|\.\.\.|\+\+|--|./suy
const SPACE = /\s+/y
const REGEX = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^\\/[\n])+\/[a-z]*/y

// After these words an operand begins, so a slash starts a regular expression.
const OPERAND_FOLLOWS = new Set(
  'return typeof instanceof in of new delete void throw case do else await yield'.split(' '),
)

/**
 * Splits the TypeScript of a tag into tokens, from `start` to the `%>` that ends it; one inside a string, a template
 * literal, a regular expression or a block comment does not. A slash is taken for a division after a name, a number,
 * a string or a closing bracket: the one thing that cannot be known without a parser is `if (x) /re/.test(y)`.
 */
export function lexCode(source: string, start: number): LexedCode | LexFailure {
  const tokens: Token[] = []
  const comments: { start: number; end: number }[] = []
  const literals: number[] = [] // for each open `${`, how many `{` are open inside it
  let at = start

  const push = (kind: TokenKind, end: number) => {
    tokens.push({ kind, text: source.slice(at, end), start: at, end })
    at = end
  }
  const endOf = (pattern: RegExp) => {
    pattern.lastIndex = at
    return pattern.test(source) ? pattern.lastIndex : -1
  }

  while (at < source.length) {
    const char = source[at]!
    const space = endOf(SPACE)
    if (space > 0) {
      at = space
    } else if (source.startsWith('%>', at) || source.startsWith('-%>', at)) {
      if (literals.length > 0) return { unclosed: 'template literal', at: tokens.findLast(opensLiteral)!.start }
      return { tokens, comments, end: at, trim: char === '-' }
    } else if (char === '<' && source[at + 1] === '%') {
      return { unclosed: 'tag', at: start } // the next tag begins: this one was never closed
    } else if (char === '/' && source[at + 1] === '/') {
      const end = lineCommentEnd(source, at)
      comments.push({ start: at, end })
      at = end
    } else if (char === '/' && source[at + 1] === '*') {
      const end = source.indexOf('*/', at + 2)
      if (end < 0) return { unclosed: 'comment', at }
      comments.push({ start: at, end: end + 2 })
      at = end + 2
    } else if (char === '"' || char === "'") {
      const end = stringEnd(source, at)
      if (end < 0) return { unclosed: 'string', at }
      push('string', end)
    } else if (char === '`' || (char === '}' && literals.at(-1) === 0)) {
      const end = literalEnd(source, at + 1)
      if (end < 0) return { unclosed: 'template literal', at }
      if (char === '}') literals.pop()
      if (source[end - 1] === '{') literals.push(0)
      push('template', end)
    } else if (char === '/' && operandFollows(tokens.at(-1))) {
      const end = endOf(REGEX)
      if (end < 0) return { unclosed: 'regular expression', at }
      push('regex', end)
    } else {
      if (char === '{' && literals.length > 0) literals[literals.length - 1]! += 1
      if (char === '}' && literals.length > 0) literals[literals.length - 1]! -= 1
      const name = endOf(NAME)
      const number = name < 0 ? endOf(NUMBER) : -1
      if (name > 0) push('name', name)
      else if (number > at) push('number', number)
      else push('punctuator', endOf(PUNCTUATOR))
    }
  }
  return { unclosed: 'tag', at: start }
}

function opensLiteral(token: Token): boolean {
  return token.kind === 'template' && token.text.endsWith('${')
}

function operandFollows(last: Token | undefined): boolean {
  if (last === undefined) return true
  if (last.kind === 'name') return OPERAND_FOLLOWS.has(last.text)
  if (last.kind === 'template') return last.text.endsWith('${')
  return last.kind === 'punctuator' && !/^(?:[)\]}]|\+\+|--)$/.test(last.text)
}

// A line comment ends with its line or with its tag, whichever comes first.
function lineCommentEnd(source: string, start: number): number {
  const line = source.indexOf('\n', start)
  let tag = source.indexOf('%>', start)
  if (tag > start && source[tag - 1] === '-') tag -= 1
  if (tag < 0) return line < 0 ? source.length : line
  return line < 0 ? tag : Math.min(line, tag)
}

function stringEnd(source: string, start: number): number {
  for (let at = start + 1; at < source.length; at++) {
    const char = source[at]
    if (char === '\\') at += source.startsWith('\r\n', at + 1) ? 2 : 1
    else if (char === source[start]) return at + 1
    else if (char === '\n') return -1
  }
  return -1
}

// From inside a template literal to past its closing backtick, or past the next `${`.
function literalEnd(source: string, start: number): number {
  for (let at = start; at < source.length; at++) {
    const char = source[at]
    if (char === '\\') at += 1
    else if (char === '`') return at + 1
    else if (char === '$' && source[at + 1] === '{') return at + 2
  }
  return -1
}
