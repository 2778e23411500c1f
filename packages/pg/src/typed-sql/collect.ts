import { glob, readFile } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { splitStatements } from '../sql/sql-scanner.ts'
import { readConstants, type SourceFile } from './constants.ts'
import { isDatabase, openOfCall } from './database-calls.ts'
import { type Token, tokenize } from './source-tokens.ts'
import { BOUND, closeOf, isPath, type KnownText, readText, splitAt } from './text-expression.ts'

/** A query in the source of an application. */
export interface SourceQuery {
  /** With `$1`, `$2`, … */
  text: string
  file: string
  /** From 1. */
  line: number
  /** From 1. */
  column: number
  /** `call`: db.one('…'). `tag`: sql`…`, whose holes may be fragments. `file`: a .sql file. */
  kind: 'call' | 'tag' | 'file'
  /** Whether a hole may be a fragment: then a syntax error there is not the query's. */
  uncertain: boolean
  /** Whether the text is a plain literal, so that positions in it map to the source. */
  literal: boolean
}

/** A problem with a query in the sources, and its position. */
export interface SourceProblem {
  code: string
  message: string
  file: string
  line: number
  column: number
}

/** A query that is not checked, and why. */
export interface UncheckedQuery {
  reason: string
  file: string
  line: number
  column: number
}

/** Which sources are searched for queries. */
export interface CollectOptions {
  /** Folder of the application. Default: the current one. */
  root?: string | undefined
  /**
   * Default: TypeScript, JavaScript and SQL below `root`, without node_modules, dist, dot folders, tests, migrations,
   * fixtures, scripts and seeds.
   */
  include?: readonly string[] | undefined
  /** Patterns to exclude instead of the default. */
  exclude?: readonly string[] | undefined
}

export interface Collected {
  queries: SourceQuery[]
  problems: SourceProblem[]
  unchecked: UncheckedQuery[]
}

const INCLUDE = ['**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}', '**/*.sql']

/** Excluded by default: scripts and seeds are run by hand, often on other schemas. */
export const EXCLUDE: readonly string[] = [
  '**/node_modules/**',
  '**/dist/**',
  '**/.*/**',
  '**/migrations/**',
  '**/*.d.ts',
  '**/*.test.*',
  '**/*.sql.ts',
  '**/fixtures/**',
  '**/scripts/**',
  '**/seeds/**',
  '**/seed.*',
  '**/seeds.*',
]

/** Finds every query of an application, including those whose text is known only at run time. */
export async function collectQueries(options: CollectOptions = {}): Promise<Collected> {
  const root = resolve(options.root ?? '.')
  const exclude = [...(options.exclude ?? EXCLUDE)]
  const found: Collected = { queries: [], problems: [], unchecked: [] }
  const paths: string[] = []
  for await (const file of glob([...(options.include ?? INCLUDE)], { cwd: root, exclude })) paths.push(file)
  const files: SourceFile[] = []
  const modules = new Map<string, string>()
  for (const path of paths.sort()) {
    const file = relative(root, resolve(root, path)).replaceAll('\\', '/')
    const source = await readFile(resolve(root, path), 'utf8')
    if (file.endsWith('.sql')) {
      fromSqlFile(source, file, found)
      modules.set(file, source.trim())
    } else {
      files.push({ file, source, tokens: tokenize(source, /x$/.test(file)), constants: new Map() })
    }
  }
  readConstants(files, modules)
  for (const file of files) fromSource(file, found)
  return found
}

/** The queries of one source file alone. */
export function collectFrom(source: string, file: string): Collected {
  const found: Collected = { queries: [], problems: [], unchecked: [] }
  const only: SourceFile = { file, source, tokens: tokenize(source, /x$/.test(file)), constants: new Map() }
  readConstants([only])
  fromSource(only, found)
  return found
}

function fromSqlFile(source: string, file: string, found: Collected): void {
  const text = source.trim()
  const place = { file, line: 1, column: 1 }
  const statements = splitStatements(text).length
  if (statements === 1) found.queries.push({ text, kind: 'file', uncertain: false, literal: true, ...place })
  else found.unchecked.push({ reason: `it has ${statements} statements, and a query is one`, ...place })
}

const SQL = /^(?:\s|--[^\n]*\n|\/\*.*?\*\/|\()*(?:select|insert|update|delete|with|values|merge|table)\b/is
/** What else is checked where it is certainly meant for a database. */
const COMMAND =
  /^(?:\s|--[^\n]*\n|\/\*.*?\*\/)*(?:alter|analyze|call|comment|create|do|drop|explain|grant|lock|notify|refresh|revoke|show|truncate|vacuum)\b/is

function fromSource(file: SourceFile, found: Collected): void {
  const collector = new Collector(file, found)
  collector.visit(file.tokens, false)
}

class Collector {
  readonly #file: SourceFile
  readonly #found: Collected
  /** Fragments inside other templates: they are not checked alone. */
  readonly #held: ReadonlySet<string>

  constructor(file: SourceFile, found: Collected) {
    this.#file = file
    this.#found = found
    this.#held = heldBy(file.tokens)
  }

  visit(tokens: readonly Token[], inFragment: boolean): void {
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i]!
      const tagged = token.kind === 'template' && isTag(tokens, i)
      if (tagged && !inFragment && !this.#isHeld(tokens, i)) this.#tag(tokens, i)
      for (const hole of token.holes) this.visit(hole, inFragment || tagged)
      const open = openOfCall(tokens, i)
      if (open !== undefined) this.#call(tokens, i, open)
    }
  }

  /** The constant in `const NAME = sql…`, used as `${NAME}` in a template. */
  #isHeld(tokens: readonly Token[], template: number): boolean {
    const start = startOfPath(tokens, template - 1)
    const name = tokens[start - 1]?.text === '=' ? tokens[start - 2]?.text : undefined
    return name !== undefined && this.#held.has(name)
  }

  #tag(tokens: readonly Token[], template: number): void {
    const token = tokens[template]!
    const text = readText(tokens.slice(startOfPath(tokens, template - 1), template + 1), this.#file.constants)
    if (text) this.#add(text, token, 'tag')
    else if (SQL.test(token.parts[0] ?? ''))
      this.#unchecked('a fragment in it is known only when the program runs', token)
  }

  #call(tokens: readonly Token[], method: number, open: number): void {
    const argument = splitAt(tokens.slice(open + 1, closeOf(tokens, open)), ',')[0] ?? []
    const [first] = argument
    if (!first) return
    const database = isDatabase(tokens, method - 2)
    if (argument.some((token, i) => token.kind === 'template' && isTag(argument, i))) {
      // Checked as a template, unless it begins with a fragment, which any condition may do.
      if (database && argument.at(-1)!.parts[0]?.trim() === '') this.#beginsUnknown(argument)
      return
    }
    const text = readText(argument, this.#file.constants)
    if (text?.kind === 'fragment') return // where it was defined
    if (text) this.#add(text, first, 'call', database)
    else if (isUntagged(argument)) this.#untagged(argument[0]!)
    else if (database) this.#unchecked('its text is known only when the program runs', first)
  }

  /** Values pasted into the SQL. An upper-case constant is assumed to be SQL, even if its text is unknown. */
  #untagged(token: Token): void {
    const unknown = token.holes.filter(hole => readText(hole, this.#file.constants)?.kind !== 'text')
    if (!SQL.test(token.parts[0] ?? '')) return
    if (unknown.every(isConstantName)) this.#unchecked('a constant in it comes from elsewhere', token)
    else this.#found.problems.push({ ...UNTAGGED, ...this.#place(token) })
  }

  #beginsUnknown(argument: readonly Token[]): void {
    const text = readText(argument, this.#file.constants)
    if (text?.texts.every(each => SQL.test(each))) return
    this.#unchecked('a fragment in it is known only when the program runs', argument.at(-1)!)
  }

  #add({ texts, uncertain }: KnownText, token: Token, kind: 'call' | 'tag', database = false): void {
    const literal = token.holes.length === 0 && texts.length === 1 && texts[0] === token.parts[0]
    for (const text of texts) {
      if (!SQL.test(text) && !(database && COMMAND.test(text))) continue
      this.#found.queries.push({ text: numbered(text), kind, uncertain, literal, ...this.#place(token) })
    }
  }

  #unchecked(reason: string, token: Token): void {
    this.#found.unchecked.push({ reason, ...this.#place(token) })
  }

  #place({ at }: Token): { file: string; line: number; column: number } {
    const before = this.#file.source.slice(0, at)
    return { file: this.#file.file, line: before.split('\n').length, column: at - before.lastIndexOf('\n') }
  }
}

/** `sql` before a template, also as `db.sql`. */
function isTag(tokens: readonly Token[], template: number): boolean {
  return tokens[template - 1]?.text === 'sql' && tokens[template - 1]?.kind === 'name'
}

function startOfPath(tokens: readonly Token[], end: number): number {
  let start = end
  while (start >= 2 && isPath(tokens.slice(start - 2, end + 1))) start -= 2
  return start
}

/** The names in the holes of templates. */
function heldBy(tokens: readonly Token[]): Set<string> {
  const held = new Set<string>()
  for (const { holes } of tokens) {
    for (const hole of holes) {
      for (const { kind, text } of hole) if (kind === 'name') held.add(text)
      for (const name of heldBy(hole)) held.add(name)
    }
  }
  return held
}

function isUntagged(argument: readonly Token[]): boolean {
  return argument.length === 1 && argument[0]!.kind === 'template' && argument[0]!.holes.length > 0
}

function isConstantName(hole: readonly Token[]): boolean {
  return isPath(hole) && /^[A-Z][A-Z0-9_]*$/.test(hole[0]!.text)
}

function numbered(text: string): string {
  let n = 0
  return text.replaceAll(BOUND, () => `$${++n}`)
}

const UNTAGGED = {
  code: 'untagged_template',
  message:
    'Values are written into the SQL itself, which is how injection happens. Put sql before the template, or use $1 and an array.',
}
