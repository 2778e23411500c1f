import { type OptionTable, option, readOptions } from '@arlen/core/options'
import type { PgOptions } from '../../connection/options.ts'
import { createPg, type Pg } from '../../pg.ts'
import { executorOf } from '../../pool/executor.ts'
import { DatabaseError } from '../../server-errors/database-error.ts'
import { type CollectOptions, collectQueries, type SourceQuery } from '../collect.ts'
import { checkEffects, type Objection } from './check-writes.ts'
import { kindOf, takesAll } from './column-types.ts'
import { loadTables, type Tables } from './table-facts.ts'
import { describeTypes, type TypeFacts } from './type-facts.ts'
import { effectsOf } from './writes.ts'

/** Options of {@link checkPreviousQueries}. */
export interface CheckPreviousOptions extends CollectOptions {
  /** A database with the schema that the queries were written for. Nothing is executed on it, nor on the other. */
  before: string | PgOptions
  /** A database with the schema to be. */
  after: string | PgOptions
}

/** What the schema to be takes away from a query. */
export interface PreviousProblem {
  file: string
  /** From 1. */
  line: number
  /** From 1. */
  column: number
  /** A part of a sentence: `its insert leaves out orders.total, which may not be null and has no default`. */
  problem: string
  /** The table, if it depends on what is written whether the query fails. Undefined if it certainly does. */
  dependsOn: string | undefined
}

/** What {@link checkPreviousQueries} found. */
export interface CheckPreviousReport {
  /** How many queries work on both schemas, as far as that can be known. */
  queries: number
  problems: PreviousProblem[]
}

const dsn = option.required(option.either(option.text, option.object))
const OPTIONS: OptionTable<CheckPreviousOptions> = {
  before: dsn,
  after: dsn,
  root: option.text,
  include: option.listOf(option.text),
  exclude: option.listOf(option.text),
}

/**
 * Compares two schemas by what an earlier release does with them: every query of its code that is known. A query counts where it works
 * before and fails afterwards, returns something else, writes what is refused then, or may do so.
 */
export async function checkPreviousQueries(given: CheckPreviousOptions): Promise<CheckPreviousReport> {
  const options = readOptions('checkPreviousQueries()', given, OPTIONS)
  const { queries } = await collectQueries(options)
  const [before, after] = [new Schema(options.before), new Schema(options.after)]
  try {
    await Promise.all([before.load(), after.load()])
    const texts = Map.groupBy(queries, ({ text }) => text)
    const report: CheckPreviousReport = { queries: 0, problems: [] }
    for (const [text, places] of texts) {
      const objections = await compare(text, before, after)
      if (objections === undefined) continue
      if (objections.length === 0) report.queries++
      for (const place of places) for (const objection of objections) report.problems.push(problemAt(place, objection))
    }
    return report
  } finally {
    await Promise.all([before.close(), after.close()])
  }
}

function problemAt({ file, line, column }: SourceQuery, objection: Objection): PreviousProblem {
  return { file, line, column, ...objection }
}

/** Undefined for a query that does not work on the schema it was written for, or that is known only in part. */
async function compare(text: string, before: Schema, after: Schema): Promise<Objection[] | undefined> {
  const was = await before.describe(text)
  if (was instanceof DatabaseError) return undefined
  const is = await after.describe(text)
  if (is instanceof DatabaseError) return [{ problem: is.message.split('\n')[0]!, dependsOn: undefined }]
  const effects = await effectsOf(text)
  const objections = checkEffects(effects, before.tables, after.tables)
  for (const [index, type] of was.params.entries()) {
    const now = is.params[index]
    if (now === undefined || takesAll(type, now)) continue
    // The column that it is written to has been named already.
    if (objections.some(({ problem }) => problem.includes(' writes '))) continue
    const isSame = type.text === now.text
    const change = isSame ? `and ${now.text} has fewer values` : `which was ${type.text} and is ${now.text}`
    objections.push({ problem: `it sends $${index + 1}, ${change}`, dependsOn: isSame ? effects.tables[0] : undefined })
  }
  for (const [name, type] of was.fields) {
    const now = is.fields.get(name)
    if (now === undefined) objections.push({ problem: `it no longer returns ${name}`, dependsOn: undefined })
    else if (kindOf(type) !== kindOf(now)) {
      objections.push({ problem: `it reads ${name}, which was ${type.text} and is ${now.text}`, dependsOn: undefined })
    }
  }
  return objections
}

interface Description {
  params: TypeFacts[]
  fields: ReadonlyMap<string, TypeFacts>
}

class Schema {
  readonly #db: Pg
  #types: ReadonlyMap<number, TypeFacts> = new Map()
  tables: Tables = new Map()

  constructor(dsn: string | PgOptions) {
    this.#db = createPg(dsn)
  }

  async load(): Promise<void> {
    this.#types = await describeTypes(this.#db)
    this.tables = await loadTables(this.#db)
  }

  async describe(text: string): Promise<Description | DatabaseError> {
    try {
      const { params, fields } = await executorOf(this.#db).describe(text)
      // Some mistakes are found when a query is planned, such as an ON CONFLICT without its index.
      const nulls = params.map(() => null)
      await this.#db.many('explain '.concat(text), nulls)
      const typeOf = (oid: number) =>
        this.#types.get(oid) ?? { text: 'unknown', name: 'unknown', modifier: -1, labels: null }
      return {
        params: params.map(typeOf),
        fields: new Map(fields.map(({ name, typeId }) => [name, typeOf(typeId)])),
      }
    } catch (error) {
      if (error instanceof DatabaseError) return error
      throw error
    }
  }

  async close(): Promise<void> {
    await this.#db.close()
  }
}
