import type { Pg } from '../pg.ts'
import type { TypeSettings } from '../wire/type-parsers.ts'

interface TypeRow {
  oid: number
  name: string
  kind: string
  element: number
  base: number
  delimiter: string
  labels: string[] | null
}

/** The TypeScript types for the types of a database. */
export class TypeNames {
  readonly #types: ReadonlyMap<number, TypeRow>
  readonly #settings: TypeSettings

  private constructor(types: ReadonlyMap<number, TypeRow>, settings: TypeSettings) {
    this.#types = types
    this.#settings = settings
  }

  static async load(db: Pg, settings: TypeSettings): Promise<TypeNames> {
    const types = await db.many<TypeRow>(
      `select t.oid, t.typname as name, t.typtype as kind, t.typelem as element, t.typbasetype as base, t.typdelim::text as delimiter,
         (select array_agg(e.enumlabel::text order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid) as labels
       from pg_type t`,
    )
    return new TypeNames(new Map(types.map(type => [type.oid, type])), settings)
  }

  /** The TypeScript type of a returned value. */
  output(oid: number): string {
    const type = this.#resolve(oid)
    if (type?.labels) return type.labels.map(label => JSON.stringify(label)).join(' | ')
    if (type && isArray(type) && type.delimiter === ',') return `(${this.output(type.element)} | null)[]`
    return this.#outputs()[type?.name ?? ''] ?? 'string'
  }

  /** The TypeScript type of a parameter. */
  input(oid: number): string {
    const type = this.#resolve(oid)
    if (type?.labels) return type.labels.map(label => JSON.stringify(label)).join(' | ')
    if (type && isArray(type)) return `readonly (${this.input(type.element)} | null)[]`
    return INPUTS[type?.name ?? ''] ?? 'string'
  }

  /** A domain is treated like its base type. */
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
