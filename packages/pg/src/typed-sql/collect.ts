import { glob, readFile } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { type Literal, scanLiterals } from './source-scanner.ts'

/** A query as it stands in the source of an application. */
export interface SourceQuery {
  /** With `$1`, `$2`, … */
  text: string
  file: string
  /** From 1. */
  line: number
  /** From 1. */
  column: number
  /** `call`: db.one('…'). `tag`: sql`…` whose holes may be fragments. `file`: a .sql file. */
  kind: 'call' | 'tag' | 'file'
}

/** What is wrong with a query in the sources, and where. */
export interface SourceProblem {
  code: string
  message: string
  file: string
  line: number
  column: number
}

/** Which sources are searched for queries. */
export interface CollectOptions {
  /** Folder of the application. Default the current one. */
  root?: string | undefined
  /** Default: TypeScript, JavaScript and SQL below `root`, without node_modules, dist, dot folders, tests and migrations. */
  include?: readonly string[] | undefined
  exclude?: readonly string[] | undefined
}

const INCLUDE = ['**/*.{ts,mts,js,mjs}', '**/*.sql']
const EXCLUDE = [
  '**/node_modules/**',
  '**/dist/**',
  '**/.*/**',
  '**/migrations/**',
  '**/*.d.ts',
  '**/*.test.*',
  '**/*.sql.ts',
  '**/fixtures/**',
]

/** Finds every query whose text is known without running the program. */
export async function collectQueries(
  options: CollectOptions = {},
): Promise<{ queries: SourceQuery[]; problems: SourceProblem[] }> {
  const root = resolve(options.root ?? '.')
  const exclude = [...(options.exclude ?? EXCLUDE)]
  const queries: SourceQuery[] = []
  const problems: SourceProblem[] = []
  const files: string[] = []
  for await (const file of glob([...(options.include ?? INCLUDE)], { cwd: root, exclude })) files.push(file)
  for (const file of files.sort()) {
    const source = await readFile(resolve(root, file), 'utf8')
    const found = file.endsWith('.sql')
      ? fromSqlFile(source, file)
      : fromSource(source, relative(root, resolve(root, file)))
    queries.push(...found.queries)
    problems.push(...found.problems)
  }
  return { queries, problems }
}

function fromSqlFile(text: string, file: string): { queries: SourceQuery[]; problems: SourceProblem[] } {
  return { queries: [{ text: text.trim(), file, line: 1, column: 1, kind: 'file' }], problems: [] }
}

const CALL = /\.(?:query|many|one|maybeOne|value|execute|stream)(?:<[^()]*>)?\($/
const TAG = /(?:^|[^\w$])(?:\w+\.)*sql$/
const SQL = /^(?:\s|--[^\n]*\n|\/\*.*?\*\/)*(?:select|insert|update|delete|with|values|merge|table)\b/is
/** What is interpolated is then a piece of SQL, and the text not known. */
const FRAGMENT = /^(?:\w+\.)*sql\b|`/

/** The queries of one source file. */
export function fromSource(source: string, file: string): { queries: SourceQuery[]; problems: SourceProblem[] } {
  const queries: SourceQuery[] = []
  const problems: SourceProblem[] = []
  const literals = scanLiterals(source)
  const constants = constantsOf(literals)
  for (const literal of literals) {
    const place = { file, ...positionOf(source, literal.start) }
    const call = CALL.test(literal.before)
    const tag = source[literal.start] === '`' && TAG.test(literal.before)
    const text = call ? fill(literal, constants) : undefined
    if ((!call && !tag) || !SQL.test(text ?? literal.parts[0] ?? '')) continue
    if (text !== undefined) {
      queries.push({ text, kind: 'call', ...place })
    } else if (call) {
      if (!literal.holes.every(hole => constants.has(hole) || isHarmless(hole)))
        problems.push({ ...UNTAGGED, ...place })
    } else if (!literal.holes.some(hole => FRAGMENT.test(hole))) {
      queries.push({ text: textOf(literal), kind: 'tag', ...place })
    }
  }
  return { queries, problems }
}

const CONSTANT = /(?:^|[\s;{}])const\s+([A-Za-z_$][\w$]*)\s*=$/

/** `const COLUMNS = 'id, name'`: pieces of SQL that queries of the same file are made of. */
function constantsOf(literals: readonly Literal[]): Map<string, string> {
  const constants = new Map<string, string>()
  for (const literal of literals) {
    const name = CONSTANT.exec(literal.before)?.[1]
    const text = name === undefined ? undefined : fill(literal, constants)
    if (name !== undefined && text !== undefined) constants.set(name, text)
  }
  return constants
}

/** The text of a template whose holes are all constants. */
function fill({ parts, holes }: Literal, constants: ReadonlyMap<string, string>): string | undefined {
  let text = parts[0] ?? ''
  for (let i = 0; i < holes.length; i++) {
    const value = constants.get(holes[i]!)
    if (value === undefined) return undefined
    text += value + parts[i + 1]
  }
  return text
}

const IMPORTED = /^[A-Z][A-Z0-9_]*$/
const CHOICE = /^[^?'"`]+\?\s*(?:'[^']*'|"[^"]*")\s*:\s*(?:'[^']*'|"[^"]*")$/

/** A constant of another file, by its name, or a choice between two texts: no value gets in, though which text is not known. */
function isHarmless(hole: string): boolean {
  return IMPORTED.test(hole) || CHOICE.test(hole)
}

const UNTAGGED = {
  code: 'untagged_template',
  message:
    'Values are written into the SQL itself, which is how injection happens. Put sql before the template, or use $1 and an array.',
}

function textOf({ parts }: Literal): string {
  return parts.map((part, i) => (i === 0 ? part : `$${i}${part}`)).join('')
}

function positionOf(source: string, offset: number): { line: number; column: number } {
  const before = source.slice(0, offset)
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') }
}
