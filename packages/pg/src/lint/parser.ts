import { pgError } from '../errors.ts'
import { scanSql } from '../sql/sql-scanner.ts'

/** A node of PostgreSQL's parse tree (libpg-query): an object with arbitrary members. */
export type Tree = { readonly [name: string]: unknown }

export interface ParsedStatement {
  /** `IndexStmt`, `AlterTableStmt`, … */
  kind: string
  node: Tree
  /** Where its first word begins, in UTF-16 units from the start of the whole text. */
  offset: number
  /** From its first word to its end, without the semicolon; each comment is a blank. */
  text: string
  /** Turns a `location` of the tree, which counts bytes, into an index of `text`. */
  at(location: unknown): number
}

/** Parses SQL with PostgreSQL's own parser. Throws an object like a SyntaxError, with `position` in UTF-16 units. */
export async function parseSql(text: string): Promise<ParsedStatement[]> {
  const { parse } = await loadParser()
  if (text.trim() === '') return [] // which the parser refuses
  const bytes = Buffer.from(text)
  // The tree counts UTF-8 bytes.
  const toText = (from: number, to: number) => bytes.subarray(from, to).toString()
  const { stmts = [] } = (await parse(text)) as { stmts?: RawStatement[] }
  let bytesSeen = 0
  let offset = 0
  return stmts.map(({ stmt, stmt_location: from = 0, stmt_len: length }) => {
    const [kind = '', node = {}] = Object.entries(stmt)[0] ?? []
    const to = length ? from + length : bytes.length
    offset += toText(bytesSeen, from).length
    bytesSeen = from
    const whole = toText(from, to)
    const lead = leadIn(whole)
    const { text, at } = withoutComments(whole.slice(lead))
    const located = (location: unknown) => at(toText(from, Number(location)).length - lead)
    return { kind, node: node as Tree, offset: offset + lead, text, at: located }
  })
}

/** SQL in which each comment is a blank, and where in it a place of the original is. */
function withoutComments(sql: string): { text: string; at: (place: number) => number } {
  const cuts: { end: number; removed: number }[] = []
  let text = ''
  let place = 0
  for (const { kind, text: piece } of scanSql(sql)) {
    place += piece.length
    text += kind === 'comment' ? ' ' : piece
    if (kind === 'comment') cuts.push({ end: place, removed: piece.length - 1 })
  }
  const removedBefore = (at: number) => cuts.reduce((sum, { end, removed }) => (end <= at ? sum + removed : sum), 0)
  return { text: text.trimEnd(), at: each => each - removedBefore(each) }
}

/** The statements of a PL/pgSQL body according to PostgreSQL's own parser, each a node such as `PLpgSQL_stmt_execsql`. */
export async function parseBody(body: string): Promise<unknown> {
  const { parsePlPgSQL } = await loadParser()
  let quote = '$arlen$'
  while (body.includes(quote)) quote = `$x${quote.slice(1)}`
  return parsePlPgSQL(`create function body() returns void language plpgsql as ${quote}${body}${quote}`)
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

interface Parser {
  parse(text: string): Promise<unknown>
  parsePlPgSQL(text: string): Promise<unknown>
}

let loaded: Promise<Parser> | undefined

function loadParser(): Promise<Parser> {
  loaded ??= import('libpg-query').then(
    parser => parser as Parser,
    cause => {
      loaded = undefined
      throw pgError('parser_missing', {}, { cause })
    },
  )
  return loaded
}

/** The parser's error: its message, and its position in UTF-16 units. */
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

/** Every node of one kind in a tree, at any depth. */
export function nodesOf(value: unknown, kind: string): Tree[] {
  if (Array.isArray(value)) return value.flatMap(item => nodesOf(item, kind))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) =>
    name === kind ? [tree(inner), ...nodesOf(inner, kind)] : nodesOf(inner, kind),
  )
}
