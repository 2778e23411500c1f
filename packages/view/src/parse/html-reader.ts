import { attributeContext, decodeQuotes } from './attribute-context.ts'
import { JsonReader } from './data-readers.ts'
import { type ContextReader, type OutputContext, type Place, PRINTED } from './output-context.ts'
import { ScriptReader } from './script-reader.ts'

/** The state of the reader in an HTML document. */
export type HtmlState =
  | 'content'
  | 'comment'
  | 'bogus comment'
  | 'script'
  | 'style'
  /** In an element whose content is text up to its own end tag. */
  | 'text'
  | 'tag name'
  | 'in tag'
  | 'attribute name'
  | 'before value'
  | 'unquoted value'
  | 'double-quoted value'
  | 'single-quoted value'

const TAG_OPEN = /<(?:!--|[!?]|\/(?=[^a-z>])|\/?[a-z][^\s/>]*|\/?$)/gi
const NAME_REST = /[^\s/>]*/y
const BETWEEN = /[\s/]*/y
const ATTRIBUTE = /[^\s/>=]+/y
const EQUALS = /\s*=\s*/y
const UNQUOTED = /[^\s>]+/y
const UNQUOTED_REST = /^[^\s>]*/
/** Where an element of text ends (HTML, 13.2.5.2 and 13.2.5.3: RCDATA and RAWTEXT). */
const TEXT_ELEMENTS = new Set([
  'title',
  'textarea',
  'style',
  'xmp',
  'iframe',
  'noembed',
  'noframes',
  'script',
  'plaintext',
])
const COMMENT_END = /--!?>/g
/** The types of a script that the browser does not run (HTML, 4.12.1). */
const DATA_SCRIPT = /\bjson\b|^(?:speculationrules|importmap)$/i

/**
 * Reads the HTML in the text of a template: the tokenizer of the HTML standard (section 13.2.5), as far as it determines the
 * position of printed values. A tag may begin in one piece of text and end in another.
 */
export class HtmlReader implements ContextReader {
  state: HtmlState = 'content'
  /** In a value: the name of the attribute, in lower case. */
  attribute = ''
  #tag = ''
  /** The value of `type` of the tag being read; of several, the first counts. */
  #type: string | undefined
  /** The attribute value so far, with a mark for each printed value. */
  #value = ''
  /** The text of a script so far, as needed for double escaping: `<!-- <script> </script> -->` is one script. */
  #script = ''
  #json: JsonReader | undefined
  #code = new ScriptReader()

  contextBefore(next: string): OutputContext {
    switch (this.state) {
      case 'comment':
      case 'bogus comment':
        return 'comment'
      case 'script':
        return this.#json?.contextBefore() ?? (this.#code.isInString ? 'script string' : 'script')
      case 'style':
        return 'style'
      case 'text':
        return 'text'
      case 'in tag':
        return 'attributes'
      case 'tag name':
        return 'tag name'
      case 'attribute name':
        return 'name'
      case 'before value':
      case 'unquoted value':
        return this.#unquotedContext(next)
      case 'double-quoted value':
        return this.#valueContext(next.split('"', 1)[0]!)
      case 'single-quoted value':
        return this.#valueContext(next.split("'", 1)[0]!)
      default:
        return 'content'
    }
  }

  #valueContext(next: string): Place {
    const { isInString } = this.#code
    return attributeContext({ tag: this.#tag, name: this.attribute, before: this.#value, isInString, next })
  }

  #unquotedContext(next: string): OutputContext {
    const rest = UNQUOTED_REST.exec(next)![0]
    const isWhole = this.state === 'before value' && rest === ''
    return `${isWhole ? 'unquoted' : 'unquoted part'} ${this.#valueContext(rest)}`
  }

  read(text: string): void {
    let at = 0
    while (at < text.length) at = this.#step(text, at)
  }

  /** Reads a printed value, which is assumed to contain only characters that end nothing. */
  readValue(): void {
    if (this.state === 'before value') this.state = 'unquoted value'
    this.#value += PRINTED
    this.#code.readValue()
  }

  #step(text: string, at: number): number {
    switch (this.state) {
      case 'content':
        return this.#content(text, at)
      case 'comment':
        return this.#comment(text, at)
      case 'bogus comment':
        return this.#until(text, at, '>', 'content')
      case 'script':
      case 'style':
      case 'text':
        return this.#element(text, at)
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
        return this.#quoted(text, at, '"')
      case 'single-quoted value':
        return this.#quoted(text, at, "'")
    }
  }

  #content(text: string, at: number): number {
    TAG_OPEN.lastIndex = at
    const match = TAG_OPEN.exec(text)
    if (!match) return text.length
    const end = TAG_OPEN.lastIndex
    if (match[0] === '<!--') {
      this.state = 'comment'
      // `<!-->` and `<!--->` are whole comments (HTML, 13.2.5.43).
      const whole = /^-?>/.exec(text.slice(end, end + 2))
      if (!whole) return end
      this.state = 'content'
      return end + whole[0].length
    }
    if (/^<(?:[!?]|\/)$/.test(match[0]) && end < text.length) {
      this.state = 'bogus comment'
      return end
    }
    this.#tag = match[0].slice(1).toLowerCase()
    this.#type = undefined
    this.state = end === text.length ? 'tag name' : 'in tag'
    return end
  }

  #comment(text: string, at: number): number {
    COMMENT_END.lastIndex = at
    if (!COMMENT_END.test(text)) return text.length
    this.state = 'content'
    return COMMENT_END.lastIndex
  }

  #quoted(text: string, at: number, quote: string): number {
    const end = text.indexOf(quote, at)
    this.#addValue(text.slice(at, end < 0 ? text.length : end))
    if (end >= 0) this.#endValue()
    return this.#until(text, at, quote, 'in tag')
  }

  #until(text: string, at: number, mark: string, then: HtmlState): number {
    const end = text.indexOf(mark, at)
    if (end < 0) return text.length
    this.state = then
    return end + mark.length
  }

  // The content of these elements is text up to their own end tag. A script may hold another one in a comment.
  #element(text: string, at: number): number {
    if (this.#tag === 'plaintext') return text.length
    const endTag = new RegExp(`</${this.#tag}(?=[\\s/>]|$)`, 'gi')
    for (let from = at; ; ) {
      endTag.lastIndex = from
      const match = endTag.exec(text)
      const part = text.slice(from, match ? match.index : text.length)
      if (this.#tag === 'script') {
        this.#script += part
        this.#code.read(part)
      }
      this.#json?.read(part)
      if (!match) return text.length
      if (this.#tag === 'script' && isDoubleEscaped(this.#script)) {
        this.#script += match[0]
        from = endTag.lastIndex
        continue
      }
      this.#tag = match[0].slice(1).toLowerCase()
      this.state = 'in tag'
      return endTag.lastIndex
    }
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
      this.state = stateIn(this.#tag)
      this.#script = ''
      this.#code = new ScriptReader()
      this.#json = this.#tag === 'script' && DATA_SCRIPT.test(this.#type ?? '') ? new JsonReader() : undefined
      return next + 1
    }
    if (next === text.length) return next
    this.attribute = text[next]!.toLowerCase() // any other character begins a name
    this.state = 'attribute name'
    return next + 1
  }

  #attributeName(text: string, at: number): number {
    this.attribute += match(ATTRIBUTE, text, at).toLowerCase()
    const end = Math.max(at, ATTRIBUTE.lastIndex)
    if (end === text.length) return end
    this.state = match(EQUALS, text, end) === '' ? 'in tag' : 'before value'
    this.#value = ''
    this.#code = new ScriptReader()
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
    this.#addValue(match(UNQUOTED, text, at))
    const end = Math.max(at, UNQUOTED.lastIndex)
    if (end === text.length) return end
    this.state = 'in tag'
    this.#endValue()
    return end
  }

  #addValue(text: string): void {
    this.#value += text
    if (this.attribute.startsWith('on')) this.#code.read(decodeQuotes(text))
  }

  #endValue(): void {
    if (this.attribute === 'type') this.#type ??= this.#value
  }
}

function stateIn(tag: string): HtmlState {
  if (tag === 'script' || tag === 'style') return tag
  return TEXT_ELEMENTS.has(tag) ? 'text' : 'content'
}

/** Whether `</script` does not end a script (HTML, 13.2.5.27: script data double escaped state). */
function isDoubleEscaped(script: string): boolean {
  const comment = script.lastIndexOf('<!--')
  if (comment < 0 || script.indexOf('-->', comment) >= 0) return false
  const inside = script.slice(comment)
  const begun = inside.match(/<script(?=[\s/>])/gi)?.length ?? 0
  const ended = inside.match(/<\/script(?=[\s/>]|$)/gi)?.length ?? 0
  return begun > ended
}

function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? ''
}
