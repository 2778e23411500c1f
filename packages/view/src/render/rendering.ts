import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { viewError } from '../errors.ts'
import { type Format, SafeString } from './escape.ts'
import type { Printers } from './printers.ts'
import { slotsFor } from './slots.ts'
import { checked, type Entry, renderEntry, type TemplateStore } from './template-entry.ts'
import { addTo, type Page, View } from './template-view.ts'

/** What all renderings of a set of templates share. */
export interface Engine {
  readonly store: TemplateStore
  readonly printers: Readonly<Record<Format, Printers>>
  /** The default layout of HTML pages. */
  readonly layout: string | null
  readonly locals: object | undefined
  helpersFor(context: unknown): object
}

/** Options of one rendering. */
export interface RenderOptions {
  /** Overrides the template's layout; null for none. */
  layout?: string | null
}

/** Called with what a streamed page has printed so far, and a function that wraps a body in the page's layout. */
export type Send = (text: string, wrap: (body: string) => string | Promise<string>) => Promise<void>

const OPTIONS: OptionTable<RenderOptions> = { layout: option.either(option.text, option.null) }

const MOST_LAYOUTS = 32
const MOST_INCLUDES = 500

/** The rendering of a page: what its templates, partials and layouts share. */
export class Rendering implements Page {
  readonly engine: Engine
  readonly context: unknown
  /** Whether the layout has been sent: then nothing can be added to its blocks. */
  layoutSent = false
  #depth = 0
  #blocks: Map<string, SafeString[]> | undefined
  #helpers: object | undefined
  #entries: Map<string, Entry> | undefined

  constructor(engine: Engine, context: unknown) {
    this.engine = engine
    this.context = context
  }

  get printers(): Engine['printers'] {
    return this.engine.printers
  }

  get blocks(): Map<string, SafeString[]> {
    this.#blocks ??= new Map()
    return this.#blocks
  }

  get helpers(): object {
    this.#helpers ??= this.engine.helpersFor(this.context)
    return this.#helpers
  }

  /** Within a rendering each template is looked up once and does not change. */
  lookup(name: string): Entry {
    const { store } = this.engine
    if (!store.changes) return store.get(name)
    this.#entries ??= new Map()
    const known = this.#entries.get(name)
    if (known) return known
    const entry = store.get(name)
    this.#entries.set(name, entry)
    return entry
  }

  /** The page in its layout or, if `send` was given pieces of it, the rest. */
  page(name: string, ownLocals: object, given?: RenderOptions, send?: Send): string | Promise<string> {
    const options = given && readOptions('render()', given, OPTIONS)
    const { engine } = this
    const entry = this.lookup(name)
    const view = new View(this, entry.format)
    const locals = engine.locals ? { ...engine.locals, ...ownLocals } : ownLocals
    const fallback = entry.format === 'html' ? engine.layout : null
    const wrap = (body: string) => {
      const layout = options?.layout === undefined ? layoutOf(entry, view, fallback) : options.layout
      return this.wrap(layout, view, body, locals)
    }
    if (send) view.sink = text => send(text, wrap)
    return afterBody(entry, renderEntry(entry, locals, view, slotsFor(entry)), body => {
      if (entry.format === 'json') checkJson(name, body)
      return this.layoutSent ? body : wrap(body)
    })
  }

  enter(name: string): void {
    this.#depth += 1
    if (this.#depth > MOST_INCLUDES) throw viewError('include_loop', { chain: `… → ${name} → …` })
  }

  leave(): void {
    this.#depth -= 1
  }

  partial(entry: Entry, locals: object, from: View, slots: object | undefined): string | Promise<string> {
    const view = new View(this, entry.format, from.inner)
    view.ownBlocks = new Map()
    return afterBody(entry, renderEntry(entry, locals, view, slots), body => {
      const layout = layoutOf(entry, view, null)
      // Without a layout of its own, its blocks are for the layout of the page, or of the surrounding partial.
      if (layout === null) for (const [name, texts] of view.blocks) addTo(from.blocks, name, texts)
      return this.wrap(layout, view, body, locals)
    })
  }

  /** Wraps a body in a layout, and the result in the layout's own layout. */
  wrap(name: string | null, view: View, body: string, locals: object, depth = 0): string | Promise<string> {
    if (name === null) return body
    const entry = this.lookup(name)
    if (depth === MOST_LAYOUTS) throw viewError('include_loop', { chain: `${name} → … → ${name}` })
    const layoutView = new View(this, entry.format, new SafeString(body, view.format))
    layoutView.ownBlocks = view.ownBlocks
    const all = view.layoutLocals ? { ...locals, ...view.layoutLocals } : locals
    return afterBody(entry, renderEntry(entry, all, layoutView, slotsFor(entry)), text =>
      this.wrap(layoutOf(entry, layoutView, null), layoutView, text, all, depth + 1),
    )
  }
}

/** Loops in a template may leave a trailing comma: then its output is not JSON. */
function checkJson(name: string, body: string): void {
  try {
    JSON.parse(body)
  } catch (cause) {
    throw viewError('json_invalid', { name, reason: (cause as Error).message }, { cause })
  }
}

function layoutOf(entry: Entry, view: View, fallback: string | null): string | null {
  return view.layoutName ?? (entry.meta.layout === undefined ? fallback : entry.meta.layout)
}

/** Continues with what a template printed, synchronously if it is a string. */
function afterBody(
  entry: Entry,
  body: string | Promise<string>,
  next: (body: string) => string | Promise<string>,
): string | Promise<string> {
  const text = checked(entry, body)
  return typeof text === 'string' ? next(text) : text.then(next)
}
