import { pgError } from '../errors.ts'

/** The values that a parameter accepts. Arrays become PostgreSQL arrays; for json and jsonb use {@link json}. */
export type Param =
  | string
  | number
  | bigint
  | boolean
  | null
  | Date
  | Uint8Array
  | DataView
  | TemporalValue
  | JsonParam
  | readonly Param[]

/** A value of Temporal: an Instant, a ZonedDateTime, a PlainDateTime, a PlainDate, a PlainTime or a Duration. */
export interface TemporalValue {
  readonly [Symbol.toStringTag]: `Temporal.${'Instant' | 'ZonedDateTime' | 'PlainDateTime' | 'PlainDate' | 'PlainTime' | 'Duration'}`
}

/** A value bound as JSON text, created by {@link json}. */
export class JsonParam {
  readonly value: unknown

  constructor(value: unknown) {
    this.value = value
  }
}

/** Binds a value to a `json` or `jsonb` parameter. A bigint inside keeps all its digits. */
export function json(value: unknown): JsonParam {
  return new JsonParam(value)
}

/**
 * A piece of SQL with its parameters, created by {@link sql}. Fragments can be nested; their text comes only from the
 * source code of the program, never from a value.
 */
export class Sql {
  readonly #strings: readonly string[]
  readonly #values: readonly (Param | Sql)[]
  #text: string | undefined
  #params: Param[] | undefined

  constructor(strings: readonly string[], values: readonly (Param | Sql)[]) {
    this.#strings = strings
    this.#values = values
  }

  /** With `$1`, `$2`, … */
  get text(): string {
    if (this.#text === undefined) this.#flatten()
    return this.#text!
  }

  get values(): readonly Param[] {
    if (this.#params === undefined) this.#flatten()
    return this.#params!
  }

  #flatten(): void {
    const params: Param[] = []
    this.#text = this.#write(params)
    this.#params = params
  }

  #write(params: Param[]): string {
    let text = this.#strings[0] ?? ''
    for (let i = 0; i < this.#values.length; i++) {
      const value = this.#values[i]!
      if (value instanceof Sql) text += value.#write(params)
      else text += `$${params.push(value as Param)}`
      text += this.#strings[i + 1]
    }
    return text
  }
}

/** The tag `sql`: composes queries whose values are bound, never pasted. */
export interface SqlTag {
  /** Turns a template into a fragment: interpolated values become bind parameters, interpolated fragments are inserted. */
  (strings: TemplateStringsArray, ...values: (Param | Sql)[]): Sql
  /** A quoted identifier, qualified if several names are given: `sql.id('public', 'users')`. */
  id(...names: [string, ...string[]]): Sql
  /** Fragments joined by a separator, default `, `. Values are bound. */
  join(parts: readonly (Param | Sql)[], separator?: Sql): Sql
  /** Rows for VALUES: `insert into t (a, b) values ${sql.values([[1, 'x'], [2, 'y']])}`. */
  values(rows: readonly (readonly (Param | Sql)[])[]): Sql
  /** An empty fragment, for an omitted part. */
  readonly empty: Sql
}

const EMPTY = new Sql([''], [])
const COMMA = new Sql([', '], [])

const tag = (strings: TemplateStringsArray, ...values: (Param | Sql)[]): Sql => {
  // Only a real template has `raw`, which neither a string nor parsed JSON can have by accident.
  if (!Array.isArray(strings) || !Array.isArray(strings.raw) || !Object.isFrozen(strings)) {
    throw pgError('sql_not_tagged', { api: 'sql', got: typeof strings })
  }
  values.forEach(checkDefined)
  return new Sql(strings, values)
}

function id(...names: string[]): Sql {
  if (names.length === 0) throw pgError('sql_not_tagged', { api: 'sql.id', got: 'no name' })
  return new Sql([names.map(quoteIdentifier).join('.')], [])
}

/** Doubles quotes; rejects names that PostgreSQL could not distinguish from others. */
export function quoteIdentifier(name: string): string {
  const bytes = typeof name === 'string' ? Buffer.byteLength(name) : 0
  if (bytes === 0 || bytes > 63 || name.includes('\0')) {
    const got = typeof name === 'string' ? JSON.stringify(name) : String(name)
    throw pgError('parameter_invalid', { parameter: 'sql.id', reason: `${got} is no identifier of 1 to 63 bytes` })
  }
  return `"${name.replaceAll('"', '""')}"`
}

function join(parts: readonly (Param | Sql)[], separator: Sql = COMMA): Sql {
  if (!Array.isArray(parts)) throw pgError('sql_not_tagged', { api: 'sql.join', got: typeof parts })
  if (!(separator instanceof Sql)) throw pgError('sql_not_tagged', { api: 'sql.join', got: typeof separator })
  parts.forEach(checkDefined)
  const items = parts.flatMap((part, i) => (i === 0 ? [part] : [separator, part]))
  return new Sql(Array(items.length + 1).fill(''), items)
}

function values(rows: readonly (readonly (Param | Sql)[])[]): Sql {
  const width = rows[0]?.length ?? 0
  if (width === 0 || rows.some(row => row.length !== width)) {
    throw pgError('parameter_invalid', {
      parameter: 'sql.values',
      reason: 'rows must be of one and the same length above 0',
    })
  }
  return join(rows.map(row => new Sql(['(', ')'], [join(row)])))
}

function checkDefined(value: unknown, index: number): void {
  if (value === undefined) throw pgError('parameter_undefined', { parameter: `$${index + 1}` })
}

/** Composes a query whose values are bound, never pasted: `` sql`select * from users where id = ${id}` ``. */
export const sql: SqlTag = Object.assign(tag, { id, join, values, empty: EMPTY })
