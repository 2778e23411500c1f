import type { StandardSchemaV1 } from '@standard-schema/spec'
import { toJsonSchema } from '@valibot/to-json-schema'
import type * as v from 'valibot'

type Json = Record<string, unknown>

/** What a Standard Schema that can describe itself has (Standard JSON Schema). */
interface Describing {
  jsonSchema?: Record<'input' | 'output', (options: { target: string }) => Json>
}

/**
 * A schema as JSON Schema 2020-12, the dialect of OpenAPI 3.1. Validators that cannot describe themselves, and parts
 * that JSON Schema has no words for, become the schema that takes anything.
 */
export function jsonSchema(schema: StandardSchemaV1, side: 'input' | 'output'): Json {
  const standard = schema['~standard'] as StandardSchemaV1['~standard'] & Describing
  const described = standard.jsonSchema
    ? standard.jsonSchema[side]({ target: 'draft-2020-12' })
    : standard.vendor === 'valibot'
      ? toJsonSchema(schema as unknown as v.GenericSchema, {
          errorMode: 'ignore',
          typeMode: side,
          target: 'draft-2020-12',
        })
      : {}
  const { $schema: _, ...rest } = described as Json
  return rest
}

/** The schemas of a document that others refer to. */
export class Definitions {
  readonly schemas: Record<string, Json>

  constructor(schemas: Readonly<Record<string, Json>>) {
    this.schemas = { ...schemas }
  }

  /** A schema with its own `$defs` moved here, for a reference in a document begins at the document's root. */
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
