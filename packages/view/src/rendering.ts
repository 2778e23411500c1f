import { after } from '@arlen/core'
import { viewError } from './errors.ts'
import type { Entry, TemplateStore } from './template-entry.ts'
import { View } from './view.ts'

/** What every rendering of one set of templates has in common. */
export interface Engine {
  readonly store: TemplateStore
  readonly strictValues: boolean
  /** The layout of pages that name none. */
  readonly layout: string | null
  readonly locals: object | undefined
  helpersFor(context: unknown): object
}

export interface RenderOptions {
  /** The layout, whatever the template says; null for none. */
  layout?: string | null
}

const MOST_LAYOUTS = 32

/** One page on its way: what its templates, partials and layouts share. */
export class Rendering {
  readonly engine: Engine
  readonly context: unknown
  /** Set once the layout is on its way, when nothing can be added to its blocks any more. */
  layoutSent = false
  #blocks: Map<string, string> | undefined
  #helpers: object | undefined
  #entries: Map<string, Entry> | undefined

  constructor(engine: Engine, context: unknown) {
    this.engine = engine
    this.context = context
  }

  get blocks(): Map<string, string> {
    this.#blocks ??= new Map()
    return this.#blocks
  }

  get helpers(): object {
    this.#helpers ??= this.engine.helpersFor(this.context)
    return this.#helpers
  }

  /** Within one rendering a template stays what it is, and is looked at once. */
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

  page(name: string, locals: object, options?: RenderOptions): string | Promise<string> {
    const entry = this.lookup(name)
    const { engine } = this
    const all = engine.locals ? { ...engine.locals, ...locals } : locals
    const view = new View(this, entry.format)
    const layout = options?.layout === undefined ? this.#layoutOf(entry, view) : () => options.layout ?? undefined
    return after(entry.render(all, view), body => this.wrap(entry, view, body as string, all, layout)) as
      | string
      | Promise<string>
  }

  /** Which layout a page gets once it has run. */
  #layoutOf(entry: Entry, view: View): () => string | undefined {
    return () => chosenLayout(entry, view, entry.format === 'html' ? this.engine.layout : null)
  }

  wrap(
    entry: Entry,
    view: View,
    body: string,
    locals: object,
    choose: (() => string | undefined) | undefined,
    depth = 0,
  ): string | Promise<string> {
    if (typeof body !== 'string') {
      throw viewError('template_invalid', { name: entry.name, reason: 'it returns before its end.' })
    }
    const name = choose ? choose() : chosenLayout(entry, view, null)
    if (name === undefined) return body
    if (depth > MOST_LAYOUTS) throw viewError('include_loop', { chain: `${entry.name} → ${name}` })
    const layout = this.lookup(name)
    const layoutView = new View(this, layout.format, { inner: body })
    const all = view.layoutLocals ? { ...locals, ...view.layoutLocals } : locals
    return after(layout.render(all, layoutView), text =>
      this.wrap(layout, layoutView, text as string, all, undefined, depth + 1),
    ) as string | Promise<string>
  }
}

function chosenLayout(entry: Entry, view: View, otherwise: string | null): string | undefined {
  if (view.layoutName !== undefined) return view.layoutName
  return (entry.meta.layout === undefined ? otherwise : entry.meta.layout) ?? undefined
}
