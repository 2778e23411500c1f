/** Every format of a template's output. */
export const FORMATS = ['html', 'xml', 'svg', 'txt', 'json', 'csv'] as const

/** The format of a template's output, from the extension before `.ets`. */
export type Format = (typeof FORMATS)[number]

/** A context in which text is safe that is safe nowhere else. */
export type Purpose = 'script' | 'attributes'

const MARK: unique symbol = Symbol.for('arlen.view.safe')

/**
 * Text that needs no escaping in its format, such as a helper's result. Copies of this module in one process recognize each
 * other's.
 */
export class SafeString {
  readonly value: string
  readonly format: Format
  /** The context it was created for, if it is safe nowhere else: JSON for a script, or whole attributes. */
  readonly purpose: Purpose | undefined

  static {
    Object.defineProperty(SafeString.prototype, MARK, { value: true })
  }

  constructor(value: string, format: Format = 'html', purpose?: Purpose) {
    this.value = value
    this.format = format
    this.purpose = purpose
  }

  toString(): string {
    return this.value
  }

  /** In JSON it is an ordinary string. */
  toJSON(): string {
    return this.value
  }
}

/** The format in which a value is safe; undefined if it must be escaped. Parsed JSON is never safe. */
export function safeFormat(value: unknown): Format | undefined {
  return isSafe(value) ? value.format : undefined
}

/** Whether a value was made by {@link jsonScript}. */
export function isScriptSafe(value: unknown): boolean {
  return isSafe(value) && value.purpose === 'script'
}

/** Whether a value is whole attributes, or HTML marked as safe. */
export function isAttributesSafe(value: unknown): boolean {
  return isSafe(value) && value.format === 'html' && value.purpose !== 'script'
}

function isSafe(value: unknown): value is SafeString {
  return typeof value === 'object' && value !== null && MARK in value
}

/** Marks HTML as safe: it is printed unescaped. Never use it for user input. */
export function raw(html: string): SafeString {
  return new SafeString(html)
}

const SPECIAL = /["&'<>]/

/** Escapes text for HTML, for content and for attribute values in quotes. */
export function escapeHtml(text: string): string {
  return SPECIAL.test(text) ? escapeSpecial(text) : text // most text has nothing to escape, and this is the fastest check
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
 * JSON that is safe inside `<script>`: nothing in it can end the element or begin a comment, and HTML and JavaScript read it as
 * JSON does.
 */
export function scriptJson(value: unknown): string | undefined {
  // JSON.stringify returns undefined for values without a JSON form, despite its type.
  const json = JSON.stringify(value) as string | undefined
  return json?.replace(SCRIPT_SPECIAL, char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** {@link scriptJson} as a value to print: `<script type="application/json"><%= jsonScript(data) %></script>`. */
export function jsonScript(value: unknown): SafeString {
  return new SafeString(scriptJson(value) ?? 'null', 'html', 'script')
}
