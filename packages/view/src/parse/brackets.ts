import { type TemplateSource, templateError } from '../template-error.ts'
import type { Token } from './code-lexer.ts'
import type { Tag } from './scanner.ts'

interface Bracket {
  readonly token: Token
  /** The two tokens before it: the callee of a call, the `)` before the block of an `if`. */
  readonly before: Token | undefined
  readonly beforeThat: Token | undefined
  /** Whether it was opened in a printing tag: then a block inside it is a value to print. */
  readonly printed: boolean
  /** Whether it is the `{` of an arrow function whose output is its value. */
  captures: boolean
}

/** What the brackets of a tag mean for the generated code. */
export interface TagShape {
  /** The tag ends with the `{` of a block that has an output of its own. */
  opensCapture: boolean
  /** Offsets of the `}` that end such blocks. */
  closesCapture: number[]
  /** The expression of a printing tag continues in later tags. */
  staysOpen: boolean
  /** An expression of an earlier tag ends with this tag. */
  closesExpression: boolean
  /** The tag ends with the `{` of a switch, where nothing can be printed. */
  opensSwitch: boolean
}

const PAIRS: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' }
/** Functions whose block is a value even in a tag that does not print. */
const CAPTURING = new Set(['capture', 'block', 'content', 'contentFor'])
const CONTROLS = new Set(['if', 'for', 'while', 'with'])

/**
 * Matches brackets across the tags of a template: TypeScript would report an unclosed one at the end of the generated file. Also
 * determines which blocks are values, such as the arrow function at the end of `<%= box(() => { %>`.
 */
export class Brackets {
  readonly #source: TemplateSource
  readonly #open: Bracket[] = []
  /** Heights of the stack at which printing tags that stayed open will end. */
  readonly #expressions: number[] = []
  #lastClosed: Bracket | undefined

  constructor(source: TemplateSource) {
    this.#source = source
  }

  add(tag: Tag): TagShape {
    const { tokens } = tag
    const prints = tag.kind !== 'code'
    // The depth at which an expression ends: this tag's own, or that of an earlier tag which this one continues.
    const expression = prints ? this.#open.length : this.#expressions.at(-1)
    const closesCapture: number[] = []
    for (const [index, token] of tokens.entries()) {
      if (token.kind !== 'punctuator') continue
      if ('([{'.includes(token.text)) this.#push(tokens, index, prints)
      else if (token.text in PAIRS) {
        const closed = this.#pop(token, expression ?? 0)
        if (closed.captures) closesCapture.push(token.start)
      } else if (this.#open.length === expression) this.#refuseInExpression(tag, token)
    }
    if (!prints) this.#refuseBareControl(tokens)
    const last = tokens.at(-1)
    const innermost = this.#open.at(-1)
    // biome-ignore lint/plugin: tokens of the scanner, no secrets
    const opensBlock = last !== undefined && last === innermost?.token && last.text === '{'
    const opensCapture = opensBlock && this.#capture(tag, innermost!)
    const ends = this.#open.length === expression
    if (prints && !ends) {
      if (!opensCapture) throw this.#unmatched(innermost!.token)
      this.#expressions.push(expression!)
    }
    const closesExpression = !prints && ends
    if (closesExpression) this.#expressions.pop()
    const opensSwitch = opensBlock && innermost!.before?.text === ')' && this.#keywordBefore() === 'switch'
    return { opensCapture, closesCapture, staysOpen: prints && !ends, closesExpression, opensSwitch }
  }

  /** Reports a bracket that is still open at the end of the template. */
  end(): void {
    const open = this.#open.at(-1)
    if (open) throw this.#unmatched(open.token)
  }

  #push(tokens: readonly Token[], index: number, printed: boolean): void {
    const before = tokens[index - 1]
    this.#open.push({ token: tokens[index]!, before, beforeThat: tokens[index - 2], printed, captures: false })
  }

  #pop(token: Token, floor: number): Bracket {
    const bracket = this.#open.at(-1)
    if (!bracket || this.#open.length <= floor) {
      const around = this.#open.length > 0 ? ': what was open before the expression is closed in a tag of its own' : ''
      const reason = `This "${token.text}" closes nothing that is open here${around}.`
      throw templateError('bracket_unmatched', this.#source, token.start, { reason })
    }
    if (bracket.token.text !== PAIRS[token.text]) throw this.#unmatched(bracket.token, token)
    this.#lastClosed = this.#open.pop()
    return bracket
  }

  #capture(tag: Tag, brace: Bracket): boolean {
    const around = this.#open.at(-2)
    // `{ row: order => { %>` and `{ row(order) { %>`: a member of an object that is an argument of what is printed.
    const isMember = around?.token.text === '{' && around.printed && !around.captures
    if (brace.before?.text !== '=>' && !(isMember && brace.before?.text === ')')) return false
    const callee = around?.token.text === '(' ? around.before : undefined
    const isArgument = callee !== undefined && (around!.printed || CAPTURING.has(callee.text))
    brace.captures = tag.kind !== 'code' || isMember || isArgument
    return brace.captures
  }

  #unmatched(open: Token, close?: Token) {
    const reason = close
      ? `This "${open.text}" is still open where a "${close.text}" comes.`
      : `This "${open.text}" is never closed.`
    return templateError('bracket_unmatched', this.#source, open.start, { reason })
  }

  #refuseInExpression(tag: Tag, token: Token): void {
    if (token.text !== ';' && token.text !== ',') return
    const reason = token.text === ';' ? 'no ";" belongs in it.' : 'the "," would drop what comes before it.'
    const sigil = tag.kind === 'raw' ? '==' : '='
    throw templateError('expression_invalid', this.#source, token.start, { sigil, reason })
  }

  // `<% if (x) %>text`: the statement would apply to nothing, or to the wrong thing.
  #refuseBareControl(tokens: readonly Token[]): void {
    const last = tokens.at(-1)
    const bare = last?.text === 'else' || last?.text === 'do' ? last : undefined
    const control = last?.text === ')' ? this.#lastClosed : undefined
    const keyword = bare ?? (CONTROLS.has(this.#keywordBefore() ?? '') ? this.#keywordToken() : undefined)
    if (!bare && (!control || !keyword)) return
    const index = tokens.indexOf(keyword!)
    if (keyword!.text === 'while' && tokens[index - 1]?.text === '}') return // do { … } while (x)
    throw templateError('block_without_braces', this.#source, keyword!.start, { keyword: keyword!.text })
  }

  #keywordToken(): Token | undefined {
    const { before, beforeThat } = this.#lastClosed ?? {}
    if (beforeThat?.text === '.') return undefined // a method of that name
    return before?.text === 'await' && beforeThat?.text === 'for' ? beforeThat : before
  }

  #keywordBefore(): string | undefined {
    return this.#keywordToken()?.text
  }
}
