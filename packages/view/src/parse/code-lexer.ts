import jsTokens, { type Token as JsToken } from 'js-tokens'

/** The kind of a token. Comments and white space are not tokens. */
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
  /** Offsets of comments. The generated code leaves them out: `//` would swallow what follows the tag. */
  comments: { start: number; end: number }[]
  /** Where the code ends: the offset of `%>`, or of `-%>`. */
  end: number
  /** Whether the tag ends with `-%>`. */
  trim: boolean
}

export interface LexFailure {
  /** What was not closed before the end of the source or, for a string, of the line. */
  unclosed: 'tag' | 'string' | 'template literal' | 'comment' | 'regular expression'
  /** Where it began. */
  at: number
}

const KINDS: Readonly<Partial<Record<JsToken['type'], TokenKind>>> = {
  IdentifierName: 'name',
  PrivateIdentifier: 'name',
  NumericLiteral: 'number',
  StringLiteral: 'string',
  NoSubstitutionTemplate: 'template',
  TemplateHead: 'template',
  TemplateMiddle: 'template',
  TemplateTail: 'template',
  RegularExpressionLiteral: 'regex',
  Punctuator: 'punctuator',
  Invalid: 'punctuator',
}

const UNCLOSED: Readonly<Partial<Record<JsToken['type'], LexFailure['unclosed']>>> = {
  StringLiteral: 'string',
  NoSubstitutionTemplate: 'template literal',
  TemplateTail: 'template literal',
  MultiLineComment: 'comment',
  RegularExpressionLiteral: 'regular expression',
}

/** Operators that stay one token. Others are split, because types may close two lists with `>>`. */
const WHOLE = /^(?:=>|\?\.|\.\.\.|\+\+|--)$/

/**
 * Splits the TypeScript of a tag into tokens, from `start` to the `%>` that ends it. A `%>` inside a string, template literal,
 * regular expression or block comment does not.
 */
export function lexCode(source: string, start: number): LexedCode | LexFailure {
  const tokens: Token[] = []
  const comments: { start: number; end: number }[] = []
  const literals: number[] = [] // where each open template literal began
  let at = start
  for (const token of jsTokens(source.slice(start))) {
    const { type, value } = token
    if (type === 'Punctuator' && isTagEnd(source, at, value)) {
      if (literals.length > 0) return { unclosed: 'template literal', at: literals.at(-1)! }
      return { tokens, comments, end: at, trim: value === '-' }
    }
    // The next tag begins, so this one is not closed.
    if (type === 'Punctuator' && source.startsWith('<%', at)) return { unclosed: 'tag', at: start }
    const end = at + value.length
    const kind = KINDS[type]
    if ('closed' in token && !token.closed) {
      return { unclosed: UNCLOSED[type]!, at: type === 'TemplateTail' ? literals.at(-1)! : at }
    }
    if (type === 'TemplateHead') literals.push(at)
    else if (type === 'TemplateTail') literals.pop()
    if (type === 'SingleLineComment') {
      // It ends with its line or with its tag, whichever comes first.
      const close = value.search(/-?%>/)
      comments.push({ start: at, end: close < 0 ? end : at + close })
      if (close >= 0) return { tokens, comments, end: at + close, trim: source[at + close] === '-' }
    } else if (type === 'MultiLineComment') {
      comments.push({ start: at, end })
    } else if (kind === 'punctuator' && !WHOLE.test(value)) {
      for (let i = at; i < end; i++) tokens.push({ kind, text: source[i]!, start: i, end: i + 1 })
    } else if (kind !== undefined) {
      tokens.push({ kind, text: value, start: at, end })
    }
    at = end
  }
  return { unclosed: 'tag', at: start }
}

/** `%>` or `-%>`; the end of `a--%>` is `%>`. */
function isTagEnd(source: string, at: number, punctuator: string): boolean {
  return source.startsWith('%>', at) || (punctuator === '-' && source.startsWith('-%>', at))
}
