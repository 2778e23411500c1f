import { pgError } from '../errors.ts'
import { oneLine } from '../sql/one-line.ts'
import { JsonParam, Sql } from '../sql/sql.ts'
import { FIRST_OWN_TYPE, type ParamType } from './array-types.ts'
import { encodeTemporal } from './temporal.ts'

/** What goes over the wire: text, bytes (binary format), or NULL. */
export type Encoded = string | Buffer | null

const INT8_OID = 20
const JSON_OID = 114
const JSONB_OID = 3802
const BYTEA_OID = 17
const UUID_OID = 2950

/** Whether the meaning of a value, or its exact encoding, depends on the types of the parameters. */
export function needsTypes(values: readonly unknown[]): boolean {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (typeof value === 'number' ? isUnsafeInteger(value) : Array.isArray(value) || isBytes(value)) return true
  }
  return false
}

/** @param types - the known types of the parameters */
export function encodeAll(values: readonly unknown[], types?: readonly ParamType[]): Encoded[] {
  if (values.length > 65_535) {
    const reason = `there are ${values.length}, and a query takes 65,535. Pass arrays: select * from unnest($1::int[], $2::text[])`
    throw pgError('parameter_invalid', { parameter: `$${values.length}`, reason })
  }
  const out = new Array<Encoded>(values.length)
  for (let i = 0; i < values.length; i++) out[i] = encode(values[i], i, types?.[i])
  return out
}

function encode(value: unknown, index: number, type: ParamType | undefined): Encoded {
  if (typeof value === 'string') return checkText(value, index)
  if (value === null) return null
  if (typeof value === 'number') return encodeNumber(value, index, type?.base)
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value)
  if (value === undefined) throw pgError('parameter_undefined', { parameter: `$${index + 1}` })
  if (!Array.isArray(value)) return encodeObject(value, index, type?.base)
  if (type && type.element === 0) throw notAnArray(index, type.base)
  return encodeArray(value, index, type?.element)
}

function isBytes(value: unknown): value is Uint8Array | DataView {
  return value instanceof Uint8Array || value instanceof DataView
}

/** Of PostgreSQL's own types, only these are meant by bytes: others would take them for their binary form. */
function takesBytes(type: number): boolean {
  return type === BYTEA_OID || type === UUID_OID || type === IN_COPY || type >= FIRST_OWN_TYPE
}

function notBytes(index: number): Error {
  const parameter = `$${index + 1}`
  const reason = `it is bytes, and its type in the query is not bytea. Bind its text, such as buffer.toString(), or cast it to ${parameter}::bytea`
  return pgError('parameter_invalid', { parameter, reason })
}

function isUnsafeInteger(value: number): boolean {
  return (value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER) && Number.isFinite(value)
}

function encodeNumber(value: number, index: number, type: number | undefined): string {
  const mayBeInt8 = type === INT8_OID || (type === IN_COPY && Math.abs(value) < 2 ** 63)
  if (mayBeInt8 && isUnsafeInteger(value)) {
    const other = type === IN_COPY ? ', or String(value) for a column that is no int8' : ''
    const reason = `${value} is beyond 2^53, where a number is not exact. Use a bigint${other}`
    throw pgError('parameter_invalid', { parameter: `$${index + 1}`, reason })
  }
  return Object.is(value, -0) ? '-0' : String(value)
}

function notAnArray(index: number, type: number): Error {
  const parameter = `$${index + 1}`
  if (type === JSON_OID || type === JSONB_OID) {
    return pgError('parameter_needs_json', { parameter, kind: 'an array', type: type === JSON_OID ? 'json' : 'jsonb' })
  }
  const reason = `it is an array, and its type in the query is none. Cast it, such as to ${parameter}::text[]`
  return pgError('parameter_invalid', { parameter, reason })
}

function encodeObject(value: unknown, index: number, type: number | undefined): Encoded {
  if (value instanceof JsonParam) return encodeJson(value.value, index)
  if (value instanceof Date) return encodeDate(value, index)
  if (isBytes(value)) {
    if (type !== undefined && !takesBytes(type)) throw notBytes(index)
    return Buffer.isBuffer(value) ? value : Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  }
  if (value instanceof Sql) {
    throw pgError('parameter_invalid', {
      parameter: `$${index + 1}`,
      reason: 'it is an Sql fragment; put it into sql`…`',
    })
  }
  if (typeof value === 'object') {
    const temporal = encodeTemporal(value as object)
    if (temporal !== undefined) return temporal
    const advice = adviceOn(value as object)
    if (advice) throw pgError('parameter_invalid', { parameter: `$${index + 1}`, reason: advice })
    throw pgError('parameter_needs_json', { parameter: `$${index + 1}`, kind: 'a bare object', type: 'PostgreSQL' })
  }
  throw pgError('parameter_invalid', { parameter: `$${index + 1}`, reason: `it is a ${typeof value}` })
}

/** JavaScript objects that have no form in PostgreSQL, and what to bind instead. */
function adviceOn(value: object): string | undefined {
  const { name } = value.constructor ?? {}
  if (value instanceof Set) return 'it is a Set; bind an array: [...set]'
  if (value instanceof Map) return 'it is a Map; bind json(Object.fromEntries(map))'
  if (value instanceof ArrayBuffer) return 'it is an ArrayBuffer; bind new Uint8Array(buffer)'
  if (ArrayBuffer.isView(value)) return `it is a ${name}; bind an array, or its bytes: new Uint8Array(view.buffer)`
  if (/^Temporal\./.test(String((value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag]))) {
    return 'it has no counterpart among the types of PostgreSQL; bind its text'
  }
  return undefined
}

function checkText(text: string, index: number): string {
  if (!text.isWellFormed()) throw pgError('text_malformed', {}, { internal: `It is parameter $${index + 1}.` })
  if (text.includes('\0')) {
    // Only users send it, so it is a client error.
    throw pgError('text_with_nul', {}, { internal: `It is parameter $${index + 1}.` })
  }
  return text
}

/** Dates are instants: they are sent in UTC, independent of the time zone of the process. */
function encodeDate(date: Date, index: number): string {
  const time = date.getTime()
  if (Number.isNaN(time))
    throw pgError('parameter_invalid', { parameter: `$${index + 1}`, reason: 'it is an invalid Date' })
  const year = date.getUTCFullYear()
  const rest = date.toISOString().slice(-20, -1)
  // Year 0 of ISO 8601 is 1 BC, and PostgreSQL reads years above 9999 without the sign of ISO 8601.
  return year > 0 ? `${String(year).padStart(4, '0')}${rest}+00` : `${String(1 - year).padStart(4, '0')}${rest}+00 BC`
}

// TypeScript's library does not have it yet (ES2027; in Node.js since 21).
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

function encodeArray(items: readonly unknown[], index: number, element: number | undefined): string {
  let out = '{'
  for (let i = 0; i < items.length; i++) {
    if (i > 0) out += ','
    const item = items[i]
    if (item === null) out += 'NULL'
    else if (Array.isArray(item)) out += encodeArray(item, index, element)
    else if (typeof item === 'number') out += encodeNumber(item, index, element)
    else if (typeof item === 'bigint' || typeof item === 'boolean') out += String(item)
    else if (isBytes(item) && element !== undefined && !takesBytes(element)) throw notBytes(index)
    else out += quoteElement(encode(item, index, undefined))
  }
  return `${out}}`
}

/** In place of the type of a column, which COPY does not tell. */
const IN_COPY = -1
const COPIED: ParamType = { base: IN_COPY, element: 0 }

/** A value in a row of COPY's text format, before COPY's own escaping: null or text. */
export function encodeField(value: unknown, column: number): string | null {
  const encoded = Array.isArray(value) ? encodeArray(value, column, IN_COPY) : encode(value, column, COPIED)
  return Buffer.isBuffer(encoded) ? `\\x${encoded.toString('hex')}` : encoded
}

function quoteElement(item: Encoded): string {
  const text = Buffer.isBuffer(item) ? `\\x${item.toString('hex')}` : (item ?? '')
  return `"${text.replace(/[\\"]/g, '\\$&')}"`
}
