import type { Handler } from '@arlen/core'
import type { Context } from '@arlen/http'
import type { Route } from '@arlen/router'
import { ANY } from '@arlen/router'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { textOf } from './coercion.ts'
import { Definitions, jsonSchema } from './json-schema.ts'
import { PROBLEM_SCHEMA } from './problem-schema.ts'
import { type ResponseSchemas, schemaFor } from './response-check.ts'
import { factsOf } from './routes.ts'

type Json = Record<string, unknown>

export interface OpenApiInfo {
  title: string
  version: string
}

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']

/**
 * Describes routes as OpenAPI 3.1: paths, parameters, bodies and answers from their schemas, the problem document for
 * everything that fails. Routes that carry no schema and no `response` are left out: they are pages.
 */
export function openApi(routes: readonly Route<Handler<Context>>[], info: OpenApiInfo): Json {
  const paths: Record<string, Json> = {}
  const definitions = new Definitions({ Problem: PROBLEM_SCHEMA })
  for (const route of routes) {
    const { schemas, response } = factsOf(route)
    if (!response && Object.values(schemas).every(schema => schema === undefined)) continue
    const path = templateOf(route)
    paths[path] ??= {}
    const methods = route.methods.includes(ANY) ? METHODS : route.methods.map(method => method.toLowerCase())
    for (const method of methods.filter(name => METHODS.includes(name)))
      paths[path][method] ??= operation(route, definitions)
  }
  return {
    openapi: '3.1.0',
    info,
    paths,
    components: { schemas: definitions.schemas },
  }
}

function operation(route: Route<Handler<Context>>, definitions: Definitions): Json {
  const { schemas, response, summary, description, tags } = factsOf(route)
  const names = parameterNames(route)
  const path = properties(schemas.params, definitions)
  return {
    ...(route.name && { operationId: route.name }),
    ...(summary && { summary }),
    ...(description && { description }),
    ...(tags.length > 0 && { tags }),
    parameters: [
      ...names.map(name => ({ name, in: 'path', required: true, schema: path[name]?.schema ?? { type: 'string' } })),
      ...parametersOf('query', schemas.query, definitions),
      ...parametersOf('header', schemas.headers, definitions),
    ],
    ...(schemas.body && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: definitions.hoist(jsonSchema(schemas.body, 'input')) } },
      },
    }),
    responses: responsesOf(response, definitions),
  }
}

function responsesOf(response: ResponseSchemas | undefined, definitions: Definitions): Json {
  const statuses = response && !('~standard' in response) ? Object.keys(response).map(Number) : [200]
  const answers = statuses.map(status => {
    const schema = response && schemaFor(response, status)
    const json = schema && definitions.hoist(jsonSchema(schema, 'output'))
    const content = json && { content: { 'application/json': { schema: json } } }
    return [String(status), { description: status < 400 ? 'Success' : 'Failure', ...content }] as const
  })
  const problem = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } }
  return { ...Object.fromEntries(answers), default: { description: 'A problem (RFC 9457)', content: problem } }
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

/** Of an object's schema; parameters are described by what their text means, and not as the text that it is. */
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

const PLACEHOLDER = /[:*]([A-Za-z_]\w*)(?:<[^>]*>)?\??/g

/** `/users/:id<int>` → `/users/{id}` */
function templateOf(route: { readonly path: string }): string {
  return route.path.replace(PLACEHOLDER, '{$1}')
}

function parameterNames(route: { readonly path: string }): string[] {
  return Array.from(route.path.matchAll(PLACEHOLDER), match => match[1]!)
}
