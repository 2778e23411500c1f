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

  contextBefore(): OutputContext {
    return this.#inString ? 'json string' : 'json'
  }
}

/** What separates fields, whichever of them a file uses. */
const SEPARATOR = /[,;\t\r\n]/

/** Follows comma-separated values (RFC 4180): a field may be quoted, and may consist of several values. */
export class CsvReader implements ContextReader {
  #inQuotes = false
  /** Whether the field has no text so far: then a value begins it. */
  #begins = true
  /** Whether the field has a value already. */
  #hasValue = false

  read(text: string): void {
    for (const character of text) {
      const isSeparator = !this.#inQuotes && SEPARATOR.test(character)
      if (character === '"') this.#inQuotes = !this.#inQuotes
      else this.#begins = isSeparator
      if (isSeparator) this.#hasValue = false
    }
  }

  readValue(): void {
    this.#hasValue = true
  }

  contextBefore(next: string): OutputContext {
    // A value may be empty, so that the next one begins the field.
    if (this.#inQuotes) return this.#begins ? 'csv string' : 'csv string part'
    const isLast = next === '' || SEPARATOR.test(next[0]!)
    if (this.#begins && !this.#hasValue && isLast) return 'csv'
    return this.#begins ? 'csv start' : 'csv part'
  }
}
