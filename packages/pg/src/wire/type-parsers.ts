import { parseArray } from './array-parser.ts'
import { type ArrayTypes, FIRST_OWN_TYPE } from './array-types.ts'
import { parseBytea } from './bytea.ts'
import { type FieldReader, readBoolean, readInteger, readText, readTimestamptz } from './field-readers.ts'
import { parseTimestamptz } from './timestamp.ts'
import { Unrepresentable } from './unrepresentable.ts'

/** How types with several possible JavaScript forms are parsed. Each pool has its own settings. */
export interface TypeSettings {
  /** int8 (`bigint`, `count(*)`). Default `bigint`; `number` throws for values that it cannot represent exactly. */
  int8?: 'bigint' | 'string' | 'number'
  /** timestamptz. Default `date`, which keeps milliseconds; `string` keeps microseconds. */
  timestamptz?: 'date' | 'string'
  /** json and jsonb. Default `parse`, with integers beyond 2^53 as bigint; `string` leaves the text. */
  json?: 'parse' | 'string'
  /** Additional parsers by type OID, such as those of an extension's types. They are given the text form. */
  custom?: Readonly<Record<number, (text: string) => unknown>>
}

export type Parser = (text: string) => unknown
/** Undefined for a type that must be fetched from the server (see `ArrayTypes`). */
export type ParserTable = (oid: number) => Parser | undefined

const text: Parser = value => value
const number: Parser = value => Number(value)
const integer: Parser = value => Number(value)
const boolean: Parser = value => value === 't'
const bytes: Parser = parseBytea

/** Parsers that have a counterpart which needs no string. */
const DIRECT = new Map<Parser, FieldReader>([
  [text, readText],
  [integer, readInteger],
  [boolean, readBoolean],
  [parseTimestamptz, readTimestamptz],
])

/** How a field is read from a message that `parser` parses as text. */
export function readerOf(parser: Parser): FieldReader {
  return DIRECT.get(parser) ?? ((bytes, from, to) => parser(readText(bytes, from, to)))
}

/** OID of each array type and of its elements (pg_type.dat). PostgreSQL's other types are text. */
// biome-ignore format: a table
const ARRAYS: Readonly<Record<number, number>> = {
  143: 142, 199: 114, 271: 5069, 629: 628, 651: 650, 719: 718, 775: 774, 791: 790, 1000: 16, 1001: 17, 1002: 18,
  1003: 19, 1005: 21, 1007: 23, 1008: 24, 1009: 25, 1010: 27, 1011: 28, 1012: 29, 1014: 1042, 1015: 1043, 1016: 20,
  1017: 600, 1018: 601, 1019: 602, 1021: 700, 1022: 701, 1027: 604, 1028: 26, 1040: 829, 1041: 869, 1115: 1114,
  1182: 1082, 1183: 1083, 1185: 1184, 1187: 1186, 1231: 1700, 1263: 2275, 1270: 1266, 1561: 1560, 1563: 1562,
  2207: 2202, 2208: 2203, 2209: 2204, 2210: 2205, 2211: 2206, 2287: 2249, 2949: 2970, 2951: 2950, 3221: 3220,
  3643: 3614, 3644: 3642, 3645: 3615, 3735: 3734, 3770: 3769, 3807: 3802, 3905: 3904, 3907: 3906, 3909: 3908,
  3911: 3910, 3913: 3912, 3927: 3926, 4073: 4072, 4090: 4089, 4097: 4096, 4192: 4191, 5039: 5038, 6150: 4451,
  6151: 4532, 6152: 4533, 6153: 4534, 6155: 4535, 6157: 4536,
}

/** The element type of PostgreSQL's own arrays, 0 if the type is not an array. */
export function builtInElement(oid: number): number {
  return ARRAYS[oid] ?? 0
}

/** The parsers of one pool. */
export function createParsers(settings: TypeSettings, arrays: ArrayTypes): ParserTable {
  const json = settings.json === 'string' ? text : parseJson
  const table = new Map<number, Parser>([
    [16, boolean],
    [17, bytes],
    [20, int8Parser(settings.int8 ?? 'bigint')],
    [21, integer],
    [23, integer],
    [26, integer],
    [700, number],
    [701, number],
    [114, json],
    [3802, json],
    [1184, settings.timestamptz === 'string' ? text : parseTimestamptz],
  ])
  for (const [oid, parser] of Object.entries(settings.custom ?? {})) table.set(Number(oid), parser)
  for (const [array, element] of Object.entries(ARRAYS)) {
    const parser = table.get(element) ?? text
    if (!table.has(Number(array))) table.set(Number(array), value => parseArray(value, parser))
  }
  return oid => {
    const known = table.get(oid)
    if (known || oid < FIRST_OWN_TYPE) return known ?? text
    const element = arrays.elementOf(oid)
    if (element === undefined) return undefined
    const parser = table.get(element) ?? text
    return element === 0 ? text : value => parseArray(value, parser)
  }
}

function int8Parser(form: 'bigint' | 'string' | 'number'): Parser {
  if (form === 'string') return text
  if (form === 'bigint') return value => BigInt(value)
  return value => {
    const parsed = Number(value)
    if (!Number.isSafeInteger(parsed)) throw new Unrepresentable(value, 'a number', 'int8')
    return parsed
  }
}

/** Sixteen digits in a row: the text may contain an integer that a double cannot represent. */
const MAYBE_UNSAFE = /\d{16}/
const INTEGER = /^-?\d+$/

function parseJson(value: string): unknown {
  if (!MAYBE_UNSAFE.test(value)) return JSON.parse(value)
  const revive = (_key: string, inner: unknown, context: { source?: string }): unknown =>
    typeof inner === 'number' &&
    !Number.isSafeInteger(inner) &&
    context.source !== undefined &&
    INTEGER.test(context.source)
      ? BigInt(context.source)
      : inner
  return JSON.parse(value, revive as (key: string, value: unknown) => unknown)
}
