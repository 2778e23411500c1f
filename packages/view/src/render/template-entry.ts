import { channel } from 'node:diagnostics_channel'
import type { SourceMap } from '../compile/source-map.ts'
import { viewError } from '../errors.ts'
import type { TemplateMeta, TemplateModule } from '../types.ts'
import type { Format } from './escape.ts'

/** Where a loaded template comes from, for error reports. */
export interface Origin {
  /** The URL of its module, as in stack traces. */
  readonly url: string
  /** The path of the template. */
  readonly path: string
  /** Undefined if only the module was kept. */
  map(): SourceMap | undefined
}

/** A template that is ready to render. */
export interface Entry {
  readonly name: string
  readonly format: Format
  readonly meta: TemplateMeta
  /** @param view - the functions that the template calls, see `TemplateView` */
  readonly render: (locals: object, view: object, slots: object | undefined) => string | Promise<string>
  readonly origin: Origin
}

/** Where templates come from: a folder, or a registry of compiled ones. */
export interface TemplateStore {
  /** @throws template_missing, or an error about the template */
  get(name: string): Entry
  /** Whether entries may change. */
  readonly changes: boolean
  /** Loads every template, and throws the first mistake within or between them. @param layout - the default layout */
  load(layout: string | null): void
  names(): string[]
  /** The templates that are loaded. */
  entries(): Iterable<Entry>
}

export function toEntry(module: TemplateModule, origin: Origin): Entry {
  const meta = module.__meta
  return { name: meta.name, format: meta.format, meta, render: module.default as Entry['render'], origin }
}

/** Published on `arlen:view:render` when the rendering of a template, partial or layout begins. */
export interface RenderEvent {
  /** The name of the template. */
  template: string
  locals: object
}

const renderChannel = channel('arlen:view:render')

/** Renders one template, and notifies subscribers. @param view - the functions that the template calls */
export function renderEntry(entry: Entry, locals: object, view: object, slots?: object): string | Promise<string> {
  if (renderChannel.hasSubscribers) renderChannel.publish({ template: entry.name, locals } satisfies RenderEvent)
  return entry.render(locals, view, slots)
}

/** Checks that a template printed something: if the result is not a string, its code returned early. */
export function checked(entry: Entry, body: string | Promise<string>): string | Promise<string> {
  if (typeof body === 'string') return body
  if (!entry.meta.async) return refuseReturn(entry)
  return body.then(text => (typeof text === 'string' ? text : refuseReturn(entry)))
}

function refuseReturn(entry: Entry): never {
  throw viewError('template_invalid', { name: entry.name, reason: 'it returns before its end.' })
}
