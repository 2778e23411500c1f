import type { Handler } from '@arlen/core'
import { statusText } from '@arlen/core'
import type { Context } from '@arlen/http'
import type { Route } from '@arlen/router'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { optionOf, schemasOf } from '../routing/route-options.ts'
import { textOf } from '../validation/coercion.ts'
import type { ResponseSchemas } from '../validation/response-check.ts'
import { type Definitions, jsonSchema } from './json-schema.ts'
import { constraintSchema, type DocumentPath } from './path.ts'

type Json = Record<string, unknown>

/** One method of one path: an Operation Object (OpenAPI 3.1, section 4.8.10). */
export function operation(
  route: Route<Handler<Context>>,
  method: string,
  { names }: DocumentPath,
  definitions: Definitions,
  security: readonly object[] | undefined,
): Json {
  const { params, query, headers, body } = schemasOf(route)
  const [summary, description, tags = []] = [
    optionOf(route, 'summary'),
    optionOf(route, 'description'),
    optionOf(route, 'tags'),
  ]
  const path = properties(params, definitions)
  const schema = (name: string) => path[name]?.schema ?? constraintSchema(route.pattern, name)
  return {
    ...(summary && { summary }),
    ...(description && { description }),
    ...(tags.length > 0 && { tags }),
    parameters: [
      ...names.map(name => ({ name, in: 'path', required: true, schema: schema(name) })),
      ...parametersOf('query', query, definitions),
      ...parametersOf('header', headers, definitions),
    ],
    ...(body && { requestBody: requestBody(body, definitions) }),
    responses: responsesOf(route, method, definitions, security !== undefined),
    ...(security && { security }),
  }
}

/** A body with files can only be a form; any other is described as JSON, although a plain form is accepted too. */
function requestBody(schema: StandardSchemaV1, definitions: Definitions): Json {
  const json = definitions.hoist(jsonSchema(schema, 'input'))
  const type = JSON.stringify(json).includes('"format":"binary"') ? 'multipart/form-data' : 'application/json'
  return { required: true, content: { [type]: { schema: json } } }
}

/** The responses that the route declares, and the rejections that its parts can cause. */
function responsesOf(route: Route<Handler<Context>>, method: string, definitions: Definitions, secured: boolean): Json {
  const response = optionOf(route, 'response')
  const problem = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } }
  const rejection = (status: number) => [String(status), { description: statusText(status), content: problem }] as const
  const asked = Object.values(schemasOf(route)).some(schema => schema !== undefined)
  const refused = [...(secured ? [401, 403] : []), ...(asked ? [422] : [])]
  return {
    ...Object.fromEntries(refused.map(rejection)),
    ...declaredResponses(response, method, definitions),
    default: { description: 'A problem (RFC 9457)', content: problem },
  }
}

function declaredResponses(response: ResponseSchemas | undefined, method: string, definitions: Definitions): Json {
  const schemaOf = (schema: StandardSchemaV1 | null | undefined) => {
    if (!schema) return {}
    const json = definitions.hoist(jsonSchema(schema, 'output'))
    return { content: { 'application/json': { schema: json } } }
  }
  if (response === undefined || '~standard' in response) {
    // It applies to every success, and only for GET is it known which status that is.
    const status = method === 'get' || method === 'head' ? '200' : '2XX'
    return { [status]: { description: 'Success', ...schemaOf(response as StandardSchemaV1 | undefined) } }
  }
  return Object.fromEntries(
    Object.entries(response).map(([status, schema]) => [
      status,
      { description: statusText(Number(status)) ?? 'An answer', ...schemaOf(schema) },
    ]),
  )
}

function parametersOf(
  where: 'query' | 'header',
  schema: StandardSchemaV1 | undefined,
  definitions: Definitions,
): Json[] {
  return Object.entries(properties(schema, definitions)).map(([name, { schema: of, required }]) => ({
    name,
    in: where,
    ...(required && { required }),
    schema: of,
  }))
}

/** The parameters of an object's schema, described by what their text means rather than as text. */
function properties(
  schema: StandardSchemaV1 | undefined,
  definitions: Definitions,
): Record<string, { schema: Json; required: boolean }> {
  if (schema === undefined) return {}
  const json = definitions.hoist(jsonSchema(schema, 'input'))
  const required = new Set((json.required ?? []) as string[])
  const { entries = {} } = schema as { entries?: Record<string, object> }
  return Object.fromEntries(
    Object.entries((json.properties ?? {}) as Record<string, Json>).map(([name, of]) => {
      const text = entries[name] && textOf(entries[name])
      return [name, { schema: text ?? of, required: required.has(name) }]
    }),
  )
}
