import { type TemplateSource, templateError } from '../template-error.ts'
import type { TagShape } from './brackets.ts'
import type { Token } from './code-lexer.ts'
import type { Tag } from './scanner.ts'

/**
 * Functions that a template declares around text, as in `<% const row = (n: number) => { %> … <% } %>`. They print where they are
 * called, so the call cannot itself be printed: its output would be lost. Detects the simple cases.
 */
export class PrintingFunctions {
  readonly #source: TemplateSource
  readonly #declared = new Set<string>()
  readonly #printed: Token[] = []

  constructor(source: TemplateSource) {
    this.#source = source
  }

  add(tag: Tag, shape: TagShape): void {
    const { tokens } = tag
    if (tag.kind !== 'code') {
      if (tokens[0]?.kind === 'name' && tokens[1]?.text === '(') this.#printed.push(tokens[0])
    } else if (tokens.at(-1)?.text === '{' && !shape.opensCapture) {
      const name = declaredName(tokens)
      if (name !== undefined) this.#declared.add(name)
    }
  }

  /** @throws expression_invalid where one of them is printed */
  end(): void {
    const wrong = this.#printed.find(token => this.#declared.has(token.text))
    if (!wrong) return
    const reason = `"${wrong.text}" prints by itself. Call it as <% ${wrong.text}(…) %>, or make it with block().`
    throw templateError('expression_invalid', this.#source, wrong.start, { sigil: '=', reason })
  }
}

// `const name = … => {` or `function name(…) {`, the last of the tag.
function declaredName(tokens: readonly Token[]): string | undefined {
  const at = tokens.findLastIndex(({ text }) => text === 'function' || text === 'const' || text === 'let')
  if (at < 0) return undefined
  const arrow = tokens.at(-2)?.text === '=>'
  return (tokens[at]!.text === 'function') !== arrow ? tokens[at + 1]?.text : undefined
}
