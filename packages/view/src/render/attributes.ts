import { viewError } from '../errors.ts'
import { escapeHtml, SafeString } from './escape.ts'

/**
 * `true` prints the bare name; `false`, `null` and `undefined` print nothing; a list prints its truthy items, separated by spaces.
 */
export type AttributeValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | readonly (string | false | null | undefined)[]

/** Attributes of an element, by name. */
export type Attributes = Readonly<Record<string, AttributeValue>>

/**
 * Prints attributes: `<a <%= attributes({ href, class: ['tab', active && 'active'] }) %>>`. Values are escaped and quoted. In
 * `aria-` and `data-` attributes booleans are printed as words, because `false` is a value there.
 *
 * @throws attribute_invalid for a name that HTML does not allow (HTML standard, section 13.1.2.3)
 */
export function attributes(values: Attributes): SafeString {
  const printed: string[] = []
  for (const [name, value] of Object.entries(values)) {
    if (!/^[^\s"'<>/=\0-\x1f\x7f]+$/.test(name)) throw viewError('attribute_invalid', { name: JSON.stringify(name) })
    const text = attributeText(name, value)
    if (text !== undefined) printed.push(text === true ? name : `${name}="${text}"`)
  }
  return new SafeString(printed.join(' '))
}

// The escaped value; true for a bare name, undefined for no attribute.
function attributeText(name: string, value: AttributeValue): string | true | undefined {
  if (value === null || value === undefined) return undefined
  if (typeof value === 'boolean') {
    if (/^(?:aria|data)-/.test(name)) return String(value)
    return value || undefined
  }
  return escapeHtml(Array.isArray(value) ? value.filter(Boolean).join(' ') : String(value))
}
