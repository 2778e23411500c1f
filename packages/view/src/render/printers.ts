import { isPromiseLike } from '@arlen/core'
import { viewError } from '../errors.ts'
import type { OutputContext } from '../parse/output-context.ts'
import { printInContext, xmlText } from './context-printers.ts'
import { escapeHtml, FORMATS, type Format, type SafeString, safeFormat, scriptJson } from './escape.ts'

export interface Printers {
  /** `<%= %>` */
  print: (value: unknown) => string
  /** `<%== %>` */
  printRaw: (value: unknown) => string
  /** `<%= %>` if the context needs more than `print`. */
  printIn: (context: OutputContext, value: unknown) => string
}

/**
 * The printers of each format. Values without a string form (objects without their own `toString`, functions, symbols, promises)
 * are errors. `null` and `undefined` print nothing, or are errors too if `strict`.
 */
export function printersFor(strict: boolean): Readonly<Record<Format, Printers>> {
  const entries = FORMATS.map(format => [format, makePrinters(format, strict)])
  return Object.fromEntries(entries) as Record<Format, Printers>
}

function makePrinters(format: Format, strict: boolean): Printers {
  const printRaw = (value: unknown): string => (typeof value === 'string' ? value : rawText(value, strict))
  const isXml = format === 'xml' || format === 'svg'
  const form = (value: unknown) => (isXml ? xmlText(stringForm(value, strict)) : stringForm(value, strict))
  const printIn = (context: OutputContext, value: unknown) => {
    if (context === 'json') jsonText(value, strict) // rejects values without a JSON form
    return printInContext(context, value, form)
  }
  if (format === 'txt') return { print: printRaw, printRaw, printIn }
  if (format === 'csv') return { print: value => printIn('csv', value), printRaw, printIn }
  if (format === 'json') return { print: value => jsonText(value, strict), printRaw, printIn }
  if (isXml) return { print: value => escapeXml(value, strict), printRaw, printIn }
  const print = (value: unknown): string => (typeof value === 'string' ? escapeHtml(value) : htmlText(value, strict))
  return { print, printRaw, printIn }
}

function escapeXml(value: unknown, strict: boolean): string {
  if (Array.isArray(value)) return value.map(item => escapeXml(item, strict)).join('')
  const format = safeFormat(value)
  const text = stringForm(value, strict)
  return format === 'xml' || format === 'svg' || format === 'html' ? text : escapeHtml(xmlText(text))
}

function htmlText(value: unknown, strict: boolean): string {
  if (typeof value === 'number') return `${value}`
  if (safeFormat(value) === 'html' && !(value as SafeString).purpose) return String(value)
  if (Array.isArray(value))
    return value.map(item => (typeof item === 'string' ? escapeHtml(item) : htmlText(item, strict))).join('')
  return escapeHtml(stringForm(value, strict))
}

function rawText(value: unknown, strict: boolean): string {
  if (Array.isArray(value)) return value.map(item => rawText(item, strict)).join('')
  return stringForm(value, strict)
}

function jsonText(value: unknown, strict: boolean): string {
  if (safeFormat(value) === 'json') return String(value)
  if (isPromiseLike(value)) throw unprintable('A promise', 'await it.')
  if (value === undefined && !strict) return 'null'
  try {
    return scriptJson(value) ?? refuse(value)
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause
    // A BigInt, or an object that contains itself.
    throw unprintable('This value', `JSON has no form for it: ${cause.message.split('\n', 1)[0]}.`, cause)
  }
}

function stringForm(value: unknown, strict: boolean): string {
  if (value === null || value === undefined) return strict ? refuse(value) : ''
  if (typeof value === 'object') {
    if (isPromiseLike(value)) throw unprintable('A promise', 'await it.')
    const form: unknown = value.toString // there is none if the prototype is null
    return typeof form === 'function' && form !== Object.prototype.toString ? String(value) : refuse(value)
  }
  return typeof value === 'function' || typeof value === 'symbol' ? refuse(value) : String(value)
}

function refuse(value: unknown): never {
  if (value === null || value === undefined) {
    throw unprintable(`${value}`, 'give it a default with "??", or print it only where it is there.')
  }
  if (typeof value === 'function') throw unprintable('A function', 'call it.')
  if (typeof value === 'symbol') throw unprintable('A symbol', 'print its description.')
  const name = (Object.getPrototypeOf(value) as { constructor?: { name?: unknown } } | null)?.constructor?.name
  throw unprintable(
    `An object (${typeof name === 'string' ? name : 'with no prototype'})`,
    'print one of its members, or use jsonScript().',
  )
}

function unprintable(what: string, hint: string, cause?: unknown) {
  return viewError('value_unprintable', { what, hint }, cause === undefined ? undefined : { cause })
}
