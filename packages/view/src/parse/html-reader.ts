/** The state of the reader in an HTML document. */
export type HtmlState =
  | 'content'
  | 'comment'
  | 'script'
  | 'style'
  | 'tag name'
  | 'in tag'
  | 'attribute name'
  | 'before value'
  | 'unquoted value'
  | 'double-quoted value'
  | 'single-quoted value'

const TAG_OPEN = /<(?:!--|\/?[a-z][^\s/>]*|$)/gi
const NAME_REST = /[^\s/>]*/y
const BETWEEN = /[\s/]*/y
const ATTRIBUTE = /[^\s/>=]+/y
const EQUALS = /\s*=\s*/y
const UNQUOTED = /[^\s>]+/y
const SCRIPT_END = /<\/script/gi
const STYLE_END = /<\/style/gi

/**
 * Reads the HTML in the text of a template: the tokenizer of the HTML standard (section 13.2.5), as far as it determines the
 * position of printed values. A tag may begin in one piece of text and end in another.
 */
export class HtmlReader {
  state: HtmlState = 'content'
  /** In a value: the name of the attribute, in lower case. */
  attribute = ''
  #tag = ''

  read(text: string): void {
    let at = 0
    while (at < text.length) at = this.#step(text, at)
  }

  /** Reads a printed value, which is taken for characters that end nothing. */
  readValue(): void {
    if (this.state === 'before value') this.state = 'unquoted value'
    else if (this.state === 'in tag') this.state = 'attribute name'
  }

  #step(text: string, at: number): number {
    switch (this.state) {
      case 'content':
        return this.#content(text, at)
      case 'comment':
        return this.#until(text, at, '-->', 'content')
      case 'script':
        return this.#element(text, at, SCRIPT_END)
      case 'style':
        return this.#element(text, at, STYLE_END)
      case 'tag name':
        return this.#tagName(text, at)
      case 'in tag':
        return this.#inTag(text, at)
      case 'attribute name':
        return this.#attributeName(text, at)
      case 'before value':
        return this.#beforeValue(text, at)
      case 'unquoted value':
        return this.#unquoted(text, at)
      case 'double-quoted value':
        return this.#until(text, at, '"', 'in tag')
      case 'single-quoted value':
        return this.#until(text, at, "'", 'in tag')
    }
  }

  #content(text: string, at: number): number {
    TAG_OPEN.lastIndex = at
    const match = TAG_OPEN.exec(text)
    if (!match) return text.length
    const end = TAG_OPEN.lastIndex
    if (match[0] === '<!--') {
      this.state = 'comment'
      return end
    }
    this.#tag = match[0].slice(1).toLowerCase()
    this.state = end === text.length ? 'tag name' : 'in tag'
    return end
  }

  #until(text: string, at: number, mark: string, then: HtmlState): number {
    const end = text.indexOf(mark, at)
    if (end < 0) return text.length
    this.state = then
    return end + mark.length
  }

  // The content of script and style is text up to its own end tag.
  #element(text: string, at: number, endTag: RegExp): number {
    endTag.lastIndex = at
    const match = endTag.exec(text)
    if (!match) return text.length
    this.#tag = match[0].slice(1).toLowerCase()
    this.state = 'in tag'
    return endTag.lastIndex
  }

  #tagName(text: string, at: number): number {
    this.#tag += match(NAME_REST, text, at).toLowerCase()
    this.state = 'in tag'
    return NAME_REST.lastIndex
  }

  #inTag(text: string, at: number): number {
    match(BETWEEN, text, at)
    const next = BETWEEN.lastIndex
    if (text[next] === '>') {
      this.state = this.#tag === 'script' || this.#tag === 'style' ? this.#tag : 'content'
      return next + 1
    }
    if (next === text.length) return next
    this.attribute = text[next]!.toLowerCase() // whatever it is, it begins a name
    this.state = 'attribute name'
    return next + 1
  }

  #attributeName(text: string, at: number): number {
    this.attribute += match(ATTRIBUTE, text, at).toLowerCase()
    const end = Math.max(at, ATTRIBUTE.lastIndex)
    if (end === text.length) return end
    this.state = match(EQUALS, text, end) === '' ? 'in tag' : 'before value'
    return this.state === 'in tag' ? end : EQUALS.lastIndex
  }

  #beforeValue(text: string, at: number): number {
    const quote = text[at]
    if (quote === '"') this.state = 'double-quoted value'
    else if (quote === "'") this.state = 'single-quoted value'
    else if (quote === '>') this.state = 'in tag'
    else this.state = 'unquoted value'
    return this.state.endsWith('-quoted value') ? at + 1 : at
  }

  #unquoted(text: string, at: number): number {
    match(UNQUOTED, text, at)
    const end = Math.max(at, UNQUOTED.lastIndex)
    if (end < text.length) this.state = 'in tag'
    return end
  }
}

function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? ''
}
