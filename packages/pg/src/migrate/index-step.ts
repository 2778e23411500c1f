import type pg from 'pg'
import { quoteIdentifier } from '../sql/sql.ts'
import { scanSql } from '../sql/sql-scanner.ts'

/** `CREATE INDEX CONCURRENTLY`. Names are as written, including quotes. */
export interface CreateIndex {
  kind: 'create'
  unique: boolean
  ifNotExists: boolean
  index: string
  table: string
  /** Everything after the table: method, columns, predicate. */
  definition: string
}

/** `DROP INDEX CONCURRENTLY`. */
export interface DropIndex {
  kind: 'drop'
  ifExists: boolean
  index: string
}

/** Parses a statement that creates or drops an index concurrently; undefined for any other. */
export function readIndexStep(text: string): CreateIndex | DropIndex | undefined {
  const words = new Words(text)
  if (words.accept('drop', 'index', 'concurrently')) {
    const ifExists = words.accept('if', 'exists')
    const index = words.name()
    return index !== undefined && words.ended ? { kind: 'drop', ifExists, index } : undefined
  }
  if (!words.accept('create')) return undefined
  const unique = words.accept('unique')
  if (!words.accept('index', 'concurrently')) return undefined
  const ifNotExists = words.accept('if', 'not', 'exists')
  const index = words.name()
  if (index === undefined || !words.accept('on')) return undefined
  words.accept('only')
  const table = words.name()
  return table === undefined ? undefined : { kind: 'create', unique, ifNotExists, index, table, definition: words.rest }
}

/** The tokens of one statement, read from the left. */
class Words {
  readonly #text: string
  readonly #tokens: { text: string; start: number; end: number }[] = []
  #at = 0

  constructor(text: string) {
    this.#text = text
    let start = 0
    for (const { kind, text: piece } of scanSql(text)) {
      const end = start + piece.length
      if (kind === 'code' || kind === 'quoted') this.#tokens.push({ text: piece, start, end })
      start = end
    }
  }

  get ended(): boolean {
    return this.#at === this.#tokens.length
  }

  /** Everything up to the end of the statement. */
  get rest(): string {
    const first = this.#tokens[this.#at]
    return first ? this.#text.slice(first.start, this.#tokens.at(-1)!.end) : ''
  }

  /** Consumes all of these words, or none. */
  accept(...words: string[]): boolean {
    if (!words.every((word, i) => this.#tokens[this.#at + i]?.text.toLowerCase() === word)) return false
    this.#at += words.length
    return true
  }

  /** Consumes a name, with its schema if it has one. */
  name(): string | undefined {
    const parts: string[] = []
    do {
      const part = this.#tokens[this.#at]?.text ?? ''
      if (!/^(?:"|[\p{L}_])/u.test(part)) return undefined
      parts.push(part)
      this.#at++
    } while (this.accept('.'))
    return parts.join('.')
  }
}

export interface FoundIndex {
  /** Quoted, with its schema. */
  name: string
  valid: boolean
  /** The definition from `pg_get_indexdef`. */
  definition: string
  /** Whether it is on the table that the statement names. */
  onTable: boolean
}

/** Any relation that already has the name of the new index: an index lives in the schema of its table. */
export async function findIndex(client: pg.Client, step: CreateIndex): Promise<FoundIndex | undefined> {
  const { rows } = await client.query(
    `select n.nspname as schema, c.relname as name, coalesce(i.indisvalid and i.indisready, false) as valid,
       coalesce(pg_get_indexdef(i.indexrelid), '') as definition, coalesce(i.indrelid = t.oid, false) as "onTable"
     from pg_class t join pg_class c on c.relnamespace = t.relnamespace join pg_namespace n on n.oid = c.relnamespace
       left join pg_index i on i.indexrelid = c.oid
     where t.oid = to_regclass($1) and c.relname = (parse_ident($2))[1]::name`,
    [step.table, step.index],
  )
  const row = rows[0] as (FoundIndex & { schema: string }) | undefined
  return row && { ...row, name: `${quoteIdentifier(row.schema)}.${quoteIdentifier(row.name)}` }
}

/**
 * Whether an index matches the statement: table, method, columns, uniqueness, predicate. PostgreSQL itself decides, with
 * the same index on an empty temporary copy of the table. Undefined if the copy cannot be created.
 */
export async function isAsAsked(
  client: pg.Client,
  step: CreateIndex,
  found: FoundIndex,
  lockTimeoutMs: number,
): Promise<boolean | undefined> {
  if (!found.onTable) return false
  const { index, unique, definition, table } = step
  try {
    await client.query(`begin; set local lock_timeout = ${lockTimeoutMs}`)
    const { rows: tables } = await client.query(
      'select quote_ident(relname) as name from pg_class where oid = to_regclass($1)',
      [table],
    )
    // With the same name, because the predicate may qualify its columns with the table.
    const twin = (tables[0] as { name: string }).name
    await client.query(`create temporary table ${twin} (like ${table}) on commit drop`)
    await client.query(`create ${unique ? 'unique ' : ''}index ${index} on pg_temp.${twin} ${definition}`)
    const { rows } = await client.query('select pg_get_indexdef(to_regclass($1)) as definition', [`pg_temp.${index}`])
    return essence(found.definition) === essence((rows[0] as { definition: string }).definition)
  } catch {
    return undefined // no right to create temporary tables, or a lock on the table
  } finally {
    await client.query('rollback')
  }
}

/** Without the names of index and table, which differ only in their schemas. */
function essence(definition: string): string {
  return `${definition.startsWith('CREATE UNIQUE')} ${definition.slice(definition.indexOf(' USING '))}`
}

export async function indexExists(client: pg.Client, name: string): Promise<boolean> {
  const { rows } = await client.query('select to_regclass($1) is not null as found', [name])
  return (rows[0] as { found: boolean }).found
}
