export type { Handler, Middleware } from '@arlen/core'
export { ArlenError, after, HttpError, type Problem, type Provided, type Provides } from '@arlen/core'
export { type Context, localTarget } from '@arlen/http'
export { App, type AppOptions, createApp } from './app.ts'
export type { AppContext } from './app-context.ts'
export { BooleanParam, DateParam, IntegerParam, list, NumberParam, oneOf, orElse } from './coercion.ts'
export { type Config, type ConfigInput, configSchema, defineConfig } from './config.ts'
export { startEmbedded } from './database.ts'
export type { ErrorHandler, ErrorPageLocals } from './error-responder.ts'
export type { HealthCheck, HealthCheckOptions, HealthReport } from './health.ts'
export { environmentName, isProduction, type LoadConfigOptions, loadConfig } from './load-config.ts'
export { openApi } from './openapi.ts'
export { type Confinement, definePlugin, type Plugin, type PluginScope } from './plugin.ts'
export { provide } from './provide.ts'
export type { ResponseSchemas } from './response-check.ts'
export type { RouteContext, RouteHandler } from './route-context.ts'
export {
  type AddRoute,
  type GroupOptions,
  type Guard,
  type Guards,
  type Middlewares,
  type RouteOptions,
  Routes,
} from './routes.ts'
export type { AppHelpers, TemplateOptions } from './templates.ts'
export type { RouteSchemas, Valid } from './validation.ts'
