import { attributeContext, decodeQuotes } from './attribute-context.ts'
import { type ContextReader, type OutputContext, PRINTED } from './output-context.ts'
import { ScriptReader } from './script-reader.ts'

type XmlState = 'content' | 'comment' | 'cdata' | 'instruction' | 'declaration' | 'tag name' | 'in tag' | '"' | "'"

/** Marks that begin something other than a tag, and how it ends. */
const MARKS = { '<!--': 'comment', '<![CDATA[': 'cdata', '<?': 'instruction' } as const
const ENDS = { comment: '-->', cdata: ']]>', instruction: '?>', declaration: '>' } as const

/** Follows XML (XML 1.0, sections 2.4 to 3.1): comments, CDATA sections, and what is inside tags. */
export class XmlReader implements ContextReader {
  /** Whether attributes and elements mean what they mean in SVG: addresses, event handlers, scripts, styles. */
  readonly #isSvg: boolean
  #state: XmlState = 'content'
  #tag = ''
  #attribute = ''
  #value = ''
  /** The end of what has been read, in which a mark may have begun. */
  #rest = ''
  #code = new ScriptReader()

  constructor(isSvg = false) {
    this.#isSvg = isSvg
  }

  read(text: string): void {
    const whole = this.#rest + text
    this.#rest = ''
    let at = 0
    while (at < whole.length) at = this.#step(whole, at)
  }

  readValue(): void {
    this.#rest = ''
    this.#code.readValue()
    if (this.#isValue) this.#value += PRINTED
  }

  contextBefore(next: string): OutputContext {
    switch (this.#state) {
      case 'comment':
        return 'xml comment'
      case 'cdata':
        return this.#element ?? 'cdata'
      case 'tag name':
        return 'name'
      case 'in tag':
        return 'attributes'
      case '"':
      case "'":
        return this.#valueContext(next.split(this.#state, 1)[0]!)
      default:
        return this.#element ?? 'content'
    }
  }

  /** The element around, if what it holds is code. */
  get #element(): 'script' | 'script string' | 'style' | undefined {
    if (!this.#isSvg || (this.#tag !== 'script' && this.#tag !== 'style')) return undefined
    return this.#tag === 'script' && this.#code.isInString ? 'script string' : this.#tag
  }

  get #isValue(): boolean {
    return this.#state === '"' || this.#state === "'"
  }

  #valueContext(next: string): OutputContext {
    if (!this.#isSvg) return 'content'
    const name = this.#attribute.trim()
    const { isInString } = this.#code
    const context = attributeContext({ tag: this.#tag, name, before: this.#value, isInString, next })
    return context === 'attribute' ? 'content' : context
  }

  #step(text: string, at: number): number {
    switch (this.#state) {
      case 'content':
        return this.#content(text, at)
      case 'tag name':
      case 'in tag':
        return this.#inTag(text, at)
      case '"':
      case "'":
        return this.#quoted(text, at, this.#state)
      default:
        return this.#until(text, at, ENDS[this.#state])
    }
  }

  #content(text: string, at: number): number {
    const open = text.indexOf('<', at)
    this.#code.read(text.slice(at, open < 0 ? text.length : open))
    if (open < 0) return text.length
    for (const [mark, state] of Object.entries(MARKS)) {
      if (!text.startsWith(mark, open)) continue
      this.#state = state
      return open + mark.length
    }
    const left = text.slice(open)
    if (left.length > 1 && Object.keys(MARKS).some(mark => mark.startsWith(left))) {
      this.#rest = left // more of the mark may follow
      return text.length
    }
    this.#state = text[open + 1] === '!' ? 'declaration' : 'tag name'
    this.#tag = ''
    this.#attribute = ''
    return open + 1
  }

  #until(text: string, at: number, mark: string): number {
    const end = text.indexOf(mark, at)
    if (this.#state === 'cdata') this.#code.read(text.slice(at, end < 0 ? text.length : end))
    if (end < 0) {
      this.#rest = text.slice(Math.max(at, text.length - mark.length + 1))
      return text.length
    }
    this.#state = 'content'
    return end + mark.length
  }

  #inTag(text: string, at: number): number {
    const character = text[at]!
    if (character === '>') {
      // What is empty or ended has no content.
      if (text[at - 1] === '/' || this.#tag.startsWith('/')) this.#tag = ''
      this.#state = 'content'
      this.#code = new ScriptReader()
    } else if (character === '"' || character === "'") {
      this.#state = character
      this.#value = ''
      this.#code = new ScriptReader()
    } else if (/[\s/]/.test(character) && !(character === '/' && this.#tag === '')) {
      this.#state = 'in tag'
      this.#attribute += ' '
    } else if (this.#state === 'tag name') this.#tag += character.toLowerCase()
    else if (character !== '=') {
      const begun = this.#attribute.endsWith(' ') ? '' : this.#attribute
      this.#attribute = begun + character.toLowerCase()
    }
    return at + 1
  }

  #quoted(text: string, at: number, quote: string): number {
    const end = text.indexOf(quote, at)
    const part = text.slice(at, end < 0 ? text.length : end)
    this.#value += part
    if (this.#isSvg && this.#attribute.startsWith('on')) this.#code.read(decodeQuotes(part))
    if (end < 0) return text.length
    this.#state = 'in tag'
    this.#attribute = ''
    return end + 1
  }
}
