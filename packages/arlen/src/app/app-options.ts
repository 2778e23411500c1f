import type { LoggerOption } from '@arlen/core'
import { type OptionTable, option } from '@arlen/core/options'
import type { ContextConstructor, JsonOptions } from '@arlen/http'
import type { RouterOptions } from '@arlen/router'
import type { TemplateOptions } from '../built-in/templates.ts'
import type { ConfigInput } from '../config/config.ts'

/** Options of `createApp()`. The configuration files and the environment are read besides. */
export interface AppOptions {
  /** The application's folder, where `config/`, `templates/` and `public/` are. Default: that of the calling module. */
  root?: string
  /** Default: `ARLEN_ENV`, `NODE_ENV` or `development`. */
  environment?: string
  /** Stronger than the files of `config/`, weaker than the environment. */
  config?: ConfigInput
  /** A pino logger or one like it, `console`, or false for silence. Default: made from the configuration. */
  log?: LoggerOption | undefined
  /** What templates can call and see. */
  templates?: TemplateOptions
  /** What to make of slashes too many or too few. */
  slashes?: Pick<RouterOptions, 'trailingSlash' | 'duplicateSlashes'>
  /** The class of the contexts that handlers get, for members of your own: one that extends the Context of @arlen/http. */
  context?: ContextConstructor
  /** Lets a POST stand for PUT, PATCH or DELETE by `?_method=`, as forms need. Default false. */
  methodOverride?: boolean
  /** How JSON responses are written: `{ bigint: 'string' }` for BigInts, such as a `count(*)` of PostgreSQL. */
  json?: JsonOptions
}

/** What each of {@link AppOptions} takes. */
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
