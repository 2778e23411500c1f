import { viewError } from '../errors.ts'
import type { OutputContext, Place } from '../parse/output-context.ts'
import { escapeHtml, isAttributesSafe, isScriptSafe, SafeString, safeFormat, scriptJson } from './escape.ts'
import { isScriptUrl, safeUrl, safeUrlList, safeUrlRest, UNSAFE_URL } from './script-url.ts'

/** The text of a value, or an error if it has none. */
type Form = (value: unknown) => string
type Print = (value: unknown, form: Form) => string

const CSS_VALUE = /^(?:[\w#%.,\s+!-]|\b(?:rgba?|hsla?)\([\d\s.,%/]*\))*$/i
const BARE_ATTRIBUTE = /^(?!on)[a-z][\w-]*$/i
/** Elements that hold something other than content, or do more than show it. */
const SPECIAL_ELEMENT =
  /^(?:script|style|title|textarea|xmp|iframe|noembed|noframes|noscript|plaintext|template|object|embed|applet|base|link|meta|frame|frameset|portal|svg|math)$/i
/** Contexts in which several values are checked as one text. */
const JOINED: ReadonlySet<Place> = new Set([
  ...(['url', 'url scheme', 'url rest', 'url list', 'cdata', 'csv', 'csv start', 'csv part'] as const),
  ...(['csv string', 'csv string part', 'tag name'] as const),
])

/** Prints a value into a context, escaped for it. Values that escaping cannot make safe there are rejected. */
export function printInContext(context: OutputContext, value: unknown, form: Form): string {
  if (!context.startsWith('unquoted ')) return printAt(context as Place, value, form)
  const isPart = context.startsWith('unquoted part ')
  const text = printAt(context.slice(isPart ? 14 : 9) as Place, value, form)
  return text === '' && !isPart ? '""' : unquoted(text)
}

function printAt(place: Place, value: unknown, form: Form): string {
  if (Array.isArray(value) && place !== 'json') {
    const items = value.flat(Number.POSITIVE_INFINITY)
    return JOINED.has(place)
      ? printAt(place, items.length === 1 ? items[0] : items.map(form).join(''), form)
      : items.map(item => printAt(place, item, form)).join('')
  }
  const print = PRINTERS[place]
  return print ? print(value, form) : escapeHtml(form(value))
}

/** What is escaped for quotes, without them. */
function unquoted(text: string): string {
  return text.replace(/[^\w.:/#~&;-]/gu, character => `&#${character.codePointAt(0)};`)
}

const PRINTERS: Readonly<Partial<Record<Place, Print>>> = {
  text: (value, form) => (isHtml(value) ? String(value).replaceAll('<', '&lt;') : escapeHtml(form(value))),
  comment: (value, form) => (isHtml(value) ? String(value).replaceAll('>', '&gt;') : escapeHtml(form(value))),
  attribute,
  url: address(safeUrl),
  'url scheme': address(text => (isScriptUrl(`${text}:`) ? UNSAFE_URL : safeUrl(text))),
  'url rest': address(safeUrlRest),
  'url list': address(safeUrlList),
  'script url': (value, form) => {
    // Even JSON would not be safe: percent signs are decoded before the script is read.
    if (typeof value === 'number' || typeof value === 'boolean') return String(value)
    if (isHtml(value)) return attribute(value, form)
    throw unsafe(value, 'in the address of a script', 'put it into a data attribute, and handle the event in a script')
  },
  srcdoc: (value, form) => escapeHtml(isHtml(value) ? String(value) : escapeHtml(form(value))),
  css: (value, form) => (isHtml(value) ? attribute(value, form) : cssValue(form(value))),
  style: (value, form) => (isHtml(value) ? String(value).replace(/<\/(?=style)/gi, '<\\/') : cssValue(form(value))),
  handler(value, form) {
    if (isScriptSafe(value)) return escapeHtml(String(value))
    return isHtml(value) ? attribute(value, form) : escapeHtml(scriptValue(value, 'in an event handler'))
  },
  'handler string': (value, form) =>
    isHtml(value) ? attribute(value, form) : escapeHtml(scriptValue(value, 'in a string of an event handler')),
  script(value) {
    if (isScriptSafe(value) || isHtml(value)) return String(value)
    return scriptValue(value, 'in a script')
  },
  'script string': value => {
    if (isHtml(value)) return String(value)
    return scriptValue(value, 'in a string of a script')
  },
  json: value => (isScriptSafe(value) || safeFormat(value) === 'json' ? String(value) : json(value)),
  'json string': (value, form) => json(value instanceof Date ? (value.toJSON() ?? '') : form(value)).slice(1, -1),
  name,
  'tag name'(value, form) {
    const text = name(value, form)
    if (!SPECIAL_ELEMENT.test(text)) return text
    throw unsafe(value, 'as the name of an element', `<${text}> is not an ordinary element: write it out`)
  },
  attributes(value, form) {
    if (value === null || value === undefined || value === false) return ''
    if (isAttributesSafe(value)) return String(value)
    const text = form(value)
    const isBare = text.split(/\s+/).every(one => one === '' || BARE_ATTRIBUTE.test(one))
    if (!(value instanceof SafeString) && isBare) return text
    throw unsafe(value, 'where attributes are', 'use attributes({ … })')
  },
  // References are not read in a comment, and two hyphens must not be in one (XML 1.0, section 2.5).
  'xml comment': (value, form) => escapeHtml(xmlText(form(value))).replaceAll('-', '&#45;'),
  // What ends a section may be spread over several values.
  cdata: (value, form) => xmlText(form(value)).replace(/\]\]>|^>|\]$/g, end => CDATA_ENDS[end]!),
  csv(value, form) {
    const text = guardFormula(value, form(value))
    return /[",;\t\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  },
  'csv start': (value, form) => csvPart(guardFormula(value, form(value))),
  'csv part': (value, form) => csvPart(form(value)),
  'csv string': (value, form) => guardFormula(value, form(value)).replaceAll('"', '""'),
  'csv string part': (value, form) => form(value).replaceAll('"', '""'),
}

const CDATA_ENDS: Readonly<Record<string, string>> = {
  ']]>': ']]]]><![CDATA[>',
  '>': ']]><![CDATA[>',
  ']': ']]]><![CDATA[',
}

/** HTML that was created for content, or marked with `raw()`: its quotes and brackets must not end an attribute. */
function attribute(value: unknown, form: Form): string {
  if (!isHtml(value)) return escapeHtml(form(value))
  return String(value).replace(/["'<>]/g, character => `&#${character.charCodeAt(0)};`)
}

function address(safe: (url: string) => string): Print {
  return (value, form) => (isHtml(value) ? attribute(value, form) : escapeHtml(safe(form(value))))
}

function name(value: unknown, form: Form): string {
  const text = form(value)
  if (/^[\w:.-]*$/.test(text)) return text
  throw unsafe(value, 'as a part of a name', 'names have letters, digits, - and : only')
}

/** Text that XML can hold (XML 1.0, section 2.2), not escaped. @throws value_unsafe */
export function xmlText(text: string): string {
  if (!/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(text) && text.isWellFormed()) return text
  throw unsafe(text, 'in XML', 'XML has no form for control characters and halves of surrogate pairs; remove them')
}

function isHtml(value: unknown): boolean {
  return safeFormat(value) === 'html' && !isScriptSafe(value)
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

/** Spreadsheets run text that begins like a formula: an apostrophe makes it plain text. A negative number stays one. */
function guardFormula(value: unknown, text: string): string {
  const isNumber = typeof value === 'number' || typeof value === 'bigint' || isNegativeNumber(text)
  if (isNumber || value instanceof SafeString) return text
  return /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/.test(text) ? `'${text}` : text
}

function isNegativeNumber(text: string): boolean {
  return /^-[\d.]/.test(text) && Number.isFinite(Number(text))
}

function csvPart(text: string): string {
  if (!/[",;\t\r\n]/.test(text)) return text
  throw unsafe(text, 'as a part of a field without quotes', 'put quotes around the field: "<%= … %> <%= … %>"')
}

function unsafe(value: unknown, where: string, hint: string): Error {
  return viewError('value_unsafe', { what: typeof value === 'string' ? 'A text' : 'This value', where, hint })
}
