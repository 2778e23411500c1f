import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from '@arlen/core'
import type { Context } from '@arlen/http'
import { mailHelpers } from '@arlen/mail'
import {
  assetUrls,
  attributes,
  type ContextHelperTable,
  createViews,
  type Form,
  form,
  raw,
  type SafeString,
  type TemplateName,
  type Views,
} from '@arlen/view'
import type { AppContext } from '../app/app-context.ts'
import type { Config } from '../config/config.ts'
import { reads } from '../config/reads.ts'
import { appError } from '../errors.ts'
import { EMPTY_FORM } from '../validation/form.ts'
import { forRequestsOnly } from './mail.ts'

/** What the templates of an application can use in addition to the built-in helpers. */
export interface TemplateOptions {
  /** Functions that templates call by name. */
  helpers?: Readonly<Record<string, (...args: never[]) => unknown>>
  /** Functions of the request's context; each returns the helper of that name. */
  contextHelpers?: Readonly<Record<string, (c: Context) => (...args: never[]) => unknown>>
  /** Locals of every page. */
  locals?: object
}

/**
 * The types of everything that templates can call. An application with checked templates declares once, next to its own:
 *
 * ```ts
 * declare module '@arlen/view' { interface Helpers extends AppHelpers, HelperTypes<typeof templates> {} }
 * ```
 */
export interface AppHelpers {
  assetUrl: (path: string) => string
  attributes: typeof attributes
  cspNonce: () => string
  csrfField: () => SafeString
  csrfToken: () => string
  flash: <T = string>(key: string) => T | undefined
  /** The submitted form, if a route's `invalid` shows it again; otherwise one with these values, such as those of a row. */
  form: (values?: object) => Form
  /** In mail templates: sets the subject. */
  subject: (text: string) => void
  urlFor: AppContext['urlFor']
}

/** What every template can call about its request. */
const CONTEXT_HELPERS: ContextHelperTable<Context> = {
  csrfField: c => () => raw(c.csrfField()),
  csrfToken: c => () => c.csrfToken(),
  cspNonce: c => () => c.cspNonce,
  flash: c => (key: string) => c.flash(key),
  form: c => (values?: object) => (values && c.form === EMPTY_FORM ? form(values) : c.form),
}

/** What templates need from their application. */
export interface TemplateSource {
  readonly root: string
  readonly config: Pick<Config, 'apiOnly' | 'views' | 'static'>
  readonly urlFor: AppContext['urlFor']
  readonly log: Logger
  readonly isDevelopment: boolean
}

/** The templates of an application, opened when the first page is rendered. */
export class Templates {
  readonly #source: TemplateSource
  readonly #options: TemplateOptions
  #views: Views<Context> | undefined
  #names: ReadonlySet<string> | undefined

  constructor(source: TemplateSource, options: TemplateOptions) {
    this.#source = source
    this.#options = options
    const { root, config, isDevelopment } = source
    if (isDevelopment && !config.apiOnly) reads(join(root, config.views.dir), 'templates')
  }

  /** Loads every template, so that a mistake in one is found before the first request. */
  load(): void {
    const { root, config } = this.#source
    if (config.apiOnly || !existsSync(join(root, config.views.dir))) return
    this.#views ??= this.#open()
    this.#views.load()
  }

  /** The application's own page for a status: `errors/404`, else `errors/error`, else none. */
  errorPage(status: number): string | undefined {
    const { root, config } = this.#source
    if (config.apiOnly || (this.#views === undefined && !existsSync(join(root, config.views.dir)))) return undefined
    this.#views ??= this.#open()
    // The folder is read once, except while templates are being edited.
    if (this.#names === undefined || this.#source.isDevelopment) this.#names = new Set(this.#views.names())
    const names = this.#names
    return [`errors/${status}`, 'errors/error'].find(name => names.has(name))
  }

  contentType(name: string): string {
    this.#views ??= this.#open()
    return this.#views.contentType(name as TemplateName)
  }

  render(name: string, locals: object, c: Context): string | Promise<string> {
    this.#views ??= this.#open()
    return this.#views.render(name as TemplateName, locals, c)
  }

  /** Opens the templates for mail, whose context is a draft instead of a request. */
  openForMail(layout: string): Views<unknown> {
    return openViews(this.#source, this.#options, layout) as Views<unknown>
  }

  #open(): Views<Context> {
    const { root, config } = this.#source
    const dir = join(root, config.views.dir)
    if (config.apiOnly || !existsSync(dir)) throw appError('views_not_configured', { dir })
    return openViews(this.#source, this.#options, config.views.layout)
  }
}

function openViews(source: TemplateSource, options: TemplateOptions, layout: string): Views<Context> {
  const { root, config, urlFor, log, isDevelopment } = source
  const contextual = Object.entries({ ...CONTEXT_HELPERS, ...options.contextHelpers })
  const dir = join(root, config.views.dir)
  // A release contains compiled templates with their registry.
  const isCompiled = !isDevelopment && existsSync(join(dir, 'index.js'))
  return createViews<Context>({
    ...(isCompiled ? { compiled: dir } : { dir, reload: isDevelopment }),
    ...(layout && { layout }),
    helpers: {
      urlFor: urlFor as never,
      assetUrl: assetUrls({ dir: join(root, config.static.dir), base: config.static.prefix, reload: isDevelopment }),
      attributes: attributes as never,
      ...options.helpers,
    },
    onWarning: warning => log.warn({ ...warning }, 'template warning'),
    contextHelpers: {
      ...Object.fromEntries(contextual.map(([name, make]) => [name, forRequestsOnly(name, make)])),
      ...mailHelpers,
    },
    ...(options.locals && { locals: options.locals }),
  })
}
