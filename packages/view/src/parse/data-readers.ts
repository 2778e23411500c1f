import type { ContextReader, OutputContext } from './output-context.ts'

/** Follows JSON (RFC 8259): values are printed as JSON or, inside a string, as a part of it. */
export class JsonReader implements ContextReader {
  #inString = false

  read(text: string): void {
    for (let at = 0; at < text.length; at++) {
      if (this.#inString && text[at] === '\\') at++
      else if (text[at] === '"') this.#inString = !this.#inString
    }
  }

  readValue(): void {}

  get context(): OutputContext {
    return this.#inString ? 'json string' : 'json'
  }
}

/** Follows comma-separated values (RFC 4180): a field may be quoted. */
export class CsvReader implements ContextReader {
  #inQuotes = false

  read(text: string): void {
    for (const character of text) if (character === '"') this.#inQuotes = !this.#inQuotes
  }

  readValue(): void {}

  get context(): OutputContext {
    return this.#inQuotes ? 'csv string' : 'csv'
  }
}

/** Follows XML as far as its CDATA sections. */
export class XmlReader implements ContextReader {
  #inCdata = false
  #rest = ''

  read(text: string): void {
    const whole = this.#rest + text
    let at = 0
    for (;;) {
      const mark = this.#inCdata ? ']]>' : '<![CDATA['
      const found = whole.indexOf(mark, at)
      if (found < 0) break
      this.#inCdata = !this.#inCdata
      at = found + mark.length
    }
    this.#rest = whole.slice(Math.max(at, whole.length - 8))
  }

  readValue(): void {
    this.#rest = ''
  }

  get context(): OutputContext {
    return this.#inCdata ? 'cdata' : 'content'
  }
}
