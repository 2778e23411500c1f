import type { LoggerOption } from '@arlen/core'
import { type OptionTable, option } from '@arlen/core/options'
import type { ContextConstructor, JsonOptions } from '@arlen/http'
import type { RouterOptions } from '@arlen/router'
import type { TemplateOptions } from '../built-in/templates.ts'
import type { ConfigInput } from '../config/config.ts'

/** Options of `createApp()`. The configuration files and the environment are read in addition. */
export interface AppOptions {
  /** The application's folder, where `config/`, `templates/` and `public/` are. Default: that of the calling module. */
  root?: string
  /** Default: `ARLEN_ENV`, `NODE_ENV` or `development`. */
  environment?: string
  /** Overrides the files in `config/`, and is overridden by the environment. */
  config?: ConfigInput
  /** A pino logger or compatible, `console`, or false for silence. Default: created from the configuration. */
  log?: LoggerOption | undefined
  /** What templates can call and use. */
  templates?: TemplateOptions
  /** How to handle missing and superfluous slashes. */
  slashes?: Pick<RouterOptions, 'trailingSlash' | 'duplicateSlashes'>
  /** The Context class for handlers, for your own members: it extends the Context of @arlen/http. */
  context?: ContextConstructor
  /** Lets `?_method=` turn a POST into PUT, PATCH or DELETE, as forms need. Default false. */
  methodOverride?: boolean
  /** How JSON responses are encoded: `{ bigint: 'string' }` for BigInts, such as a `count(*)` of PostgreSQL. */
  json?: JsonOptions
}

/** The rule for each of {@link AppOptions}. */
export const APP_OPTIONS: OptionTable<AppOptions> = {
  root: option.string,
  environment: option.text,
  config: option.object,
  log: option.any,
  templates: option.nested<TemplateOptions>({
    helpers: option.recordOf(option.func),
    contextHelpers: option.recordOf(option.func),
    locals: option.object,
  }),
  slashes: option.nested<NonNullable<AppOptions['slashes']>>({
    trailingSlash: option.any,
    duplicateSlashes: option.any,
  }),
  context: option.any,
  methodOverride: option.boolean,
  json: option.nested<JsonOptions>({ bigint: option.any }),
}
