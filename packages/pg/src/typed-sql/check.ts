import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { importName } from '@arlen/core/import-name'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import type { PgOptions } from '../connection/options.ts'
import { createPg, type Pg } from '../pg.ts'
import { executorOf } from '../pool/executor.ts'
import { DatabaseError } from '../server-errors/database-error.ts'
import { locationOf } from '../sql/sql-excerpt.ts'
import { Catalog } from './catalog.ts'
import {
  type CollectOptions,
  collectQueries,
  type SourceProblem,
  type SourceQuery,
  type UncheckedQuery,
} from './collect.ts'
import { inferNeverNull } from './nullability/infer.ts'
import { type DescribedQuery, renderDeclarations, renderSqlModule } from './render.ts'

/** Options of {@link checkQueries}. */
export interface CheckQueriesOptions extends CollectOptions {
  /** A database with the application's schema, for example the development database. Nothing is executed on it. */
  dsn: string | PgOptions
  /** The file for the types, relative to `root`. Default `db/queries.d.ts`. */
  out?: string | undefined
  /** Writes outdated files. Without it, they are reported as problems. Default false. */
  write?: boolean | undefined
}

/** What {@link checkQueries} found. */
export interface CheckQueriesReport {
  /** How many queries were described. */
  queries: number
  /** Queries whose text is known only at run time: these are unchecked. */
  unchecked: UncheckedQuery[]
  problems: SourceProblem[]
  /** Files that were written, or would have to be. */
  changed: string[]
}

const OPTIONS: OptionTable<CheckQueriesOptions> = {
  dsn: option.required(option.either(option.text, option.object)),
  out: option.text,
  write: option.boolean,
  root: option.text,
  include: option.listOf(option.text),
  exclude: option.listOf(option.text),
}

/**
 * Describes every query of an application with a known text against its database, and saves their types: `db.one('select
 * …', [1])` is then typed by its text.
 *
 * @throws ArlenError `option_unknown`, `option_invalid`, `connect_failed`. Mistakes in queries are in the report
 */
export async function checkQueries(given: CheckQueriesOptions): Promise<CheckQueriesReport> {
  const options = readOptions('checkQueries()', given, OPTIONS)
  const root = resolve(options.root ?? '.')
  const { queries, problems, unchecked } = await collectQueries(options)
  const described = new Map<string, DescribedQuery>()
  const db = createPg(options.dsn)
  try {
    const catalog = await Catalog.load(db, typeof options.dsn === 'string' ? {} : (options.dsn.types ?? {}))
    for (const query of queries) {
      if (described.has(query.text)) continue
      const result = await describe(db, catalog, query)
      if ('reason' in result) unchecked.push(result)
      else if ('code' in result) problems.push(result)
      else described.set(query.text, result)
    }
  } finally {
    await db.close()
  }
  const declarations = renderDeclarations([...described.values()], importName(root, '@arlen/pg'))
  const files = new Map([[options.out ?? 'db/queries.d.ts', declarations]])
  for (const query of queries) {
    if (query.kind === 'file' && described.has(query.text)) files.set(`${query.file}.ts`, renderSqlModule(query))
  }
  const changed = await bringUpToDate(root, files, options.write ?? false)
  if (!options.write) problems.push(...changed.map(stale))
  return {
    queries: described.size,
    unchecked: unchecked.sort(byPosition),
    problems: problems.sort(byPosition),
    changed,
  }
}

async function describe(
  db: Pg,
  catalog: Catalog,
  query: SourceQuery,
): Promise<DescribedQuery | SourceProblem | UncheckedQuery> {
  try {
    const { params, fields } = await executorOf(db).describe(query.text)
    const twice = fields.find(({ name }, i) => fields.findIndex(field => field.name === name) < i)
    if (twice) return ambiguous(twice.name, query)
    const neverNull = await inferNeverNull(
      query.text,
      fields.map(({ name }) => name),
      catalog,
    )
    const asserted = new Set(
      /--[ \t]*not null:([^\n]*)/
        .exec(query.text)?.[1]
        ?.split(',')
        .map(name => name.trim()),
    )
    return {
      text: query.text,
      params: params.map(oid => `${catalog.types.input(oid)} | null`),
      columns: fields.map((field, i) => {
        const certain = neverNull.has(i) || asserted.has(field.name)
        return { name: field.name, type: `${catalog.types.output(field.typeId)}${certain ? '' : ' | null'}` }
      }),
    }
  } catch (error) {
    return query.uncertain && isSyntaxErrorAtHole(error, query.text) ? unknownFragment(query) : problemOf(error, query)
  }
}

function ambiguous(column: string, { file, line, column: at }: SourceQuery): SourceProblem {
  const message = `Two columns are named "${column}", and a row keeps only the last. Rename one of them: … as other_${column}`
  return { code: 'column_ambiguous', message, file, line, column: at }
}

/** A parameter in place of a fragment is often invalid SQL. */
function isSyntaxErrorAtHole(error: unknown, text: string): boolean {
  if (!(error instanceof DatabaseError) || error.code !== 'syntax_error') return false
  return /^\$\d/.test([...text].slice((error.position ?? 1) - 1).join(''))
}

function unknownFragment({ file, line, column }: SourceQuery): UncheckedQuery {
  return { reason: 'a fragment in it is known only when the program runs', file, line, column }
}

/** The error with its position in the source. */
function problemOf(error: unknown, query: SourceQuery): SourceProblem {
  if (!(error instanceof DatabaseError)) throw error
  const { file } = query
  const place = locationOf(query.text, error.position ?? 1)
  const line = query.line + place.line - 1
  const quote = query.kind === 'file' ? 0 : 1
  const column = place.line === 1 ? query.column + quote + place.column - 1 : place.column
  return { code: error.code, message: error.message, file, line, column }
}

function stale(file: string): SourceProblem {
  return {
    code: 'types_stale',
    message: 'The types of the queries are out of date: arlen sql check --write',
    file,
    line: 1,
    column: 1,
  }
}

function byPosition(a: UncheckedQuery | SourceProblem, b: UncheckedQuery | SourceProblem): number {
  return a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column
}

async function bringUpToDate(root: string, files: ReadonlyMap<string, string>, write: boolean): Promise<string[]> {
  const changed: string[] = []
  for (const [file, content] of files) {
    const path = resolve(root, file)
    if ((await readFile(path, 'utf8').catch(() => undefined)) === content) continue
    changed.push(file)
    if (!write) continue
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, content)
  }
  return changed
}
