import { type Handler, type Logger, type Middleware, wrap } from '@arlen/core'
import type { Context } from '@arlen/http'
import { answerUnmatched, type Router } from '@arlen/router'
import type { SessionStore } from '@arlen/session'
import { BuiltInRoutes } from '../built-in/built-in-routes.ts'
import { addCspReportRoute } from '../built-in/csp-report-route.ts'
import type { Health } from '../built-in/health.ts'
import { addHealthRoutes } from '../built-in/health-routes.ts'
import { builtInMiddleware, csrfMiddleware } from '../built-in/middleware.ts'
import { staticFiles } from '../built-in/static-files.ts'
import type { Config } from '../config/config.ts'
import { isProduction } from '../config/load-config.ts'
import { addOpenApiRoutes } from '../openapi/document-routes.ts'
import { compileRoute, dispatcher } from '../routing/dispatch.ts'
import type { Routes } from '../routing/routes.ts'

/** The parts of an application's handler. */
export interface HandlerParts {
  readonly root: string
  readonly environment: string
  readonly config: Config
  /** Whether the stages of requests are measured. */
  readonly timings: boolean
  readonly log: Logger
  readonly health: Health
  readonly router: Router<Handler<Context>>
  /** Built-in routes are added here. */
  readonly routes: Routes
  /** The application's middleware, outermost first. */
  readonly middleware: readonly Middleware<Context>[]
  readonly notFound: Handler<Context> | undefined
  readonly sessions: SessionStore | undefined
}

/**
 * Combines an application into one handler: its own routes and the built-in ones, then static files, wrapped in the
 * configured middleware and its own. Nothing can be registered afterwards.
 */
export function compileHandler(parts: HandlerParts): Handler<Context> {
  const { root, environment, config, timings, log, router, notFound = nothingHere } = parts
  const isDevelopment = environment === 'development'
  const routes = new BuiltInRoutes(parts.routes, new Set(router.routes.map(route => route.path)))
  addHealthRoutes(routes, parts.health, config.health.trusted)
  addCspReportRoute(routes, config.security)
  addOpenApiRoutes(routes, { router, config, isDevelopment, log })
  const { checkResponses } = config
  const check = checkResponses === 'auto' ? !isProduction(environment) : checkResponses
  const csrf = csrfMiddleware(config)
  router.freeze(route => compileRoute(route, { checkResponses: check, timings, csrf }))
  const dispatch = dispatcher(router, staticFiles(root, config, isDevelopment)?.(notFound) ?? notFound)
  return wrap(dispatch, [...builtInMiddleware(config, root, parts.sessions), ...parts.middleware])
}

function nothingHere(c: Context): unknown {
  return answerUnmatched({ kind: 'miss' }, c)
}
