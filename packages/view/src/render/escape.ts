/** How a template's output is written, after the extension before `.ets`. */
export type Format = 'html' | 'txt' | 'json'

const MARK: unique symbol = Symbol.for('arlen.view.safe')

/**
 * Text that needs no escaping in its format, as helpers return it. Two copies of this module in one process recognise
 * each other's.
 */
export class SafeString {
  readonly value: string
  readonly format: Format

  static {
    Object.defineProperty(SafeString.prototype, MARK, { value: true })
  }

  constructor(value: string, format: Format = 'html') {
    this.value = value
    this.format = format
  }

  toString(): string {
    return this.value
  }

  /** In JSON it is a string like any other. */
  toJSON(): string {
    return this.value
  }
}

/** The format a value is safe in, or undefined where it has to be escaped. No JSON can pass for safe. */
export function safeFormat(value: unknown): Format | undefined {
  return isSafe(value) ? value.format : undefined
}

function isSafe(value: unknown): value is SafeString {
  return typeof value === 'object' && value !== null && MARK in value
}

/** Marks HTML as safe. What goes in is printed as it is: never pass what a user wrote. */
export function raw(html: string): SafeString {
  return new SafeString(html)
}

const SPECIAL = /["&'<>]/

/** Escapes text for HTML, for content and for attribute values in quotes. */
export function escapeHtml(text: string): string {
  return SPECIAL.test(text) ? escapeSpecial(text) : text // most text has nothing to escape, and this finds out fastest
}

function escapeSpecial(text: string): string {
  let escaped = ''
  let from = 0
  for (let at = 0; at < text.length; at++) {
    let entity: string
    switch (text.charCodeAt(at)) {
      case 34:
        entity = '&#34;'
        break
      case 38:
        entity = '&amp;'
        break
      case 39:
        entity = '&#39;'
        break
      case 60:
        entity = '&lt;'
        break
      case 62:
        entity = '&gt;'
        break
      default:
        continue
    }
    if (at > from) escaped += text.slice(from, at)
    escaped += entity
    from = at + 1
  }
  return from < text.length ? escaped + text.slice(from) : escaped
}

const SCRIPT_SPECIAL = /[<>&\u2028\u2029]/g

/**
 * JSON that may stand inside `<script>`, in either type of script: nothing in it can end the element, begin a comment, or
 * mean something else to HTML or to JavaScript than it does to JSON.
 */
export function scriptJson(value: unknown): string | undefined {
  // JSON.stringify gives undefined for what JSON has no form for, whatever its type says.
  const json = JSON.stringify(value) as string | undefined
  return json?.replace(SCRIPT_SPECIAL, char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** {@link scriptJson} as a value to print: `<script type="application/json"><%= jsonScript(data) %></script>`. */
export function jsonScript(value: unknown): SafeString {
  return new SafeString(scriptJson(value) ?? 'null')
}
