import type { Handler } from '@arlen/core'
import type { Context } from '@arlen/http'
import type { Route } from '@arlen/router'
import { ANY } from '@arlen/router'
import { jsonSchema } from './json-schema.ts'
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
  for (const route of routes) {
    const { schemas, response } = factsOf(route)
    if (!response && Object.values(schemas).every(schema => schema === undefined)) continue
    const path = templateOf(route)
    paths[path] ??= {}
    const methods = route.methods.includes(ANY) ? METHODS : route.methods.map(method => method.toLowerCase())
    for (const method of methods.filter(name => METHODS.includes(name))) paths[path][method] ??= operation(route)
  }
  return {
    openapi: '3.1.0',
    info,
    paths,
    components: { schemas: { Problem: PROBLEM_SCHEMA } },
  }
}

function operation(route: Route<Handler<Context>>): Json {
  const { schemas, response, summary, description, tags } = factsOf(route)
  const names = parameterNames(route)
  const path = properties(schemas.params && jsonSchema(schemas.params, 'input'))
  return {
    ...(route.name && { operationId: route.name }),
    ...(summary && { summary }),
    ...(description && { description }),
    ...(tags.length > 0 && { tags }),
    parameters: [
      ...names.map(name => ({ name, in: 'path', required: true, schema: path[name]?.schema ?? { type: 'string' } })),
      ...parametersOf('query', schemas.query && jsonSchema(schemas.query, 'input')),
      ...parametersOf('header', schemas.headers && jsonSchema(schemas.headers, 'input')),
    ],
    ...(schemas.body && {
      requestBody: { required: true, content: { 'application/json': { schema: jsonSchema(schemas.body, 'input') } } },
    }),
    responses: responsesOf(response),
  }
}

function responsesOf(response: ResponseSchemas | undefined): Json {
  const statuses = response && !('~standard' in response) ? Object.keys(response).map(Number) : [200]
  const answers = statuses.map(status => {
    const schema = response && schemaFor(response, status)
    const content = schema && { content: { 'application/json': { schema: jsonSchema(schema, 'output') } } }
    return [String(status), { description: status < 400 ? 'Success' : 'Failure', ...content }] as const
  })
  const problem = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } }
  return { ...Object.fromEntries(answers), default: { description: 'A problem (RFC 9457)', content: problem } }
}

function parametersOf(where: 'query' | 'header', schema: Json | undefined): Json[] {
  return Object.entries(properties(schema)).map(([name, { schema: of, required }]) => ({
    name,
    in: where,
    ...(required && { required }),
    schema: of,
  }))
}

function properties(schema: Json | undefined): Record<string, { schema: Json; required: boolean }> {
  const required = new Set((schema?.required ?? []) as string[])
  const entries = Object.entries((schema?.properties ?? {}) as Record<string, Json>)
  return Object.fromEntries(entries.map(([name, of]) => [name, { schema: of, required: required.has(name) }]))
}

const PLACEHOLDER = /[:*]([A-Za-z_]\w*)(?:<[^>]*>)?\??/g

/** `/users/:id<int>` → `/users/{id}` */
function templateOf(route: { readonly path: string }): string {
  return route.path.replace(PLACEHOLDER, '{$1}')
}

function parameterNames(route: { readonly path: string }): string[] {
  return Array.from(route.path.matchAll(PLACEHOLDER), match => match[1]!)
}
