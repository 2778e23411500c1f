import { pgError } from '../errors.ts'

/** A node of PostgreSQL's parse tree (libpg-query): a bag of members. */
export type Tree = { readonly [name: string]: unknown }

export interface ParsedStatement {
  /** `IndexStmt`, `AlterTableStmt`, … */
  kind: string
  node: Tree
  /** Where its first word stands, in UTF-16 units from the beginning of the whole text. */
  offset: number
}

/** Parses SQL by PostgreSQL's own parser. Throws a SyntaxError-like with `position` in UTF-16 units. */
export async function parseSql(text: string): Promise<ParsedStatement[]> {
  const parser = await loadParser()
  const bytes = Buffer.from(text)
  // The tree counts bytes of UTF-8.
  const toText = (from: number, to: number) => bytes.subarray(from, to).toString()
  const { stmts = [] } = (await parser(text)) as { stmts?: RawStatement[] }
  let bytesSeen = 0
  let offset = 0
  return stmts.map(({ stmt, stmt_location: from = 0, stmt_len: length }) => {
    const [kind = '', node = {}] = Object.entries(stmt)[0] ?? []
    const to = length ? from + length : bytes.length
    offset += toText(bytesSeen, from).length
    bytesSeen = from
    return { kind, node: node as Tree, offset: offset + leadIn(toText(from, to)) }
  })
}

interface RawStatement {
  stmt: Tree
  stmt_location?: number
  stmt_len?: number
}

/** Length of the white space and comments before the first word. */
function leadIn(text: string): number {
  return /^(?:\s|--[^\n]*(?:\n|$)|\/\*.*?\*\/)*/s.exec(text)?.[0].length ?? 0
}

type Parser = (text: string) => Promise<unknown>

let loaded: Promise<Parser> | undefined

function loadParser(): Promise<Parser> {
  loaded ??= import('libpg-query').then(
    ({ parse }) => parse as Parser,
    cause => {
      loaded = undefined
      throw pgError('parser_missing', {}, { cause })
    },
  )
  return loaded
}

/** What the parser has against a text: its message, and the place in UTF-16 units. */
export function syntaxErrorOf(error: unknown): { message: string; position: number } | undefined {
  const details = (error as { sqlDetails?: { message: string; cursorPosition: number } }).sqlDetails
  return details && { message: details.message, position: details.cursorPosition }
}

export function tree(value: unknown): Tree {
  return (value ?? {}) as Tree
}

export function list(value: unknown): Tree[] {
  return (value ?? []) as Tree[]
}

/** The names in `[{ String: { sval: 'a' } }, …]`. */
export function names(value: unknown): string[] {
  return list(value).map(item => String(tree(item.String).sval ?? ''))
}
