import type { OutputContext } from './parse/output-context.ts'
import type { Format, SafeString } from './render/escape.ts'

/**
 * The templates of the application, by name: `'users/show': typeof import('…').default`. The registry that `buildViews()`
 * writes adds them, and names and locals are checked. While it is empty, any name is allowed.
 */
// biome-ignore lint/suspicious/noEmptyInterface: filled by declaration merging
export interface Templates {}

/**
 * The helpers of the application, by name. Declare them once, next to the helpers:
 *
 * ```ts
 * declare module '@arlen/view' { interface Helpers extends HelperTypes<typeof helpers> {} }
 * ```
 */
// biome-ignore lint/suspicious/noEmptyInterface: filled by declaration merging
export interface Helpers {}

/** Unchecked, like `any`: the locals of templates that declare none. */
export type Untyped = ReturnType<typeof JSON.parse>

/** Helpers without types. */
export type LooseHelpers = Readonly<Record<string, Untyped>>

/** The name of a template: any string until a registry is declared. */
export type TemplateName = keyof Templates extends never ? string : keyof Templates & string

type Rendering = (locals: never, view: never, slots: never) => unknown

/** The locals that a template takes. */
export type LocalsOf<Name> = Name extends keyof Templates
  ? Templates[Name] extends Rendering
    ? Parameters<Templates[Name]>[0]
    : Untyped
  : Untyped

/** Whether all locals of a template are optional. */
export type NeedsNothing<Name> = Record<never, never> extends LocalsOf<Name> ? true : false

/** The locals as arguments, optional if the template needs none. */
export type LocalsArgument<Name> =
  NeedsNothing<Name> extends true ? [locals?: LocalsOf<Name>] : [locals: LocalsOf<Name>]

/** The result of including a template: a promise if it awaits something. */
export type Included<Name> = [Name] extends [keyof Templates]
  ? Templates[Name] extends (...args: never) => Promise<string>
    ? Promise<SafeString>
    : SafeString
  : SafeString

/** What `<%= %>` accepts. Not dates and other objects: format them first. */
export type Printable = StrictPrintable | null | undefined

/** What `<%= %>` accepts if null and undefined are errors. */
export type StrictPrintable = string | number | bigint | boolean | SafeString | URL | readonly Printable[]

/** A block: returns what it printed, as safe text, or what its function returned. */
export type Block<Args extends readonly unknown[] = []> = (...args: Args) => Printable | Promise<Printable>

/** The arguments of each slot, as `slots: { … }` in a header declares them: `{ body: []; row: [order: Order]; footer?: [] }`. */
type SlotTable<Table> = { [Name in keyof Table]?: readonly unknown[] }

type Slot<Args, Result> = Args extends readonly unknown[] ? (...args: Args) => Result : never

/** The slots of a template, as it calls them: `slots.row(order)`. Those marked `?` may be missing. */
export type Slots<Table extends SlotTable<Table>> = {
  readonly [Name in keyof Table]: Slot<NonNullable<Table[Name]>, SafeString>
}

/** {@link Slots} of a template that awaits something: what it is given may be a promise. */
export type AsyncSlots<Table extends SlotTable<Table>> = {
  readonly [Name in keyof Table]: Slot<NonNullable<Table[Name]>, SafeString | Promise<SafeString>>
}

type GivenBlock<Declared> = Declared extends (...args: infer Args) => infer Result
  ? (...args: Args) => Printable | (Result extends Promise<unknown> ? Promise<Printable> : never)
  : undefined

type GivenSlots<Declared> =
  | { readonly [Name in keyof Declared]: GivenBlock<Declared[Name]> | Printable }
  | (Declared extends { readonly default?: infer Default } ? GivenBlock<NonNullable<Default>> : never)

type DeclaredSlots<Name> = Name extends keyof Templates
  ? Templates[Name] extends (locals: never, view: never, slots: infer Declared) => unknown
    ? Declared
    : never
  : Untyped

/** The arguments of `include()` after the name: locals and slots, each optional if the template needs none of them. */
export type IncludeArguments<Name> =
  unknown extends DeclaredSlots<Name>
    ? LocalsArgument<Name>
    : Record<never, never> extends DeclaredSlots<Name>
      ? NeedsNothing<Name> extends true
        ? [locals?: LocalsOf<Name>, slots?: GivenSlots<DeclaredSlots<Name>>]
        : [locals: LocalsOf<Name>, slots?: GivenSlots<DeclaredSlots<Name>>]
      : [locals: LocalsOf<Name>, slots: GivenSlots<DeclaredSlots<Name>>]

type Settled<Result, Value> = Result extends Promise<unknown> ? Promise<Value> : Value

/** The functions that templates can call. What templates print themselves is safe; other strings are escaped. */
export interface TemplateView {
  print(value: Printable): string
  printRaw(value: Printable): string
  printIn<In extends OutputContext>(context: In, value: In extends 'json' ? unknown : Printable): string
  safe(text: string): SafeString
  demand(locals: object, meta: TemplateMeta, local: string): void
  readonly helpers: keyof Helpers extends never ? LooseHelpers : Helpers

  /**
   * Renders a partial with these locals and no others. The third argument fills its declared slots: a block for each name,
   * or one function for the slot `default`.
   */
  include<Name extends TemplateName>(name: Name, ...rest: IncludeArguments<Name>): Included<Name>
  /** Renders a partial for each item. Without `toLocals`, the items are the locals. */
  includeEach<Name extends TemplateName, Item extends LocalsOf<Name>>(name: Name, items: Iterable<Item>): Included<Name>
  includeEach<Name extends TemplateName, Item>(
    name: Name,
    items: Iterable<Item>,
    toLocals: (item: Item, index: number) => LocalsOf<Name>,
  ): Included<Name>
  /** Wraps this template in a layout, which prints it with `content()` and has its locals and these. */
  layout<Name extends TemplateName>(name: Name, locals?: Partial<LocalsOf<Name>>): void
  /** In a layout: what it wraps. With a name: what `contentFor()` collected, or the fallback. */
  content(name?: string, fallback?: Block): SafeString
  /** Adds to a named block, which the layout prints. */
  contentFor<Result extends Printable | Promise<Printable>>(
    name: string,
    block: Result | (() => Result),
  ): Settled<Result, void>
  hasContent(name: string): boolean
  /** Returns what a block prints. */
  capture<Result extends Printable | Promise<Printable>>(block: () => Result): Settled<Result, SafeString>
  /** Makes a reusable block: `const row = block((item: Item) => { %>…<% })`, then `<%= row(item) %>`. */
  block<Args extends readonly unknown[], Result extends Printable | Promise<Printable>>(
    body: (...args: Args) => Result,
  ): (...args: Args) => Settled<Result, SafeString>
  /** Sends what is printed so far, if the page is streamed. */
  flush(text: string): Promise<string>
  /** Marks text as safe in the format of this template. Never use it for user input. */
  raw(text: string): SafeString
  jsonScript(value: unknown): SafeString
}

/** {@link TemplateView} if null and undefined cannot be printed. */
export interface StrictTemplateView extends Omit<TemplateView, 'print' | 'printRaw' | 'printIn'> {
  print(value: StrictPrintable): string
  printRaw(value: StrictPrintable): string
  printIn<In extends OutputContext>(context: In, value: In extends 'json' ? unknown : StrictPrintable): string
}

/** {@link TemplateView} of a JSON template: it prints any value as JSON. */
export interface JsonTemplateView extends Omit<TemplateView, 'print' | 'printIn'> {
  print(value: unknown): string
  printIn(context: OutputContext, value: unknown): string
}

/** Metadata of a compiled template. */
export interface TemplateMeta {
  readonly name: string
  readonly format: Format
  /** Whether it returns a promise, because it awaits something or flushes. */
  readonly async: boolean
  /** The layout in its header; null if it declines the default layout. */
  readonly layout?: string | null
  /** Its slots, and whether each is required. */
  readonly slots?: Readonly<Record<string, boolean>>
  /** Whether it calls `layout()` or `flush()`, which affect this template only. */
  readonly ownView: boolean
  /** The helpers that it needs, and where it first calls each. */
  readonly helpers: readonly (readonly [name: string, line: number, column: number])[]
}

/** A generated module. */
export interface TemplateModule {
  readonly default: (locals: never, view: never, slots: never) => string | Promise<string>
  readonly __meta: TemplateMeta
}

/** The types of a table of helpers, as templates see them. */
export type HelperTypes<Table extends { helpers?: object; contextHelpers?: object }> = NonNullable<Table['helpers']> & {
  [Name in keyof Table['contextHelpers']]: Table['contextHelpers'][Name] extends (context: never) => infer Helper
    ? Helper
    : never
}
