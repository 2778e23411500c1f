import type { Handler, Logger } from '@arlen/core'
import { HEALTH_PATHS } from '@arlen/core/health-paths'
import { type Context, type ContextConstructor, createServer, type HttpServer, type JsonOptions } from '@arlen/http'
import type { Templates } from '../built-in/templates.ts'
import type { Config } from '../config/config.ts'
import { httpLimits, proxyOptions } from '../config/http-options.ts'
import { answerErrors, type ErrorHandler, errorResponder } from '../errors/error-responder.ts'
import { logRequests } from '../logging/request-log.ts'
import { type ContextServices, contextClass } from './app-context.ts'

/** The parts of an application's server. */
export interface ServerParts {
  readonly environment: string
  readonly config: Config
  readonly timings: boolean | 'unsent'
  readonly log: Logger
  readonly json: JsonOptions | undefined
  readonly errorHandlers: readonly ErrorHandler[]
  readonly context: ContextConstructor
  readonly services: Omit<ContextServices, 'answerError' | 'templates'> & { readonly templates: Templates }
}

/** Creates the server of an application, with the limits and proxies of its configuration. */
export function createAppServer(handler: Handler<Context>, parts: ServerParts): HttpServer {
  const { config, timings, log, json, services } = parts
  const isDevelopment = parts.environment === 'development'
  const pages = services.templates
  const { apiOnly } = config
  const answerError = errorResponder({ apiOnly, development: isDevelopment, pages, routes: services.router.routes })
  return createServer(handler, {
    context: contextClass(parts.context, { ...services, answerError }),
    log,
    ...(json && { json }),
    timings,
    ...proxyOptions(config.http, isDevelopment),
    trustedOrigins: config.session.trustedOrigins,
    ...httpLimits(config.http),
    healthPaths: HEALTH_PATHS,
    onError: answerErrors(parts.errorHandlers, answerError),
    ...(config.log.requests && { onFinish: logRequests(log, config.performanceLogging) }),
  })
}
