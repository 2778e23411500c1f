import type { Format, SafeString } from './render/escape.ts'

/**
 * The templates of the application, by name: `'users/show': typeof import('…').default`. The registry that `buildViews()`
 * writes fills it, and from then on names and locals are checked; while it is empty any name goes.
 */
// biome-ignore lint/suspicious/noEmptyInterface: filled by declaration merging
export interface Templates {}

/**
 * The helpers of the application, by name. Fill it once, beside the helpers:
 *
 * ```ts
 * declare module '@arlen/view' { interface Helpers extends HelperTypes<typeof helpers> {} }
 * ```
 */
// biome-ignore lint/suspicious/noEmptyInterface: filled by declaration merging
export interface Helpers {}

/** What nothing is known about and anything may be done with: the locals of a template that declares none. */
export type Untyped = ReturnType<typeof JSON.parse>

/** Helpers that nothing is known about. */
export type LooseHelpers = Readonly<Record<string, Untyped>>

/** The name of a template: any text as long as no registry is known. */
export type TemplateName = keyof Templates extends never ? string : keyof Templates & string

type Rendering = (locals: never, view: never) => unknown

/** The locals a template takes. */
export type LocalsOf<Name> = Name extends keyof Templates
  ? Templates[Name] extends Rendering
    ? Parameters<Templates[Name]>[0]
    : Untyped
  : Untyped

/** Whether a template can do without any locals. */
export type NeedsNothing<Name> = Record<never, never> extends LocalsOf<Name> ? true : false

/** The locals as arguments: they may be left out where the template needs none. */
export type LocalsArgument<Name> =
  NeedsNothing<Name> extends true ? [locals?: LocalsOf<Name>] : [locals: LocalsOf<Name>]

/** What including a template gives: a promise where the template awaits something. */
export type Included<Name> = [Name] extends [keyof Templates]
  ? Templates[Name] extends (...args: never) => Promise<string>
    ? Promise<SafeString>
    : SafeString
  : SafeString

/** What `<%= %>` takes. Dates and other objects are formatted first, so that their looks are somebody's decision. */
export type Printable = StrictPrintable | null | undefined

/** What `<%= %>` takes where null and undefined are errors. */
export type StrictPrintable = string | number | bigint | boolean | SafeString | URL | readonly Printable[]

/** What a block gives: the text it printed, safe already, or what its function returned. */
export type Block<Args extends readonly unknown[] = []> = (...args: Args) => Printable | Promise<Printable>

type Settled<Result, Value> = Result extends Promise<unknown> ? Promise<Value> : Value

/** What the code of a template can call. Strings that templates print themselves are safe; all others are escaped. */
export interface TemplateView {
  print(value: Printable): string
  printRaw(value: Printable): string
  safe(text: string): SafeString
  demand(locals: object, meta: TemplateMeta, local: string): void
  readonly helpers: keyof Helpers extends never ? LooseHelpers : Helpers

  /** A partial, rendered with its own locals and nothing else. */
  include<Name extends TemplateName>(name: Name, ...locals: LocalsArgument<Name>): Included<Name>
  /** A partial for each item of a collection; without `toLocals` the items are the locals. */
  includeEach<Name extends TemplateName, Item extends LocalsOf<Name>>(name: Name, items: Iterable<Item>): Included<Name>
  includeEach<Name extends TemplateName, Item>(
    name: Name,
    items: Iterable<Item>,
    toLocals: (item: Item, index: number) => LocalsOf<Name>,
  ): Included<Name>
  /** Wraps this template in another, which prints it where it says `content()` and sees its locals and these. */
  layout<Name extends TemplateName>(name: Name, locals?: Partial<LocalsOf<Name>>): void
  /** In a layout: what it wraps; with a name, what `contentFor()` collected, or else the fallback. */
  content(name?: string, fallback?: Block): SafeString
  /** Adds to the block of that name, for the layout to print. */
  contentFor<Result extends Printable | Promise<Printable>>(
    name: string,
    block: Result | (() => Result),
  ): Settled<Result, void>
  hasContent(name: string): boolean
  /** What the block prints, as a value. */
  capture<Result extends Printable | Promise<Printable>>(block: () => Result): Settled<Result, SafeString>
  /** A block to call as often as one likes: `const row = block((item: Item) => { %>…<% })`, then `<%= row(item) %>`. */
  block<Args extends readonly unknown[], Result extends Printable | Promise<Printable>>(
    body: (...args: Args) => Result,
  ): (...args: Args) => Settled<Result, SafeString>
  /** In a page that is streamed, sends what is printed so far. */
  flush(text: string): Promise<string>
  /** Text that is safe in the format of this template. Never what a user wrote. */
  raw(text: string): SafeString
  jsonScript(value: unknown): SafeString
}

/** {@link TemplateView} where null and undefined are not printable. */
export interface StrictTemplateView extends Omit<TemplateView, 'print' | 'printRaw'> {
  print(value: StrictPrintable): string
  printRaw(value: StrictPrintable): string
}

/** What a compiled template says of itself. */
export interface TemplateMeta {
  readonly name: string
  readonly format: Format
  /** Whether it gives a promise, because it awaits something or flushes. */
  readonly async: boolean
  /** The layout its header names; null where it declines the default one. */
  readonly layout?: string | null
  /** Whether it calls `layout()` or `flush()`, which concern this template and not the one that includes it. */
  readonly ownView: boolean
  /** The helpers it cannot do without, and where it calls them first. */
  readonly helpers: readonly (readonly [name: string, line: number, column: number])[]
}

/** A module as the compiler generates it. */
export interface TemplateModule {
  readonly default: (locals: never, view: never) => string | Promise<string>
  readonly __meta: TemplateMeta
}

/** The types that templates see of a table of helpers. */
export type HelperTypes<Table extends { helpers?: object; contextHelpers?: object }> = NonNullable<Table['helpers']> & {
  [Name in keyof Table['contextHelpers']]: Table['contextHelpers'][Name] extends (context: never) => infer Helper
    ? Helper
    : never
}
