type Mode = 'code' | '"' | "'" | '`' | 'line comment' | 'block comment' | 'regular expression'

/** After these, a slash begins a regular expression. Elsewhere it divides. */
const BEFORE_EXPRESSION = /(?:^|[([{,;=:!&|?+\-*%~^<>]|\b(?:return|typeof|case|in|of|do|else|void|delete|throw|new))$/

/** Follows JavaScript as far as its strings: what is safe as an expression would end one. */
export class ScriptReader {
  #mode: Mode = 'code'
  /** The last piece of code, to tell a regular expression from a division. */
  #before = ''
  /** In a regular expression: whether in a class, where a slash is a character. */
  #inClass = false
  /** For each `${` that is open, the depth of braces in it. */
  readonly #substitutions: number[] = []

  /** Whether a value printed now is a part of a string. */
  get isInString(): boolean {
    return this.#mode === '"' || this.#mode === "'" || this.#mode === '`'
  }

  read(text: string): void {
    for (let at = 0; at < text.length; at++) {
      if (text[at] === '\\' && this.#mode !== 'code') at++
      else at += this.#step(text[at]!, text[at + 1] ?? '')
    }
  }

  readValue(): void {
    if (this.#mode === 'code') this.#before = '0'
  }

  /** @returns how many more characters it has read */
  #step(character: string, next: string): number {
    switch (this.#mode) {
      case 'code':
        return this.#code(character, next)
      case 'line comment':
        if (character === '\n') this.#mode = 'code'
        return 0
      case 'block comment':
        if (character + next !== '*/') return 0
        this.#mode = 'code'
        return 1
      case 'regular expression':
        this.#inClass = character === '[' || (this.#inClass && character !== ']')
        if ((character === '/' && !this.#inClass) || character === '\n') this.#end('0')
        return 0
      case '`':
        if (character === '`') this.#end('0')
        if (character + next !== '${') return 0
        this.#substitutions.push(0)
        this.#end('{')
        return 1
      default:
        // A line break ends a string, too, as a mistake.
        if (character === this.#mode || character === '\n') this.#end('0')
        return 0
    }
  }

  #code(character: string, next: string): number {
    const depth = this.#substitutions.at(-1)
    if (character === '"' || character === "'" || character === '`') this.#mode = character
    else if (character === '/' && (next === '/' || next === '*')) {
      this.#mode = next === '/' ? 'line comment' : 'block comment'
      return 1
    } else if (character === '/' && BEFORE_EXPRESSION.test(this.#before)) this.#mode = 'regular expression'
    else if (character === '}' && depth === 0) {
      this.#substitutions.pop()
      this.#mode = '`'
    } else if (depth !== undefined && /[{}]/.test(character)) {
      this.#substitutions[this.#substitutions.length - 1] = depth + (character === '{' ? 1 : -1)
    }
    if (!/\s/.test(character)) this.#before = (/\w/.test(character) ? this.#before : '').slice(-10) + character
    return 0
  }

  #end(before: string): void {
    this.#mode = 'code'
    this.#before = before
  }
}
