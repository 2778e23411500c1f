import type { Diagnostic } from '@arlen/core'
import type { CodeNode, Template } from './parser.ts'
import { codeFrame, Lines } from './position.ts'

/** Where in an HTML document the next character is; just enough of the HTML standard, section 13.2.5, to warn. */
type State =
  | 'content'
  | 'tag name'
  | 'in tag'
  | 'attribute name'
  | 'before value'
  | 'unquoted value'
  | 'double-quoted value'
  | 'single-quoted value'
  | 'comment'
  | 'script'
  | 'style'

const MESSAGES = {
  unquoted: 'A value in an attribute without quotes can add attributes of its own: put quotes around it.',
  name: 'A value in the place of an attribute name is not made safe by escaping.',
  handler: 'A value in an event handler is read as JavaScript after it is unescaped: pass it in a data attribute.',
  script: 'A value inside <script> is not made safe by HTML escaping: use jsonScript().',
  style: 'A value inside <style> or a style attribute is not made safe by HTML escaping.',
} as const

/** Warns of printed values that escaping does not make safe where they stand. Branches are read one after the other. */
export function lint(template: Template): Diagnostic[] {
  const { source } = template
  const reader = new HtmlReader()
  const lines = new Lines(source.text)
  const warnings: Diagnostic[] = []
  for (const node of template.nodes) {
    if (node.kind === 'text') {
      reader.read(node.value)
      continue
    }
    if (node.kind === 'code') continue
    const message = node.kind === 'print' ? reader.complaint(node) : undefined
    reader.value()
    if (message === undefined) continue
    const position = lines.at(node.tag.start)
    const snippet = codeFrame(source.text, position)
    warnings.push({ stage: 'template', severity: 'warning', message, file: source.path, ...position, snippet })
  }
  return warnings
}

class HtmlReader {
  #state: State = 'content'
  #tag = ''
  #attribute = ''
  #tail = '' // the end of what was read, for markers longer than a character

  read(text: string): void {
    for (const char of text) {
      this.#tail = (this.#tail + char).slice(-9).toLowerCase()
      this.#state = this.#next(char)
    }
  }

  /** A value was printed: it stands for some characters that change nothing but a pending decision. */
  value(): void {
    this.#tail = ''
    if (this.#state === 'before value') this.#state = 'unquoted value'
    else if (this.#state === 'in tag') this.#state = 'attribute name'
  }

  complaint(node: CodeNode): string | undefined {
    const safe = /^(?:jsonScript|raw)$/.test(node.tag.tokens[0]!.text)
    switch (this.#state) {
      case 'script':
        return safe ? undefined : MESSAGES.script
      case 'style':
        return safe ? undefined : MESSAGES.style
      case 'before value':
      case 'unquoted value':
        return MESSAGES.unquoted
      case 'double-quoted value':
      case 'single-quoted value':
        if (/^on/.test(this.#attribute)) return MESSAGES.handler
        return this.#attribute === 'style' ? MESSAGES.style : undefined
      case 'tag name':
      case 'attribute name':
        return MESSAGES.name
      default:
        return undefined // between attributes, where helpers print whole ones, and in content
    }
  }

  #next(char: string): State {
    switch (this.#state) {
      case 'content':
        return this.#inContent(char)
      case 'comment':
        return this.#tail.endsWith('-->') ? 'content' : 'comment'
      case 'script':
      case 'style':
        if (!this.#tail.endsWith(`</${this.#state}`)) return this.#state
        this.#tag = `/${this.#state}`
        return 'in tag'
      case 'tag name':
        if (/[\s/]/.test(char)) return this.#tag === '' ? 'tag name' : 'in tag'
        if (char === '>') return this.#endTag()
        this.#tag += char.toLowerCase()
        return this.#tag === '!--' ? 'comment' : 'tag name'
      default:
        return this.#inTag(char)
    }
  }

  #inContent(char: string): State {
    if (/<[a-z/!]$/.test(this.#tail)) {
      this.#tag = char.toLowerCase()
      return 'tag name'
    }
    return 'content'
  }

  #inTag(char: string): State {
    const space = /\s/.test(char)
    switch (this.#state) {
      case 'double-quoted value':
        return char === '"' ? 'in tag' : this.#state
      case 'single-quoted value':
        return char === "'" ? 'in tag' : this.#state
      case 'unquoted value':
        if (char === '>') return this.#endTag()
        return space ? 'in tag' : this.#state
      case 'before value':
        if (char === '"') return 'double-quoted value'
        if (char === "'") return 'single-quoted value'
        if (char === '>') return this.#endTag()
        return space ? this.#state : 'unquoted value'
      default:
        if (char === '>') return this.#endTag()
        if (char === '=' && this.#state === 'attribute name') return 'before value'
        if (space || char === '/') return this.#state === 'attribute name' && space ? this.#afterName() : 'in tag'
        this.#attribute = (this.#state === 'attribute name' ? this.#attribute : '') + char.toLowerCase()
        return 'attribute name'
    }
  }

  // `name = value` may have spaces; the name stays pending until something other than `=` comes.
  #afterName(): State {
    return 'in tag'
  }

  #endTag(): State {
    if (this.#tag === 'script' || this.#tag === 'style') return this.#tag
    return 'content'
  }
}
