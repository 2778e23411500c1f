import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import type { Diagnostic } from '@arlen/core'
import { invalidOption, type OptionTable, option, readOptions } from '@arlen/core/options'
import { STRICT, type Strictness, strictModes } from './compile/compile-template.ts'
import { FolderStore } from './render/folder-store.ts'
import { type ContextHelperTable, type HelperTable, helperFactory } from './render/helpers.ts'
import { printersFor } from './render/printers.ts'
import { type Registry, RegistryStore } from './render/registry-store.ts'
import { render } from './render/render.ts'
import type { Engine, RenderOptions } from './render/rendering.ts'
import { stream } from './render/stream.ts'
import type { TemplateStore } from './render/template-entry.ts'
import { contentTypeOf } from './template-name.ts'
import type { LocalsOf, NeedsNothing, TemplateName } from './types.ts'

/** Options of {@link createViews}. */
export interface ViewsOptions<Context = unknown> {
  /** The folder of templates, compiled as they are asked for. */
  dir?: string
  /** Instead of `dir`: the folder `buildViews()` wrote, or the `templates` of its registry. Nothing is compiled then. */
  compiled?: string | Registry
  /** Whether to look for changed templates at every rendering. Default: unless `NODE_ENV` is `production`. */
  reload?: boolean
  /** Functions that templates call by name. */
  helpers?: HelperTable
  /** Functions that need what a page is rendered for, such as the request: each is made from that. */
  contextHelpers?: ContextHelperTable<Context>
  /** The layout of HTML pages that name none. Default: none. */
  layout?: string | null
  /** Locals every page has. */
  locals?: object
  /** Default: missing locals are errors, null and undefined print nothing. */
  strict?: Strictness
  /** Told of each warning of a template when it is compiled. */
  onWarning?: (warning: Diagnostic) => void
}

const OPTIONS: OptionTable<ViewsOptions> = {
  dir: option.text,
  compiled: option.either(option.text, option.object),
  reload: option.boolean,
  helpers: option.recordOf(option.func),
  contextHelpers: option.recordOf(option.func),
  layout: option.either(option.text, option.null),
  locals: option.object,
  strict: STRICT,
  onWarning: option.func,
}

/** Locals, context and options of a rendering; locals may be left out where the template needs none. */
export type RenderArguments<Name, Context = unknown> =
  NeedsNothing<Name> extends true
    ? [locals?: LocalsOf<Name>, context?: Context, options?: RenderOptions]
    : [locals: LocalsOf<Name>, context?: Context, options?: RenderOptions]

/** A set of templates, opened by {@link createViews}. */
export interface Views<Context = unknown> {
  /** The page, at once where nothing in it is awaited. Errors carry the template's own lines. */
  render<Name extends TemplateName>(name: Name, ...rest: RenderArguments<Name, Context>): string | Promise<string>
  /**
   * The page in pieces: what it has printed is given at each `await flush()` in it, and the rest at its end. Whoever
   * stops reading stops the page.
   */
  stream<Name extends TemplateName>(name: Name, ...rest: RenderArguments<Name, Context>): AsyncIterable<string>
  /** The media type of what a template prints, by its name. */
  contentType(name: string): string
  /** Whether there is such a template. */
  has(name: string): boolean
  /** Loads every template now, so that what is wrong with one is known before it is needed; throws the first mistake. */
  load(): void
  /** The names of all templates, sorted. */
  names(): string[]
}

/**
 * Opens a set of templates.
 *
 * ```ts
 * const views = createViews({ dir: 'templates', layout: 'layouts/site', helpers: { formatPrice } })
 * views.render('products/show', { product })
 * ```
 *
 * @throws option_unknown, option_invalid, helper_name_invalid, helper_unknown
 */
export function createViews<Context = unknown>(given: ViewsOptions<Context>): Views<Context> {
  const options = readOptions('createViews()', given, OPTIONS)
  const helpersFor = helperFactory(options.helpers, options.contextHelpers)
  const engine: Engine = {
    store: openStore(options as ViewsOptions, helpersFor.names),
    printers: printersFor(strictModes(options.strict).values),
    layout: options.layout ?? null,
    locals: options.locals,
    helpersFor,
  }
  const { store } = engine
  return {
    render: (name, ...rest) => render(engine, name, ...(rest as [object?, unknown?, RenderOptions?])),
    stream: (name, ...rest) => stream(engine, name, ...(rest as [object?, unknown?, RenderOptions?])),
    contentType: contentTypeOf,
    has: name => store.names().includes(name),
    load: () => {
      for (const name of store.names()) store.get(name)
    },
    names: () => store.names(),
  }
}

function openStore(options: ViewsOptions, helperNames: ReadonlySet<string>): TemplateStore {
  if (options.compiled !== undefined) {
    const { compiled } = options
    return new RegistryStore(typeof compiled === 'string' ? loadRegistry(compiled) : compiled, helperNames)
  }
  if (options.dir === undefined) {
    throw invalidOption('createViews()', 'dir', 'must be given, or the option compiled')
  }
  const reload = options.reload ?? process.env.NODE_ENV !== 'production'
  return new FolderStore({
    dir: options.dir,
    reload,
    strict: options.strict,
    helperNames,
    onWarning: options.onWarning,
  })
}

function loadRegistry(dir: string): Registry {
  const require = createRequire(import.meta.url)
  return (require(join(resolve(dir), 'index.js')) as { templates: Registry }).templates
}
