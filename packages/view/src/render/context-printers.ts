import { viewError } from '../errors.ts'
import type { OutputContext } from '../parse/output-context.ts'
import { escapeHtml, isAttributesSafe, isScriptSafe, SafeString, safeFormat, scriptJson } from './escape.ts'

/** The text of a value, or an error if it has none. */
type Form = (value: unknown) => string

const UNSAFE_URL = 'about:invalid#unsafe'
/** Browsers ignore control characters before a scheme, and tabs and line breaks inside it (WHATWG URL, section 4.4). */
const SCRIPT_URL = /^(?:javascript|vbscript|data(?!:image\/(?!svg)))\s*:/i
const CSS_VALUE = /^(?:[\w#%.,\s+!-]|\b(?:rgba?|hsla?)\([\d\s.,%/]*\))*$/i
const BARE_ATTRIBUTE = /^(?!on)[a-z][\w-]*$/i

/** Prints a value into a context, escaped for it. Values that escaping cannot make safe there are rejected. */
export function printInContext(context: OutputContext, value: unknown, form: Form): string {
  if (Array.isArray(value) && context !== 'json') return value.map(item => printInContext(context, item, form)).join('')
  const print = PRINTERS[context]
  return print ? print(value, form) : escapeHtml(form(value))
}

const PRINTERS: Readonly<Partial<Record<OutputContext, (value: unknown, form: Form) => string>>> = {
  text: (value, form) => (isHtml(value) ? String(value).replaceAll('<', '&lt;') : escapeHtml(form(value))),
  comment: (value, form) => (isHtml(value) ? String(value).replaceAll('>', '&gt;') : escapeHtml(form(value))),
  attribute,
  url(value, form) {
    const text = attribute(value, form)
    return !(value instanceof SafeString) && SCRIPT_URL.test(schemeOf(form(value))) ? UNSAFE_URL : text
  },
  srcdoc: (value, form) => escapeHtml(isHtml(value) ? String(value) : escapeHtml(form(value))),
  css: (value, form) => (isHtml(value) ? attribute(value, form) : cssValue(form(value))),
  style: (value, form) => (isHtml(value) ? String(value).replace(/<\/(?=style)/gi, '<\\/') : cssValue(form(value))),
  handler(value, form) {
    if (isScriptSafe(value)) return escapeHtml(String(value))
    return isHtml(value) ? attribute(value, form) : escapeHtml(scriptValue(value, 'in an event handler'))
  },
  script(value) {
    if (isScriptSafe(value) || isHtml(value)) return String(value)
    return scriptValue(value, 'in a script')
  },
  json: value => (isScriptSafe(value) || safeFormat(value) === 'json' ? String(value) : json(value)),
  'json string': (value, form) => json(form(value)).slice(1, -1),
  unquoted(value, form) {
    const text = form(value)
    const safe = SCRIPT_URL.test(schemeOf(text)) ? UNSAFE_URL : text
    return safe === '' ? '""' : safe.replace(/[^\w.:/#~-]/gu, character => `&#${character.codePointAt(0)};`)
  },
  name(value, form) {
    const text = form(value)
    if (/^[\w:.-]*$/.test(text)) return text
    throw unsafe(value, 'as a part of a name', 'names have letters, digits, - and : only')
  },
  attributes(value, form) {
    if (value === null || value === undefined || value === false) return ''
    if (isAttributesSafe(value)) return String(value)
    const text = form(value)
    const isBare = text.split(/\s+/).every(name => name === '' || BARE_ATTRIBUTE.test(name))
    if (!(value instanceof SafeString) && isBare) return text
    throw unsafe(value, 'where attributes are', 'use attributes({ … })')
  },
  cdata: (value, form) => xmlText(form(value)).replaceAll(']]>', ']]]]><![CDATA[>'),
  csv(value, form) {
    const text = guardFormula(value, form(value))
    return /[",;\t\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  },
  'csv string': (value, form) => guardFormula(value, form(value)).replaceAll('"', '""'),
}

/** HTML that was created for content, or marked with `raw()`: its quotes and brackets must not end an attribute. */
function attribute(value: unknown, form: Form): string {
  if (!isHtml(value)) return escapeHtml(form(value))
  return String(value).replace(/["'<>]/g, character => `&#${character.charCodeAt(0)};`)
}

/** Text that XML can hold (XML 1.0, section 2.2), not escaped. @throws value_unsafe */
export function xmlText(text: string): string {
  if (!/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(text) && text.isWellFormed()) return text
  throw unsafe(text, 'in XML', 'XML has no form for control characters and halves of surrogate pairs; remove them')
}

function isHtml(value: unknown): boolean {
  return safeFormat(value) === 'html' && !isScriptSafe(value)
}

function schemeOf(text: string): string {
  return text.replace(/^[\u0000-\u0020]+/, '').replace(/[\t\n\r]/g, '')
}

function cssValue(text: string): string {
  if (CSS_VALUE.test(text)) return text
  throw unsafe(
    text,
    'in CSS',
    'a value there is a number, a color, a keyword or a list of them; mark other CSS with raw()',
  )
}

function scriptValue(value: unknown, where: string): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw unsafe(value, where, 'use jsonScript(), without quotes around it')
}

function json(value: unknown): string {
  return scriptJson(value) ?? 'null'
}

/** Spreadsheets execute text that begins like a formula: an apostrophe makes it plain text. */
function guardFormula(value: unknown, text: string): string {
  return typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
}

function unsafe(value: unknown, where: string, hint: string): Error {
  return viewError('value_unsafe', { what: typeof value === 'string' ? 'A text' : 'This value', where, hint })
}
