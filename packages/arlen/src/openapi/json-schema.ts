import type { StandardSchemaV1 } from '@standard-schema/spec'
import { toJsonSchema } from '@valibot/to-json-schema'
import type * as v from 'valibot'

type Json = Record<string, unknown>

/** The member of a Standard Schema that can describe itself (Standard JSON Schema). */
interface Describing {
  jsonSchema?: Record<'input' | 'output', (options: { target: string }) => Json>
}

/**
 * Converts a schema to JSON Schema 2020-12, the dialect of OpenAPI 3.1. Validators that cannot describe themselves, and
 * parts that JSON Schema cannot express, become the schema that accepts anything.
 */
export function jsonSchema(schema: StandardSchemaV1, side: 'input' | 'output'): Json {
  const standard = schema['~standard'] as StandardSchemaV1['~standard'] & Describing
  const described = standard.jsonSchema
    ? standard.jsonSchema[side]({ target: 'draft-2020-12' })
    : standard.vendor === 'valibot'
      ? ofValibot(schema as unknown as v.GenericSchema, side)
      : {}
  const { $schema: _, ...rest } = described as Json
  return rest
}

function ofValibot(schema: v.GenericSchema, side: 'input' | 'output'): Json {
  const items = side === 'input' ? boundedItems(schema) : new Map<object, v.GenericSchema>()
  return toJsonSchema(schema, {
    errorMode: 'ignore',
    typeMode: side,
    target: 'draft-2020-12',
    overrideSchema({ valibotSchema }) {
      if (valibotSchema.type === 'file' || valibotSchema.type === 'blob') return { type: 'string', format: 'binary' }
      const item = items.get(valibotSchema)
      if (item === undefined) return undefined
      const json = jsonSchema(item as unknown as StandardSchemaV1, side)
      return '$defs' in json ? undefined : { type: 'array', items: json }
    },
  }) as Json
}

interface Inner {
  pipe?: readonly Inner[]
  entries?: Readonly<Record<string, Inner>>
  options?: readonly Inner[]
  kind?: string
  type?: string
  item?: Inner
  wrapped?: Inner
}

/**
 * Lists whose length is checked before their items: `v.pipe(v.array(v.unknown()), v.maxLength(50), v.array(Item))`. The
 * first list is converted, with the items of the last.
 */
function boundedItems(schema: Inner, found: Map<object, v.GenericSchema> = new Map()): Map<object, v.GenericSchema> {
  const { pipe = [], entries = {}, options = [], item, wrapped } = schema
  const [first, ...rest] = pipe
  if (first?.type === 'array' && rest.every(one => one.kind !== 'transformation')) {
    const list = rest.findLast(one => one.type === 'array')?.item
    if (list) found.set(first, list as unknown as v.GenericSchema)
  }
  // A pipe begins with its own schema, which contains the rest.
  const inside = [
    ...pipe.slice(1),
    ...Object.values(entries),
    ...(Array.isArray(options) ? options : []),
    item,
    wrapped,
  ]
  for (const one of inside) if (typeof one === 'object' && one !== null) boundedItems(one, found)
  return found
}

/** The schemas of a document that others refer to. */
export class Definitions {
  readonly schemas: Record<string, Json>

  constructor(schemas: Readonly<Record<string, Json>>) {
    this.schemas = { ...schemas }
  }

  /** Moves a schema's own `$defs` here, because references in a document start at the document's root. */
  hoist(json: Json): Json {
    const { $defs, ...schema } = json as Json & { $defs?: Record<string, Json> }
    if ($defs === undefined) return schema
    const names = new Map(Object.keys($defs).map((key, i) => [key, `Schema${Object.keys(this.schemas).length + i}`]))
    const renamed = (one: Json): Json =>
      JSON.parse(JSON.stringify(one), (key, value) => {
        const name = key === '$ref' && names.get(String(value).replace('#/$defs/', ''))
        return name ? `#/components/schemas/${name}` : value
      })
    for (const [key, one] of Object.entries($defs)) this.schemas[names.get(key)!] = renamed(one)
    return renamed(schema)
  }
}
