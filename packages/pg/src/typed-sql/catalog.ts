import type { Pg } from '../pg.ts'
import type { TypeSettings } from '../wire/type-parsers.ts'
import { NEVER_NULL } from './nullability.ts'

interface TypeRow {
  oid: number
  name: string
  kind: string
  element: number
  base: number
  delimiter: string
  labels: string[] | null
}

/** What the database says of the types and columns that queries mention. */
export class Catalog {
  readonly #types = new Map<number, TypeRow>()
  readonly #notNull = new Set<string>()
  /** Names that functions of the application share with those of PostgreSQL that never give NULL. */
  readonly shadowed: Set<string> = new Set()
  readonly #settings: TypeSettings

  constructor(settings: TypeSettings) {
    this.#settings = settings
  }

  static async load(db: Pg, settings: TypeSettings): Promise<Catalog> {
    const catalog = new Catalog(settings)
    const types = await db.many<TypeRow>(
      `select t.oid, t.typname as name, t.typtype as kind, t.typelem as element, t.typbasetype as base, t.typdelim::text as delimiter,
         (select array_agg(e.enumlabel::text order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid) as labels
       from pg_type t`,
    )
    for (const type of types) catalog.#types.set(type.oid, type)
    const columns = await db.many<{ key: string }>(
      // A constraint that is NOT VALID holds for new rows only.
      `select attrelid || ' ' || attnum as key from pg_attribute where attnotnull and attnum > 0 and attrelid >= 16384
         and not exists (select from pg_constraint where conrelid = attrelid and contype = 'n' and conkey[1] = attnum and not convalidated)`,
    )
    for (const { key } of columns) catalog.#notNull.add(key)
    const functions = await db.many<{ name: string }>(
      `select distinct proname as name from pg_proc where pronamespace <> 'pg_catalog'::regnamespace and proname = any ($1)`,
      [NEVER_NULL],
    )
    for (const { name } of functions) catalog.shadowed.add(name)
    return catalog
  }

  /** Whether a column of a table can hold no NULL. */
  isNotNull(tableId: number, columnNumber: number): boolean {
    return this.#notNull.has(`${tableId} ${columnNumber}`)
  }

  /** How a value of a type comes out. */
  output(oid: number): string {
    const type = this.#resolve(oid)
    if (type?.labels) return type.labels.map(label => JSON.stringify(label)).join(' | ')
    if (type && isArray(type) && type.delimiter === ',') return `(${this.output(type.element)} | null)[]`
    return this.#outputs()[type?.name ?? ''] ?? 'string'
  }

  /** What a parameter of a type takes. */
  input(oid: number): string {
    const type = this.#resolve(oid)
    if (type?.labels) return type.labels.map(label => JSON.stringify(label)).join(' | ')
    if (type && isArray(type)) return `readonly (${this.input(type.element)} | null)[]`
    return INPUTS[type?.name ?? ''] ?? 'string'
  }

  /** A domain is what it is made of. */
  #resolve(oid: number): TypeRow | undefined {
    let type = this.#types.get(oid)
    while (type?.kind === 'd') type = this.#types.get(type.base)
    return type
  }

  #outputs(): Readonly<Record<string, string>> {
    const { int8 = 'bigint', timestamptz = 'date', json = 'parse' } = this.#settings
    return {
      ...OUTPUTS,
      int8,
      timestamptz: timestamptz === 'date' ? 'Date' : 'string',
      json: json === 'parse' ? 'unknown' : 'string',
      jsonb: json === 'parse' ? 'unknown' : 'string',
    }
  }
}

function isArray(type: TypeRow): boolean {
  return type.element !== 0 && type.name.startsWith('_')
}

const NUMBERS = { int2: 'number', int4: 'number', oid: 'number', float4: 'number', float8: 'number' }
const OUTPUTS: Readonly<Record<string, string>> = { ...NUMBERS, bool: 'boolean', bytea: 'Buffer' }
const INPUTS: Readonly<Record<string, string>> = {
  ...NUMBERS,
  int8: 'bigint | number',
  numeric: 'string | number | bigint',
  bool: 'boolean',
  bytea: 'Uint8Array',
  timestamptz: 'Date | string',
  timestamp: 'Date | string',
  date: 'Date | string',
  json: 'JsonParam | string',
  jsonb: 'JsonParam | string',
}
