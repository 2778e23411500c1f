import type { Token } from './code-lexer.ts'
import { parameterList, patternNames } from './declared-names.ts'
import { useOf } from './name-use.ts'
import { BUILTINS } from './reserved-names.ts'

/** The names in the code of a template, with the offset of the first use of each. */
export class Names {
  /** `$title`, under `title`. */
  readonly locals: Map<string, number> = new Map()
  /** Of these, the required ones: not all uses are guarded, as in `$title ?? ''`. */
  readonly demanded: Map<string, number> = new Map()
  /** Functions called by a bare name, except keywords and globals. */
  readonly calls: Map<string, number> = new Map()
  /** Of these, the optional ones, called as `name?.()`. */
  readonly optionalCalls: Set<string> = new Set()
  /** Names that any scope of the template may declare. Extra names do no harm. */
  readonly declared: Set<string> = new Set()
  /** Tokens that mean built-in functions and objects, unless the template declares the name. */
  readonly builtins: Token[] = []
  awaits = false

  add(tokens: readonly Token[]): void {
    for (const [index, token] of tokens.entries()) {
      if (token.kind === 'name') this.#addName(tokens, index)
      else if (token.text === ')') this.#addParameters(tokens, index)
    }
  }

  #addName(tokens: readonly Token[], index: number): void {
    const token = tokens[index]!
    const { text, start } = token
    switch (useOf(tokens, index)) {
      case 'declaration':
        this.declared.add(text)
        break
      case 'local':
        setFirst(this.demanded, text.slice(1), start)
        setFirst(this.locals, text.slice(1), start)
        break
      case 'guarded local':
        setFirst(this.locals, text.slice(1), start)
        break
      case 'object':
        this.builtins.push(token)
        break
      case 'optional call':
        this.optionalCalls.add(text)
        this.#addCall(token)
        break
      case 'call':
        this.#addCall(token)
        break
      case 'word':
        if (text === 'await') this.awaits = true
        if (DECLARES.has(text)) for (const name of patternNames(tokens, index + 1)) this.declared.add(name)
    }
  }

  #addCall(token: Token): void {
    if (BUILTINS.has(token.text)) this.builtins.push(token)
    else setFirst(this.calls, token.text, token.start)
  }

  #addParameters(tokens: readonly Token[], close: number): void {
    const list = parameterList(tokens, close)
    if (list === undefined) return
    for (const name of list.names) this.declared.add(name)
    if (list.method === undefined) return
    this.declared.add(list.method)
    this.calls.delete(list.method) // it looked like a call until its body appeared
  }
}

const DECLARES: ReadonlySet<string> = new Set(['const', 'let', 'var'])

function setFirst(map: Map<string, number>, name: string, offset: number): void {
  if (!map.has(name)) map.set(name, offset)
}
