import { type TemplateSource, templateError } from '../template-error.ts'
import type { Token } from './code-lexer.ts'
import type { Tag } from './scanner.ts'

export interface Span {
  start: number
  end: number
}

/** The declarations in `<%! … %>`. Spans refer to the source of the template. */
export interface Header {
  /** Imports, types, functions and constants of the module, in order. */
  statements: Span[]
  /** The type after `props:`. */
  props: Span | undefined
  /** The required members of an inline `props: { … }`; undefined for a named type, which only TypeScript knows. */
  required: string[] | undefined
  /** The type after `slots:`, the arguments of each slot by its name: `{ body: []; row: [order: Order] }`. */
  slotTypes: Span | undefined
  slots: ReadonlyMap<string, { readonly required: boolean; readonly offset: number }>
  /** `layout: 'name'`; null for `layout: null`, which declines the default layout. */
  layout: string | null | undefined
  /** Where the layout's name is. */
  layoutAt: number
  /** Names that the header declares, which are not helpers. */
  bound: Set<string>
  /** Relative import paths, without quotes. They are converted for the generated module. */
  relativePaths: Span[]
  code: Tag
}

const STATEMENTS = new Set('import type interface const function async enum namespace export declare'.split(' '))

/** Parses a header: a list of statements that each begin with a known word at the outermost level. */
export function parseHeader(source: TemplateSource, tag: Tag): Header {
  const { tokens } = tag
  const header: Header = {
    statements: [],
    props: undefined,
    required: undefined,
    slotTypes: undefined,
    slots: new Map(),
    layout: undefined,
    layoutAt: tag.start,
    bound: new Set(),
    code: tag,
    relativePaths: relativePaths(tokens),
  }
  const starts = statementStarts(tokens)
  if (starts[0] !== 0 && tokens.length > 0) {
    const reason = `"${tokens[0]!.text}" is not one of these.`
    throw templateError('header_invalid', source, tokens[0]!.start, { reason })
  }
  starts.forEach((first, index) => {
    const after = starts[index + 1] ?? tokens.length
    const last = tokens[after - 1]?.text === ';' ? after - 1 : after
    addStatement(source, header, tokens.slice(first, last))
  })
  return header
}

function addStatement(source: TemplateSource, header: Header, tokens: readonly Token[]): void {
  const [word, , value] = tokens as [Token, Token, Token | undefined]
  const last = tokens.at(-1)!
  if (word.text === 'props') {
    if (!value || header.props) {
      const reason = value ? 'props are declared twice.' : 'a type has to follow "props:".'
      throw templateError('header_invalid', source, word.start, { reason })
    }
    header.props = { start: value.start, end: last.end }
    header.required = requiredMembers(tokens.slice(2))
  } else if (word.text === 'slots') {
    addSlots(source, header, tokens)
  } else if (word.text === 'layout') {
    header.layout = layoutName(source, tokens)
    header.layoutAt = value?.start ?? word.start
  } else {
    if (word.text === 'import') for (const name of importedNames(tokens)) header.bound.add(name)
    else for (const name of declaredNames(tokens)) header.bound.add(name)
    header.statements.push({ start: word.start, end: last.end })
  }
}

function addSlots(source: TemplateSource, header: Header, tokens: readonly Token[]): void {
  const type = tokens.slice(2)
  const members = inlineMembers(type)
  if (!members || members.length === 0 || header.slotTypes) {
    const reason = header.slotTypes
      ? 'slots are declared twice.'
      : 'slots are a list of names with their arguments, as in slots: { body: []; row: [item: Item]; footer?: [] }.'
    throw templateError('header_invalid', source, tokens[0]!.start, { reason })
  }
  header.slotTypes = { start: type[0]!.start, end: type.at(-1)!.end }
  header.slots = new Map(members.map(({ name, ...member }) => [name, member]))
}

function layoutName(source: TemplateSource, tokens: readonly Token[]): string | null {
  const value = tokens[2]
  if (tokens.length === 3 && value?.kind === 'string') return value.text.slice(1, -1)
  if (tokens.length === 3 && value?.text === 'null') return null
  throw templateError('header_invalid', source, tokens[0]!.start, {
    reason: 'the layout is one string, as in layout: "layouts/site", or null for none.',
  })
}

// A statement starts with a known word at the outermost level, where no type or expression can continue.
function statementStarts(tokens: readonly Token[]): number[] {
  const starts: number[] = []
  let depth = 0
  tokens.forEach((token, index) => {
    const previous = tokens[index - 1]
    if (depth === 0 && startsStatement(previous, token, tokens[index + 1])) starts.push(index)
    if (token.kind === 'punctuator' && '([{'.includes(token.text)) depth += 1
    if (token.kind === 'punctuator' && ')]}'.includes(token.text)) depth -= 1
  })
  return starts
}

function startsStatement(previous: Token | undefined, token: Token, next: Token | undefined): boolean {
  if (token.kind !== 'name' || !next) return false
  if (previous?.text === '.' || previous?.text === 'export' || previous?.text === 'async') return false
  if (token.text === 'props' || token.text === 'slots' || token.text === 'layout') return next.text === ':'
  if (!STATEMENTS.has(token.text) || previous?.text === 'import' || previous?.text === 'declare') return false
  // `import(…)` and `typeof import(…)` are types; `type` may also be a name.
  if (token.text === 'import') return next.text !== '(' && next.text !== '.'
  return next.kind === 'name' && previous?.text !== ':' && previous?.text !== '='
}

function requiredMembers(type: readonly Token[]): string[] | undefined {
  return inlineMembers(type)
    ?.filter(({ required }) => required)
    .map(({ name }) => name)
}

interface Member {
  name: string
  required: boolean
  offset: number
}

// The names of an inline object type; undefined if the type is more than that.
function inlineMembers(type: readonly Token[]): Member[] | undefined {
  if (type[0]?.text !== '{' || type.at(-1)?.text !== '}') return undefined
  const members: Member[] = []
  let depth = 0
  for (const [index, token] of type.entries()) {
    const previous = type[index - 1]?.text
    const separated = previous === '{' || previous === ';' || previous === ',' || startsLine(type, index)
    const required = type[index + 1]?.text === ':'
    const optional = type[index + 1]?.text === '?' && type[index + 2]?.text === ':'
    if (depth === 1 && separated && (required || optional) && token.kind !== 'punctuator') {
      members.push({
        name: token.kind === 'string' ? token.text.slice(1, -1) : token.text,
        required,
        offset: token.start,
      })
    }
    if (token.kind !== 'punctuator') continue
    if ('([{<'.includes(token.text)) depth += 1
    if (')]}>'.includes(token.text)) depth -= 1
    if (depth === 0 && index < type.length - 1) return undefined // `{ … } & More`
  }
  return members
}

// A line break alone may separate members. What precedes it then ends a type.
function startsLine(type: readonly Token[], index: number): boolean {
  const previous = type[index - 1]
  return previous !== undefined && (previous.kind !== 'punctuator' || /^[\])}>]$/.test(previous.text))
}

function importedNames(tokens: readonly Token[]): string[] {
  return tokens.filter((token, index) => token.kind === 'name' && bindsImport(tokens, index)).map(token => token.text)
}

function bindsImport(tokens: readonly Token[], index: number): boolean {
  const word = tokens[index]!.text
  const next = tokens[index + 1]?.text
  if (word === 'import' || word === 'as' || (word === 'type' && next !== ',' && next !== '}')) return false
  return next !== 'as' && word !== 'from'
}

function declaredNames(tokens: readonly Token[]): string[] {
  const name = tokens.find((token, index) => index > 0 && token.kind === 'name' && !STATEMENTS.has(token.text))
  return name ? [name.text] : []
}

function relativePaths(tokens: readonly Token[]): Span[] {
  return tokens
    .filter((token, index) => {
      if (token.kind !== 'string' || !/^.\.\.?(?:\/|.$)/.test(token.text)) return false
      const previous = tokens[index - 1]?.text
      return previous === 'from' || previous === 'import' || (previous === '(' && tokens[index - 2]?.text === 'import')
    })
    .map(token => ({ start: token.start + 1, end: token.end - 1 }))
}
