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
