import { viewError } from '../errors.ts'
import { holdsUrls } from '../parse/attribute-context.ts'
import { escapeHtml, isScriptSafe, SafeString, safeFormat } from './escape.ts'
import { safeUrlList } from './script-url.ts'

/** Names that are printed if their value is truthy: `{ tab: true, active: isActive }`. */
export type ClassValue =
  | string
  | number
  | false
  | null
  | undefined
  | readonly ClassValue[]
  | Readonly<Record<string, unknown>>

/** CSS properties: `{ color: 'red', 'margin-top': '1em' }`. */
export type StyleValue = Readonly<Record<string, string | number | false | null | undefined>>

/**
 * `true` prints the bare name; `false`, `null` and `undefined` print nothing; a list prints its truthy items, separated by spaces.
 * `class` and `style` take objects too.
 */
export type AttributeValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | ClassValue
  | StyleValue
  | SafeString
  | URL

/** Attributes of an element, by name. */
export type Attributes = Readonly<Record<string, AttributeValue>>

/** Attributes for which `false` is a value (HTML standard: enumerated attributes with the keywords true and false). */
const WORDS = new Set(['draggable', 'contenteditable', 'spellcheck', 'writingsuggestions'])
/** Attributes with the keywords yes and no. */
const YES_OR_NO = new Set(['translate'])
/** Attributes with the keywords on and off. */
const ON_OR_OFF = new Set(['autocomplete', 'autocorrect'])

/**
 * Prints attributes: `<a <%= attributes({ href, class: ['tab', { active }] }) %>>`. Values are escaped and quoted. In `aria-` and
 * `data-` attributes and in enumerated ones, such as `draggable` and `spellcheck`, booleans are printed as words, because `false` is
 * a value there. An address that would run a script becomes `about:invalid#unsafe`, and a text in `srcdoc` is shown as text.
 *
 * @throws attribute_invalid for a name that HTML does not allow (HTML standard, section 13.1.2.3), value_unprintable for a value that
 *   has no text form, value_unsafe for a style that could do more than style, and for an event handler that is not marked with `raw()`
 */
export function attributes(values: Attributes): SafeString {
  const printed: string[] = []
  for (const [name, value] of Object.entries(values)) {
    if (!/^[^\s"'<>/=\0-\x1f\x7f]+$/.test(name)) throw viewError('attribute_invalid', { name: JSON.stringify(name) })
    const text = attributeText(name.toLowerCase(), value)
    if (text !== undefined) printed.push(text === true ? name : `${name}="${escapeHtml(text)}"`)
  }
  return new SafeString(printed.join(' '), 'html', 'attributes')
}

// The text of the value; true for a bare name, undefined for no attribute.
function attributeText(name: string, value: AttributeValue): string | true | undefined {
  if (value === null || value === undefined) return undefined
  if (typeof value === 'boolean') return booleanText(name, value)
  if (name.startsWith('on') && safeFormat(value) === undefined) {
    const hint = 'handle the event in a script, or mark the code with raw()'
    throw viewError('value_unsafe', { what: `The value of ${name}`, where: 'in an event handler', hint })
  }
  if (name === 'class' && typeof value === 'object') return classNames(value).join(' ') || undefined
  if (name === 'style' && typeof value === 'object' && !Array.isArray(value)) return styleText(value as StyleValue)
  const text = Array.isArray(value)
    ? value
        .filter(Boolean)
        .map(item => textOf(name, item))
        .join(' ')
    : textOf(name, value)
  if (safeFormat(value) !== undefined && !isScriptSafe(value)) return text
  if (name === 'srcdoc') return escapeHtml(text)
  return holdsUrls(name) ? safeUrlList(text) : text
}

function booleanText(name: string, value: boolean): string | true | undefined {
  if (/^(?:aria|data)-/.test(name) || WORDS.has(name)) return String(value)
  if (YES_OR_NO.has(name)) return value ? 'yes' : 'no'
  if (ON_OR_OFF.has(name)) return value ? 'on' : 'off'
  return value || undefined
}

function classNames(value: AttributeValue): string[] {
  if (!value || value === true) return []
  if (Array.isArray(value)) return value.flatMap(classNames)
  if (typeof value !== 'object') return [textOf('class', value)]
  return Object.keys(value).filter(name => (value as Readonly<Record<string, unknown>>)[name])
}

function styleText(style: StyleValue): string | undefined {
  const declarations = Object.entries(style).flatMap(([property, value]) => {
    if (value === null || value === undefined || value === false || value === '') return []
    const name = property.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)
    const text = textOf('style', value)
    if (/^[\w-]+$/.test(name) && !/[;{}\\]|\/\*|url\s*\(|expression\s*\(/i.test(text)) return [`${name}: ${text}`]
    throw viewError('value_unsafe', {
      what: `The value of ${name}`,
      where: 'in CSS',
      hint: 'it may hold one value of one property',
    })
  })
  return declarations.length > 0 ? declarations.join('; ') : undefined
}

function textOf(name: string, value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') return String(value)
  if (typeof value === 'object' && value !== null) {
    const form: unknown = (value as { toString?: unknown }).toString
    if (typeof form === 'function' && form !== Object.prototype.toString && !(value instanceof Promise))
      return String(value)
  }
  const kind = typeof value === 'object' ? 'An object' : `A ${typeof value}`
  throw viewError('value_unprintable', { what: `${kind} as the attribute ${name}`, hint: 'give it a text.' })
}
