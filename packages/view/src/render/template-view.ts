import { after } from '@arlen/core'
import { viewError } from '../errors.ts'
import type { TemplateMeta } from '../types.ts'
import { type Format, jsonScript, SafeString } from './escape.ts'
import type { Printers } from './printers.ts'
import { slotsFor } from './slots.ts'
import { checked, type Entry, renderEntry } from './template-entry.ts'

const NOTHING = new SafeString('')

/** What the functions of templates need from the page. */
export interface Page {
  readonly printers: Readonly<Record<Format, Printers>>
  readonly helpers: object
  /** What `contentFor()` collected. */
  readonly blocks: Map<string, SafeString[]>
  /** Whether the layout has been sent: then nothing can be added to its blocks. */
  readonly layoutSent: boolean
  lookup(name: string): Entry
  /** Enters a partial; `leave()` leaves it. */
  enter(name: string): void
  leave(): void
  /** Renders a partial in its own view and layout, if it has one. */
  partial(entry: Entry, locals: object, from: View, slots: object | undefined): string | Promise<string>
}

/** The functions that a template calls, and their state. Templates see it as `TemplateView`. */
export class View {
  readonly print: Printers['print']
  readonly printRaw: Printers['printRaw']
  readonly printIn: Printers['printIn']
  readonly format: Format
  readonly page: Page
  /** In a layout: what it wraps. */
  readonly inner: SafeString
  /** Gets what `flush()` sends; undefined if the page is not streamed. */
  sink: ((text: string) => Promise<void>) | undefined
  /** Its own blocks, if it is a partial with a layout; else it has those of the page. */
  ownBlocks: Map<string, SafeString[]> | undefined
  layoutName: string | undefined
  layoutLocals: object | undefined

  constructor(page: Page, format: Format, inner: SafeString = NOTHING) {
    const { print, printRaw, printIn } = page.printers[format]
    this.print = print
    this.printIn = printIn
    this.printRaw = printRaw
    this.format = format
    this.page = page
    this.inner = inner
    this.sink = undefined
    this.ownBlocks = undefined
    this.layoutName = undefined
    this.layoutLocals = undefined
  }

  get blocks(): Map<string, SafeString[]> {
    return this.ownBlocks ?? this.page.blocks
  }

  get helpers(): object {
    return this.page.helpers
  }

  safe(text: string): SafeString {
    return new SafeString(text, this.format)
  }

  raw(text: string): SafeString {
    return new SafeString(text, this.format)
  }

  jsonScript(value: unknown): SafeString {
    return jsonScript(value)
  }

  /** Throws if a local is missing. Called where the template first uses it, so that the stack trace shows that line. */
  demand(locals: object, meta: TemplateMeta, local: string): void {
    if (!(local in Object(locals))) throw viewError('local_missing', { name: meta.name, local: `$${local}` })
  }

  include(name: string, locals: object = {}, slots?: unknown): unknown {
    const entry = this.page.lookup(name)
    const text = this.#partial(
      entry,
      locals,
      slotsFor(entry, slots, block => this.block(block)),
    )
    return typeof text === 'string' ? new SafeString(text, entry.format) : text.then(asSafe(entry.format))
  }

  includeEach(name: string, items: Iterable<unknown>, toLocals?: (item: unknown, index: number) => object): unknown {
    const entry = this.page.lookup(name)
    const slots = slotsFor(entry)
    let text: string | Promise<string> = ''
    let index = 0
    for (const item of items) {
      const locals = toLocals ? toLocals(item, index) : (item as object)
      index += 1
      // One after the other even if they wait, so that a long list does not start everything at once.
      const next = (): string | Promise<string> => this.#partial(entry, locals, slots)
      text = typeof text === 'string' ? join(text, next()) : text.then(async before => before + (await next()))
    }
    return typeof text === 'string' ? new SafeString(text, entry.format) : text.then(asSafe(entry.format))
  }

  #partial(entry: Entry, locals: object, slots: object | undefined): string | Promise<string> {
    const { page } = this
    page.enter(entry.name)
    // A partial without its own layout has no state of its own, so it can share this view.
    const shares = !entry.meta.ownView && entry.format === this.format
    const text = shares
      ? checked(entry, renderEntry(entry, locals, this, slots))
      : page.partial(entry, locals, this, slots)
    page.leave()
    return text
  }

  layout(name: string, locals?: object): void {
    this.layoutName = name
    this.layoutLocals = locals
  }

  content(name?: string, fallback?: () => unknown): unknown {
    if (name === undefined) return this.inner
    const block = this.blocks.get(name)
    if (block === undefined && fallback) return this.capture(fallback)
    return this.safe(this.print(block ?? []))
  }

  contentFor(name: string, block: unknown): unknown {
    const { page } = this
    return after(typeof block === 'function' ? block() : block, value => {
      if (page.layoutSent && !this.ownBlocks) throw viewError('content_late', { name })
      addTo(this.blocks, name, [this.safe(this.print(value))])
    })
  }

  hasContent(name: string): boolean {
    return this.blocks.has(name)
  }

  capture(block: () => unknown): unknown {
    return after(block(), value => this.safe(this.print(value)))
  }

  block(body: (...args: unknown[]) => unknown): (...args: unknown[]) => unknown {
    return (...args) => this.capture(() => body(...args))
  }

  async flush(text: string): Promise<string> {
    if (!this.sink) return text
    await this.sink(text)
    return ''
  }
}

/** Adds to a named block. */
export function addTo(blocks: Map<string, SafeString[]>, name: string, texts: readonly SafeString[]): void {
  const block = blocks.get(name)
  if (block) block.push(...texts)
  else blocks.set(name, [...texts])
}

function asSafe(format: Format): (text: string) => SafeString {
  return text => new SafeString(text, format)
}

function join(before: string, text: string | Promise<string>): string | Promise<string> {
  return typeof text === 'string' ? before + text : text.then(later => before + later)
}
