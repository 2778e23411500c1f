import { after, type Handler, type Middleware } from '@arlen/core'
import { suggest } from '@arlen/core/options'
import type { Context } from '@arlen/http'
import { answerUnmatched, type Route, type Router, wrapLayers } from '@arlen/router'
import { appError } from '../errors.ts'
import { checkResponses } from '../validation/response-check.ts'
import { compileValidation } from '../validation/validation.ts'
import { showValidationFailures } from '../validation/validation-failures.ts'
import { optionOf, schemasOf } from './route-options.ts'

/** The one function between the server and the routes: matches, then calls what was compiled at boot. */
export function dispatcher(router: Router<Handler<Context>>, notFound: Handler<Context>): Handler<Context> {
  return c => {
    const match = router.match(c.req.method, c.req.path, c.req)
    c.timings?.lap('route')
    if (match.kind === 'miss') return notFound(c)
    if (match.kind !== 'hit') return answerUnmatched(match, c)
    c.route = match.route
    c.params = match.params
    c.format = match.format
    return match.route.value(c)
  }
}

export interface CompileOptions {
  checkResponses: boolean
  timings: boolean
  csrf: Middleware<Context> | undefined
}

/**
 * A route's final handler: middleware and guards, group by group, then validation, then the handler itself. Unused features
 * cost nothing.
 */
export function compileRoute(route: Route<Handler<Context>>, options: CompileOptions): Handler<Context> {
  const schemas = schemasOf(route)
  const response = optionOf(route, 'response')
  const invalid = optionOf(route, 'invalid')
  refuseSchemas(route)
  const checks = response !== undefined && options.checkResponses
  const answered = checks ? checkResponses(response, route.toString(), route.value) : route.value
  const checked = options.timings ? timed(answered) : answered
  const handler = invalid ? showValidationFailures(checked, invalid) : checked
  const validate = compileValidation(schemas, invalid)
  const guarded = wrapLayers(route.layers, validate ? validate(handler) : handler)
  const protectedHandler = options.csrf && optionOf(route, 'csrfExempt') === undefined ? options.csrf(guarded) : guarded
  return limited(route, protectedHandler)
}

/** Invalid schemas and impossible parameters would make every request fail, so they are rejected at boot. */
function refuseSchemas(route: Route<Handler<Context>>): void {
  const schemas = schemasOf(route)
  const refuse = (part: string, problem: string) =>
    appError('schema_invalid', { route, part, problem, source: route.where }, { at: route.source })
  for (const [part, schema] of Object.entries(schemas)) {
    if (schema !== undefined && typeof schema?.['~standard']?.validate !== 'function') {
      throw refuse(part, 'is not a Standard Schema. In valibot, it would be v.object({ … }).')
    }
  }
  const { entries = {} } = (schemas.params ?? {}) as { entries?: Record<string, { type?: string }> }
  for (const [name, { type }] of Object.entries(entries)) {
    if (route.paramNames.includes(name) || /^(exact_)?optional$|^nullish$/.test(type ?? '')) continue
    const near = suggest(name, route.paramNames)
    throw refuse('params', `asks for ${name}, which the path does not have.${near ? ` Did you mean ${near}?` : ''}`)
  }
}

/** Outside of everything else, for code that reads the body. */
function limited(route: Route<Handler<Context>>, handler: Handler<Context>): Handler<Context> {
  const bytes = limitOf(route, 'maxBodyBytes')
  const values = limitOf(route, 'maxJsonValues')
  if (bytes === undefined && values === undefined) return handler
  return c => {
    if (bytes !== undefined) c.req.maxBodyBytes = bytes
    if (values !== undefined) c.req.maxJsonValues = values
    return handler(c)
  }
}

function limitOf(route: Route<Handler<Context>>, name: 'maxBodyBytes' | 'maxJsonValues'): number | undefined {
  const limit: unknown = optionOf(route, name)
  if (limit === undefined || (typeof limit === 'number' && limit >= 0)) return limit
  const what = name === 'maxBodyBytes' ? 'bytes' : 'values'
  const values = { route, name, actual: String(limit), what, source: route.where }
  throw appError('body_limit_invalid', values, { at: route.source })
}

/** Time before the handler is the middleware's; what follows it is timed separately. */
function timed(handler: Handler<Context>): Handler<Context> {
  return c => {
    const { timings } = c
    if (timings === undefined) return handler(c)
    timings.lap('middleware')
    return after(handler(c), answer => {
      timings.lap('controller')
      return answer
    })
  }
}
