import { isPromiseLike } from '@arlen/core'
import { viewError } from '../errors.ts'
import { escapeHtml, type Format, safeFormat, scriptJson } from './escape.ts'

export interface Printers {
  /** `<%= %>` */
  print: (value: unknown) => string
  /** `<%== %>` */
  printRaw: (value: unknown) => string
}

/**
 * The printers of each format. Values without a string form (objects without their own `toString`, functions, symbols, promises)
 * are errors. `null` and `undefined` print nothing, or are errors too if `strict`.
 */
export function printersFor(strict: boolean): Readonly<Record<Format, Printers>> {
  return { html: makePrinters('html', strict), txt: makePrinters('txt', strict), json: makePrinters('json', strict) }
}

function makePrinters(format: Format, strict: boolean): Printers {
  const printRaw = (value: unknown): string => (typeof value === 'string' ? value : rawText(value, strict))
  if (format === 'txt') return { print: printRaw, printRaw }
  if (format === 'json') return { print: value => jsonText(value, strict), printRaw }
  const print = (value: unknown): string => (typeof value === 'string' ? escapeHtml(value) : htmlText(value, strict))
  return { print, printRaw }
}

function htmlText(value: unknown, strict: boolean): string {
  if (typeof value === 'number') return `${value}`
  if (safeFormat(value) === 'html') return String(value)
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
  return scriptJson(value) ?? refuse(value)
}

function stringForm(value: unknown, strict: boolean): string {
  if (value === null || value === undefined) return strict ? refuse(value) : ''
  if (typeof value === 'object') {
    if (isPromiseLike(value)) throw unprintable('A promise', 'await it.')
    const form: unknown = value.toString // none at all where the prototype is null
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

function unprintable(what: string, hint: string) {
  return viewError('value_unprintable', { what, hint })
}
