import jsTokens, { type Token as JsToken } from 'js-tokens'

/** A token of a TypeScript source, without white space and comments. */
export interface Token {
  kind: 'name' | 'sign' | 'string' | 'template' | 'other'
  /** As written. */
  text: string
  /** Where it begins, in UTF-16 units. */
  at: number
  /** Whether a line break precedes it. */
  newLine: boolean
  /** The value of a string, or the parts of a template between its holes. */
  parts: readonly string[]
  /** The tokens of each `${…}`. */
  holes: readonly (readonly Token[])[]
}

/** The tokens of a source file. */
export function tokenize(source: string, jsx: boolean): Token[] {
  const reader = new Reader(jsx ? [...jsTokens(source, { jsx: true })] : [...jsTokens(source)])
  return reader.read(false)
}

class Reader {
  readonly #tokens: readonly { type: string; value: string; closed?: boolean }[]
  #next = 0
  #at = 0

  constructor(tokens: readonly (JsToken | { type: string; value: string })[]) {
    this.#tokens = tokens
  }

  /** Up to the end, or to the end of a hole, where `TemplateMiddle` or `TemplateTail` begins. */
  read(inHole: boolean): Token[] {
    const found: Token[] = []
    let newLine = false
    for (let token = this.#tokens[this.#next]; token; token = this.#tokens[this.#next]) {
      if (inHole && (token.type === 'TemplateMiddle' || token.type === 'TemplateTail')) return found
      const at = this.#at
      this.#next++
      this.#at += token.value.length
      if (token.type === 'LineTerminatorSequence' || token.value.includes('\n')) newLine ||= isBlank(token.type)
      if (isBlank(token.type)) continue
      found.push(token.type === 'TemplateHead' ? this.#template(token.value, at, newLine) : simple(token, at, newLine))
      newLine = false
    }
    return found
  }

  #template(head: string, at: number, newLine: boolean): Token {
    const parts = [literalValue(head.slice(1, -2))]
    const holes: Token[][] = []
    let text = head
    for (;;) {
      holes.push(this.read(true))
      const token = this.#tokens[this.#next]
      if (!token) break
      this.#next++
      this.#at += token.value.length
      text += token.value
      parts.push(literalValue(token.value.slice(1, token.type === 'TemplateTail' ? -1 : -2)))
      if (token.type === 'TemplateTail') break
    }
    return { kind: 'template', text, at, newLine, parts, holes }
  }
}

function isBlank(type: string): boolean {
  return ['WhiteSpace', 'LineTerminatorSequence', 'MultiLineComment', 'SingleLineComment', 'HashbangComment'].includes(
    type,
  )
}

const KINDS: Readonly<Record<string, Token['kind']>> = {
  IdentifierName: 'name',
  Punctuator: 'sign',
  JSXPunctuator: 'other',
  StringLiteral: 'string',
  NoSubstitutionTemplate: 'template',
}

function simple({ type, value }: { type: string; value: string }, at: number, newLine: boolean): Token {
  const kind = KINDS[type] ?? 'other'
  const parts = kind === 'string' || kind === 'template' ? [literalValue(value.slice(1, -1))] : []
  return { kind, text: value, at, newLine, parts, holes: [] }
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

function literalValue(text: string): string {
  return text.replace(
    /\\(?:u\{([0-9a-fA-F]+)\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.|\n))/g,
    (_, braces, u, x, character) => {
      const code = braces ?? u ?? x
      return code ? String.fromCodePoint(Number.parseInt(code, 16)) : (ESCAPES[character as string] ?? character)
    },
  )
}
