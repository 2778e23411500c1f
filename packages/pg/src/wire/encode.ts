import { pgError } from '../errors.ts'
import { oneLine } from '../sql/one-line.ts'
import { JsonParam, Sql } from '../sql/sql.ts'

/** What goes over the wire: text, bytes (binary format), or NULL. */
export type Encoded = string | Buffer | null

const JSON_OID = 114
const JSONB_OID = 3802

/** Whether the types of the parameters must be known before the value can be written: arrays look like nothing else. */
export function needsTypes(values: readonly unknown[]): boolean {
  for (let i = 0; i < values.length; i++) if (Array.isArray(values[i])) return true
  return false
}

/** @param types - the OIDs of the parameters, where they are known. */
export function encodeAll(values: readonly unknown[], types?: readonly number[]): Encoded[] {
  if (values.length > 65_535) {
    const reason = `there are ${values.length}, and a query takes 65,535. Pass arrays: select * from unnest($1::int[], $2::text[])`
    throw pgError('parameter_invalid', { parameter: `$${values.length}`, reason })
  }
  const out = new Array<Encoded>(values.length)
  for (let i = 0; i < values.length; i++) out[i] = encode(values[i], i, types?.[i])
  return out
}

function encode(value: unknown, index: number, type: number | undefined): Encoded {
  if (typeof value === 'string') return checkText(value, index)
  if (value === null) return null
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value)
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value)
  if (value === undefined) throw pgError('parameter_undefined', { parameter: `$${index + 1}` })
  if (Array.isArray(value)) {
    if (type === JSON_OID || type === JSONB_OID) {
      throw pgError('parameter_needs_json', {
        parameter: `$${index + 1}`,
        kind: 'an array',
        type: type === JSON_OID ? 'json' : 'jsonb',
      })
    }
    return encodeArray(value, index)
  }
  return encodeObject(value, index)
}

function encodeObject(value: unknown, index: number): Encoded {
  if (value instanceof JsonParam) return encodeJson(value.value, index)
  if (value instanceof Date) return encodeDate(value, index)
  if (value instanceof Uint8Array) {
    return Buffer.isBuffer(value) ? value : Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  }
  if (value instanceof Sql) {
    throw pgError('parameter_invalid', {
      parameter: `$${index + 1}`,
      reason: 'it is an Sql fragment; put it into sql`…`',
    })
  }
  if (typeof value === 'object') {
    throw pgError('parameter_needs_json', { parameter: `$${index + 1}`, kind: 'a bare object', type: 'PostgreSQL' })
  }
  throw pgError('parameter_invalid', { parameter: `$${index + 1}`, reason: `it is a ${typeof value}` })
}

function checkText(text: string, index: number): string {
  if (text.includes('\0')) {
    // Only users send it, so it is an answer to them.
    throw pgError('text_with_nul', {}, { internal: `It is parameter $${index + 1}.` })
  }
  return text
}

/** Dates are instants: written in UTC, so that the zone of the process plays no part. */
function encodeDate(date: Date, index: number): string {
  const time = date.getTime()
  if (Number.isNaN(time))
    throw pgError('parameter_invalid', { parameter: `$${index + 1}`, reason: 'it is an invalid Date' })
  const year = date.getUTCFullYear()
  const rest = date.toISOString().slice(-20, -1)
  // Year 0 of ISO 8601 is 1 BC; and PostgreSQL reads years above 9999 without the sign ISO 8601 puts before them.
  return year > 0 ? `${String(year).padStart(4, '0')}${rest}+00` : `${String(1 - year).padStart(4, '0')}${rest}+00 BC`
}

// TypeScript's library does not know it yet (ES2027; in Node.js since 21).
const { rawJSON: rawJson } = JSON as unknown as { rawJSON(text: string): unknown }

function encodeJson(value: unknown, index: number): string {
  let text: string | undefined
  try {
    text = JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? rawJson(String(inner)) : inner))
  } catch (cause) {
    const reason = `json() of it fails: ${oneLine(cause instanceof Error ? cause.message : String(cause))}`
    throw pgError('parameter_invalid', { parameter: `$${index + 1}`, reason }, { cause })
  }
  if (text !== undefined) return text
  throw pgError('parameter_invalid', { parameter: `$${index + 1}`, reason: `json(${typeof value}) has no JSON text` })
}

function encodeArray(items: readonly unknown[], index: number): string {
  let out = '{'
  for (let i = 0; i < items.length; i++) {
    if (i > 0) out += ','
    const item = items[i]
    if (item === null) out += 'NULL'
    else if (Array.isArray(item)) out += encodeArray(item, index)
    else if (typeof item === 'number' || typeof item === 'bigint' || typeof item === 'boolean') out += String(item)
    else out += quoteElement(encode(item, index, undefined))
  }
  return `${out}}`
}

function quoteElement(item: Encoded): string {
  const text = Buffer.isBuffer(item) ? `\\x${item.toString('hex')}` : (item ?? '')
  return `"${text.replace(/[\\"]/g, '\\$&')}"`
}
