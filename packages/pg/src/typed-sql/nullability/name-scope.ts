import type { Family } from './functions.ts'

/** A column of a table, of a sub-select or of a result. */
export interface Column {
  /** Undefined if only the server knows it. */
  name: string | undefined
  nullable: boolean
  family: Family | undefined
}

/** A side of an outer join that may have no row: then all its columns are NULL. */
export interface Absence {
  relations: Relation[]
  /** Called once there is a row after all: then the condition of the join holds. */
  onPresent?: () => void
}

/** A table, a view or a sub-select in FROM. */
export class Relation {
  readonly name: string
  /** Undefined if they are unknown. */
  readonly columns: readonly Column[] | undefined
  readonly absences: Set<Absence> = new Set()
  /** Columns that a condition proves to be not NULL. */
  readonly proven: Set<string> = new Set()

  constructor(name: string, columns: readonly Column[] | undefined) {
    this.name = name
    this.columns = columns
  }

  /** A condition requires this column to be not NULL, so there is a row of this relation. */
  prove(column: string | undefined): void {
    if (column !== undefined) this.proven.add(column)
    const refuted = [...this.absences]
    for (const absence of refuted) for (const relation of absence.relations) relation.absences.delete(absence)
    for (const absence of refuted) absence.onPresent?.()
  }
}

/** A column with the names by which it can be referenced. */
export interface Entry {
  relation: Relation
  column: Column
}

export function isNullable({ relation, column }: Entry): boolean {
  if (relation.absences.size > 0) return true
  return column.nullable && !(column.name !== undefined && relation.proven.has(column.name))
}

/** The result of FROM: its relations, and the columns of `*` in order, those of USING once. */
export interface Source {
  relations: Relation[]
  entries: Entry[]
  /** Whether the entries are all columns. */
  complete: boolean
}

/** Where names are looked up. */
export interface NameScope {
  source: Source
  ctes: ReadonlyMap<string, readonly Column[] | undefined>
  parent: NameScope | undefined
  /** ROLLUP and similar clauses put NULL if a column does not take part. */
  rollup: boolean
  /** Aggregates are over groups, and each group has a row. */
  grouped: boolean
  /** The frames of the windows in WINDOW, by their names. */
  windows?: ReadonlyMap<string, unknown>
}

export const NOTHING: Source = { relations: [], entries: [], complete: true }

/** The target of a reference. */
export type Found = { entry: Entry; rollup: boolean } | { row: Relation; rollup: boolean } | undefined

/** Looks up `column`, `relation.column` or `schema.relation.column`, including in the enclosing queries. */
export function lookUp(path: readonly string[], scope: NameScope | undefined): Found {
  if (!scope) return undefined
  const { source, rollup } = scope
  const name = path.at(-1)!
  if (path.length > 1) {
    const relation = source.relations.find(each => each.name === path.at(-2))
    if (!relation) return lookUp(path, scope.parent)
    const column = relation.columns?.find(each => each.name === name)
    return column && { entry: { relation, column }, rollup }
  }
  const entry = source.entries.find(({ column }) => column.name === name)
  if (entry) return { entry, rollup }
  const row = source.relations.find(each => each.name === name)
  if (row) return { row, rollup }
  return source.complete ? lookUp(path, scope.parent) : undefined
}

/**
 * Records that a condition requires these to be not NULL: columns, or whole rows. Only in this query: conditions prove nothing
 * about enclosing ones.
 *
 * @param except - relations about which it says nothing
 */
export function proveIn(source: Source, paths: readonly (readonly string[])[], except: Source = NOTHING): void {
  for (const path of paths) {
    const found = lookUp(path, { source, ctes: new Map(), parent: undefined, rollup: false, grouped: false })
    if (!found) continue
    const relation = 'entry' in found ? found.entry.relation : found.row
    if (!except.relations.includes(relation)) relation.prove('entry' in found ? found.entry.column.name : undefined)
  }
}
