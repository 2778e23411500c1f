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
  /** The template folder. Templates are compiled when they are first needed. */
  dir?: string
  /** Instead of `dir`: the folder that `buildViews()` wrote, or the `templates` of its registry. Nothing is compiled. */
  compiled?: string | Registry
  /** Whether to reload changed templates. Default: true unless `NODE_ENV` is `production`. */
  reload?: boolean
  /** Functions that templates call by name. */
  helpers?: HelperTable
  /** Helpers that need the context, such as the request: each is created from it. */
  contextHelpers?: ContextHelperTable<Context>
  /** The default layout of HTML pages. Default: none. */
  layout?: string | null
  /** Locals of every page. */
  locals?: object
  /** Default: missing locals are errors, null and undefined print nothing. */
  strict?: Strictness
  /** Called with each warning when a template is compiled. */
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

/** The arguments of `render()`: locals (optional if the template needs none), context, options. */
export type RenderArguments<Name, Context = unknown> =
  NeedsNothing<Name> extends true
    ? [locals?: LocalsOf<Name>, context?: Context, options?: RenderOptions]
    : [locals: LocalsOf<Name>, context?: Context, options?: RenderOptions]

/** A set of templates, opened by {@link createViews}. */
export interface Views<Context = unknown> {
  /** Renders a page, synchronously if nothing in it is awaited. Stack traces of errors name the lines of templates. */
  render<Name extends TemplateName>(name: Name, ...rest: RenderArguments<Name, Context>): string | Promise<string>
  /**
   * Renders a page in pieces: what is printed so far at each `await flush()`, then the rest. The page stops when the reader
   * does.
   */
  stream<Name extends TemplateName>(name: Name, ...rest: RenderArguments<Name, Context>): AsyncIterable<string>
  /** The media type of a template's output, from its name. */
  contentType(name: string): string
  /** Whether the template exists. */
  has(name: string): boolean
  /** Loads every template now, so that mistakes within and between them are found at the start. Throws the first one. */
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
    load: () => store.load(engine.layout),
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
