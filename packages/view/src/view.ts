import { after } from '@arlen/core'
import { viewError } from './errors.ts'
import { type Format, jsonScript, SafeString } from './escape.ts'
import type { Printers } from './printers.ts'
import type { Rendering } from './rendering.ts'
import { sourceOf } from './template-entry.ts'
import { TemplateError } from './template-error.ts'
import type { TemplateMeta } from './types.ts'

/** The functions a template calls, and what they leave behind. `TemplateView` is its type as templates see it. */
export class View {
  readonly print: Printers['print']
  readonly printRaw: Printers['printRaw']
  readonly format: Format
  readonly rendering: Rendering
  /** In a layout: what it wraps. */
  readonly inner: string
  /** Takes what `flush()` sends; without it the page is sent as a whole. */
  sink: ((text: string) => Promise<void>) | undefined
  layoutName: string | undefined
  layoutLocals: object | undefined

  constructor(rendering: Rendering, format: Format, inner = '') {
    const { print, printRaw } = rendering.engine.printers[format]
    this.print = print
    this.printRaw = printRaw
    this.format = format
    this.rendering = rendering
    this.inner = inner
    this.sink = undefined
    this.layoutName = undefined
    this.layoutLocals = undefined
  }

  get helpers(): object {
    return this.rendering.helpers
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

  demand(locals: object, meta: TemplateMeta, local: string, line: number, column: number): void {
    if (local in locals) return
    const { origin } = this.rendering.lookup(meta.name)
    const reason = viewError('local_missing', { name: meta.name, local: `$${local}` }).message
    throw new TemplateError('local_missing', reason, sourceOf(origin), { line, column })
  }

  include(name: string, locals: object = {}): unknown {
    const { rendering } = this
    const entry = rendering.lookup(name)
    rendering.enter(name)
    // A partial without a layout of its own keeps nothing in its view, and so does with this one.
    const shares = !entry.meta.ownView && entry.format === this.format
    const text = shares ? entry.render(locals, this) : rendering.part(entry, locals, this.inner)
    rendering.depth -= 1
    return after(text, body => new SafeString(body as string, entry.format))
  }

  includeEach(name: string, items: Iterable<unknown>, toLocals?: (item: unknown, index: number) => object): unknown {
    let text: unknown = ''
    let index = 0
    for (const item of items) {
      const locals = toLocals ? toLocals(item, index) : (item as object)
      index += 1
      text = after(text, before => after(this.include(name, locals), part => (before as string) + this.print(part)))
    }
    return after(text, whole => this.safe(whole as string))
  }

  layout(name: string, locals?: object): void {
    this.layoutName = name
    this.layoutLocals = locals
  }

  content(name?: string, fallback?: () => unknown): unknown {
    if (name === undefined) return this.safe(this.inner)
    const block = this.rendering.blocks.get(name)
    if (block === undefined && fallback) return this.capture(fallback)
    return this.safe(block ?? '')
  }

  contentFor(name: string, block: unknown): unknown {
    const { rendering } = this
    return after(typeof block === 'function' ? block() : block, value => {
      if (rendering.layoutSent) throw viewError('content_late', { name })
      rendering.blocks.set(name, (rendering.blocks.get(name) ?? '') + this.print(value))
    })
  }

  hasContent(name: string): boolean {
    return this.rendering.blocks.has(name)
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
