import { argumentsOf, literalKeys, literalText } from './arguments.ts'
import type { Token } from './code-lexer.ts'
import type { Template } from './parser.ts'

/** A literal name in a template, with its offset. */
export interface Reference {
  readonly name: string
  readonly offset: number
}

/** The slots that an `include()` fills. */
export interface GivenSlots {
  readonly include: Reference
  /** Undefined if they are known only at run time. */
  readonly names: readonly Reference[] | undefined
}

/** A template's references to others: templates, and the blocks that it fills or prints. */
export interface References {
  readonly includes: readonly Reference[]
  readonly layouts: readonly Reference[]
  readonly slots: readonly GivenSlots[]
  /** `contentFor('head')`, except after `<%# allow block: reason %>`. */
  readonly fills: readonly Reference[]
  /** `content('head')` and `hasContent('head')` */
  readonly prints: readonly string[]
  /** Whether it calls `content()`, which prints what a layout wraps. */
  readonly printsContent: boolean
  /** Whether names of these kinds are computed, so that they are known only at run time. */
  readonly computed: { readonly include: boolean; readonly layout: boolean; readonly block: boolean }
  /** The slots that it declares, and whether each is required. */
  readonly declaredSlots: ReadonlyMap<string, boolean>
  /** The layout in its header; null if it declines any. */
  readonly layout: string | null | undefined
  /** Whether a comment allows it to be a layout without `content()`: `<%# allow content: reason %>`. */
  readonly mayDropContent: boolean
}

interface Found {
  includes: Reference[]
  layouts: Reference[]
  slots: GivenSlots[]
  fills: Reference[]
  prints: string[]
  printsContent: boolean
  computed: { include: boolean; layout: boolean; block: boolean }
}

/** Collects the template's references to others. */
export function referencesOf(template: Template): References {
  const { header, nodes, names } = template
  const found: Found = {
    includes: [],
    layouts: [],
    slots: [],
    fills: [],
    prints: [],
    printsContent: false,
    computed: { include: false, layout: false, block: false },
  }
  if (typeof header?.layout === 'string') found.layouts.push({ name: header.layout, offset: header.layoutAt })
  const tags = nodes.flatMap(node => (node.kind === 'text' ? [] : node))
  const tokens = tags.flatMap(({ tag }) => tag.tokens)
  const silenced = new Set(tags.filter(({ allow }) => allow?.rule === 'block').flatMap(({ tag }) => tag.tokens))
  const builtins = new Set(names.builtins.filter(({ text }) => !names.declared.has(text) && !header?.bound.has(text)))
  tokens.forEach((token, index) => {
    if (!builtins.has(token) || tokens[index + 1]?.text !== '(') return
    if (token.text !== 'contentFor' || !silenced.has(token)) addCall(found, token, argumentsOf(tokens, index + 1))
  })
  return {
    ...found,
    declaredSlots: new Map([...(header?.slots ?? [])].map(([name, { required }]) => [name, required])),
    layout: header?.layout,
    mayDropContent: template.allowed.has('content'),
  }
}

function addCall(found: Found, callee: Token, list: readonly Token[][]): void {
  const name = literalText(list[0])
  const reference = name === undefined ? undefined : { name, offset: list[0]![0]!.start }
  switch (callee.text) {
    case 'include':
    case 'includeEach':
      if (reference) found.includes.push(reference)
      else found.computed.include = true
      if (reference && callee.text === 'include') addSlots(found, reference, list[2])
      break
    case 'layout':
      if (reference) found.layouts.push(reference)
      else found.computed.layout = true
      break
    case 'contentFor':
      if (reference) found.fills.push(reference)
      break
    case 'content':
    case 'hasContent':
      if (list.length === 0) found.printsContent = true
      else if (name === undefined) found.computed.block = true
      else found.prints.push(name)
  }
}

function addSlots(found: Found, include: Reference, given: readonly Token[] | undefined): void {
  if (given && isFunction(given)) {
    found.slots.push({ include, names: [{ name: 'default', offset: given[0]!.start }] })
    return
  }
  const names = given === undefined ? [] : literalKeys(given)
  found.slots.push({ include, names: names?.map(key => ({ name: keyText(key), offset: key.start })) })
}

function keyText({ kind, text }: Token): string {
  return kind === 'string' ? text.slice(1, -1) : text
}

/** `() => …`, `async item => …` */
function isFunction(argument: readonly Token[]): boolean {
  const arrow = argument.findIndex(({ text }) => text === '=>')
  return arrow > 0 && argument[0]!.text !== '{'
}
