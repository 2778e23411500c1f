import { list, names, type Tree, tree } from '../../lint/parser.ts'
import { ROWS_OF } from './functions.ts'
import type { Known } from './known.ts'
import {
  type Absence,
  type Column,
  type Entry,
  isNullable,
  NOTHING,
  proveIn,
  Relation,
  type Source,
} from './name-scope.ts'
import { provenBy } from './not-null-columns.ts'

/** What is needed to analyze the items of FROM. */
export interface FromContext {
  known: Known
  ctes: ReadonlyMap<string, readonly Column[] | undefined>
  /** The columns of a sub-select, which may refer to preceding items if it is LATERAL. */
  columnsOf(select: Tree, before: Source): readonly Column[] | undefined
  columnsOfView(view: Tree): readonly Column[] | undefined
}

export function readFrom(items: readonly Tree[], context: FromContext): Source {
  let source = NOTHING
  for (const item of items) source = beside(source, readItem(item, context, source))
  return source
}

function beside(a: Source, b: Source): Source {
  return {
    relations: [...a.relations, ...b.relations],
    entries: [...a.entries, ...b.entries],
    complete: a.complete && b.complete,
  }
}

function readItem(item: Tree, context: FromContext, before: Source): Source {
  const { RangeVar, JoinExpr, RangeSubselect, RangeFunction, RangeTableSample } = item
  if (RangeVar !== undefined) return readTable(tree(RangeVar), context)
  if (JoinExpr !== undefined) return readJoin(tree(JoinExpr), context, before)
  if (RangeTableSample !== undefined) return readItem(tree(tree(RangeTableSample).relation), context, before)
  if (RangeSubselect !== undefined) {
    const { subquery, alias, lateral } = tree(RangeSubselect)
    const columns = context.columnsOf(tree(tree(subquery).SelectStmt), lateral === true ? before : NOTHING)
    return sourceOf(String(tree(alias).aliasname ?? ''), renamed(columns, alias))
  }
  if (RangeFunction !== undefined) return readFunction(tree(RangeFunction), context)
  return { relations: [], entries: [], complete: false }
}

/** One relation as a source. */
export function sourceOf(name: string, columns: readonly Column[] | undefined): Source {
  const relation = new Relation(name, columns)
  return {
    relations: [relation],
    entries: (columns ?? []).map(column => ({ relation, column })),
    complete: columns?.every(column => column.name !== undefined) ?? false,
  }
}

/** A table by its name: from WITH, a view or a table. */
export function readTable(range: Tree, context: FromContext): Source {
  const name = String(range.relname)
  const schema = range.schemaname === undefined ? undefined : String(range.schemaname)
  const alias = tree(range.alias).aliasname
  const cte = schema === undefined && context.ctes.has(name)
  const table = cte ? undefined : context.known.table(schema, name)
  const columns = cte ? context.ctes.get(name) : (table?.view && context.columnsOfView(table.view)) || table?.columns
  return sourceOf(String(alias ?? name), renamed(columns, range.alias))
}

/** `AS t (a, b)` renames the first columns. */
export function renamed(columns: readonly Column[] | undefined, alias: unknown): readonly Column[] | undefined {
  const given = names(tree(alias).colnames)
  return columns?.map((column, i) => (given[i] === undefined ? column : { ...column, name: given[i] }))
}

function readFunction({ functions, alias, ordinality, coldeflist }: Tree, { known }: FromContext): Source {
  const aliasName = tree(alias).aliasname
  const calls = list(functions).map(each => tree(tree(list(tree(each.List).items)[0]).FuncCall))
  const name = calls.length === 1 ? known.builtIn(names(calls[0]!.funcname)) : undefined
  const rows = name === undefined ? undefined : ROWS_OF[name]
  const one = String(aliasName ?? name)
  let columns: readonly Column[] | undefined
  if (rows && coldeflist === undefined) {
    columns = rows.map(row => ({ ...row, name: rows.length > 1 || row.name ? (row.name ?? one) : one }))
    if (ordinality === true) columns = [...columns, { name: 'ordinality', nullable: false, family: 'other' }]
  }
  return sourceOf(one, renamed(columns, alias))
}

function readJoin(join: Tree, context: FromContext, before: Source): Source {
  const left = readItem(tree(join.larg), context, before)
  const right = readItem(tree(join.rarg), context, beside(before, left))
  const type = String(join.jointype)
  const both = beside(left, right)
  const proven = join.quals === undefined ? [] : provenBy(join.quals, context.known)
  if (type === 'JOIN_INNER') proveIn(both, proven)
  const shared = join.isNatural === true ? sharedNames(left, right) : names(join.usingClause)
  const merged = shared?.map(name => merge(name, left, right, type))
  // Where a row of the optional side is there, the condition held for both. A full join may have it alone.
  const equal = [left, right].flatMap(({ entries }) =>
    entries.filter(({ column: { name } }) => shared?.includes(name!)),
  )
  const conditionHolds = () => {
    proveIn(both, proven)
    for (const { relation, column } of equal) relation.prove(column.name)
  }
  const onPresent = type === 'JOIN_FULL' ? undefined : conditionHolds
  if (type === 'JOIN_LEFT' || type === 'JOIN_FULL') mayBeAbsent(right, onPresent)
  if (type === 'JOIN_RIGHT' || type === 'JOIN_FULL') mayBeAbsent(left, onPresent)
  return aliased(joined(both, merged, shared), join.alias)
}

function sharedNames(left: Source, right: Source): string[] | undefined {
  if (!left.complete || !right.complete) return undefined
  return left.entries.flatMap(({ column: { name } }) =>
    name !== undefined && right.entries.some(each => each.column.name === name) ? [name] : [],
  )
}

function joined(
  both: Source,
  merged: readonly (Entry | undefined)[] | undefined,
  shared: string[] | undefined,
): Source {
  if (merged === undefined || merged.includes(undefined)) return { ...both, entries: [], complete: false }
  const own = merged.map(entry => entry!.relation).filter(relation => !both.relations.includes(relation))
  const rest = both.entries.filter(({ column: { name } }) => name === undefined || !shared!.includes(name))
  return { ...both, relations: [...both.relations, ...own], entries: [...(merged as Entry[]), ...rest] }
}

/** The column that results from merging two of the same name. */
function merge(name: string, left: Source, right: Source, type: string): Entry | undefined {
  const a = left.entries.find(({ column }) => column.name === name)
  const b = right.entries.find(({ column }) => column.name === name)
  if (!a || !b) return undefined
  if (type === 'JOIN_LEFT') return a
  if (type === 'JOIN_RIGHT') return b
  if (type === 'JOIN_INNER') {
    for (const { relation, column } of [a, b]) relation.prove(column.name) // equal values are not NULL
    return a
  }
  const column = { name, nullable: isNullable(a) || isNullable(b), family: a.column.family }
  return { relation: new Relation('', [column]), column }
}

function mayBeAbsent({ relations }: Source, onPresent: (() => void) | undefined): void {
  const absence: Absence = { relations, ...(onPresent && { onPresent }) }
  for (const relation of relations) relation.absences.add(absence)
}

/** `(a JOIN b) AS j` hides the names of its parts. */
function aliased(source: Source, alias: unknown): Source {
  if (alias === undefined) return source
  const columns = source.entries.map(entry => ({ ...entry.column, nullable: isNullable(entry) }))
  return sourceOf(String(tree(alias).aliasname), source.complete ? renamed(columns, alias) : undefined)
}
