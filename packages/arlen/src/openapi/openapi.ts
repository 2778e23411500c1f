import type { Handler, SecurityScheme } from '@arlen/core'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import type { Context } from '@arlen/http'
import type { Route } from '@arlen/router'
import { ANY } from '@arlen/router'
import { Definitions } from './json-schema.ts'
import { operation } from './operation.ts'
import { documentPaths } from './path.ts'
import { PROBLEM_SCHEMA } from './problem-schema.ts'
import { securityRequirements } from './security.ts'
import { isOfApi } from './selection.ts'

type Json = Record<string, unknown>

/** What an OpenAPI document says about the application. */
export interface OpenApiInfo {
  title: string
  version: string
}

/** Options of {@link openApi}. */
export interface OpenApiOptions {
  /** The application has no pages: routes are included unless they say otherwise. Default false. */
  apiOnly?: boolean
  /** Whether the application has sessions, which guards accept too. Default: unless `apiOnly`. */
  sessions?: boolean
}

const OPTIONS: OptionTable<OpenApiOptions> = { apiOnly: option.boolean, sessions: option.boolean }

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']

/**
 * Describes the routes of an API as OpenAPI 3.1: paths, parameters, bodies, responses with their statuses, the security
 * schemes that their guards require, and the problem document for everything that fails. Pages are omitted; see the guide
 * on routes for how they are recognized, and for `openApi` of a route or group, which overrides that.
 */
export function openApi(
  routes: readonly Route<Handler<Context>>[],
  info: OpenApiInfo,
  options: OpenApiOptions = {},
): Json {
  const { apiOnly = false, sessions = !apiOnly } = readOptions('openApi()', options, OPTIONS)
  const paths: Record<string, Json> = {}
  const definitions = new Definitions({ Problem: PROBLEM_SCHEMA })
  const securitySchemes: Record<string, SecurityScheme> = {}
  const operationIds = new Set<string>()
  for (const route of routes) {
    if (isOfApi(route, apiOnly) !== true) continue
    const security = securityRequirements(route, securitySchemes, sessions)
    for (const path of documentPaths(route.pattern)) {
      paths[path.template] ??= {}
      for (const method of methodsOf(route)) {
        if (Object.hasOwn(paths[path.template]!, method)) continue
        const operationId = uniqueId(route.name, method, operationIds)
        paths[path.template]![method] = {
          ...(operationId && { operationId }),
          ...operation(route, method, path, definitions, security),
        }
      }
    }
  }
  const schemes = Object.keys(securitySchemes).length > 0 && { securitySchemes }
  return { openapi: '3.1.0', info, paths, components: { schemas: definitions.schemas, ...schemes } }
}

function methodsOf({ methods }: Route<Handler<Context>>): string[] {
  if (methods.includes(ANY)) return METHODS
  return methods.map(method => method.toLowerCase()).filter(method => METHODS.includes(method))
}

/** The name of the route, with a suffix if it has several methods or paths. */
function uniqueId(name: string | undefined, method: string, taken: Set<string>): string | undefined {
  if (name === undefined) return undefined
  let id = name
  for (let i = 1; taken.has(id); i++) id = i === 1 ? `${name}.${method}` : `${name}.${method}.${i}`
  taken.add(id)
  return id
}
