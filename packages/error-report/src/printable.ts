import { stripVTControlCharacters } from 'node:util'

/** Control characters other than line breaks and tabs, and the marks that turn the direction of text. */
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g

/**
 * A text of the application for people: without colors of a terminal, and with other control characters written out. They could
 * rewrite a terminal, or show something other than is there.
 */
export function printable(text: string): string {
  return stripVTControlCharacters(text.replaceAll('\r\n', '\n')).replace(
    CONTROL,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** The same of every text in data. */
export function allPrintable<Data>(data: Data): Data {
  if (typeof data === 'string') return printable(data) as Data
  if (Array.isArray(data)) return data.map(allPrintable) as Data
  if (typeof data !== 'object' || data === null) return data
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [printable(key), allPrintable(value)])) as Data
}
