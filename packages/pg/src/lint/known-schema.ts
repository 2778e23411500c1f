import { objectName, plainName, readType, relationName } from './identifiers.ts'
import { list, names, type ParsedStatement, type Tree, tree } from './parser.ts'

export type Volatility = 'immutable' | 'stable' | 'volatile'

/** The properties of a column that the lint needs. */
export interface KnownColumn {
  /** Without `pg_catalog` and `public`: `varchar`, `int4`. */
  type: string
  mods: readonly number[]
  /** The TypeName of the parse tree, to write it again. Undefined if the column comes from a database. */
  typeName?: unknown
}

interface KnownCheck {
  table: string
  /** The column of `CHECK (column IS NOT NULL)` or `NOT NULL column`. */
  notNull: string | undefined
  validated: boolean
}

/**
 * What is known of a database before a statement runs: from earlier migrations and, with a connection, from its catalog.
 */
export class KnownSchema {
  readonly volatility: Map<string, Volatility> = new Map()
  /** By `table.column`. */
  readonly columns: Map<string, KnownColumn> = new Map()
  /** By the name of the constraint. */
  readonly checks: Map<string, KnownCheck> = new Map()
  /** Partitioned tables and the columns of their keys. */
  readonly partitioned: Map<string, readonly string[]> = new Map()

  volatilityOf(path: readonly string[]): Volatility | undefined {
    return this.volatility.get(plainName(path))
  }

  column(table: string, column: string): KnownColumn | undefined {
    return this.columns.get(`${table}.${column}`)
  }

  /** Whether a validated constraint already ensures that a column has no NULL: then SET NOT NULL scans nothing. */
  holdsNoNull(table: string, column: string): boolean {
    return [...this.checks.values()].some(check => check.table === table && check.notNull === column && check.validated)
  }

  hasValidatedCheck(table: string): boolean {
    return [...this.checks.values()].some(check => check.table === table && check.validated)
  }

  /** Records what a statement does. */
  learn({ kind, node }: ParsedStatement): void {
    this.#lessons[kind]?.(node)
  }

  readonly #lessons: Readonly<Record<string, (node: Tree) => void>> = {
    CreateStmt: node => this.#createTable(node),
    CreateFunctionStmt: node => {
      const options = list(node.options).map(option => tree(option.DefElem))
      const given = options.find(({ defname }) => defname === 'volatility')
      const word = given && String(tree(tree(given.arg).String).sval)
      this.volatility.set(plainName(names(node.funcname)), (word as Volatility | undefined) ?? 'volatile')
    },
    AlterTableStmt: node => {
      const table = relationName(node.relation)
      for (const command of list(node.cmds)) this.#alter(table, tree(command.AlterTableCmd))
    },
    RenameStmt: node => this.#rename(node),
    DropStmt: node => {
      if (node.removeType !== 'OBJECT_TABLE') return
      for (const table of list(node.objects).map(objectName)) this.#forget(table)
    },
  }

  #createTable(node: Tree): void {
    const table = relationName(node.relation)
    if (node.if_not_exists !== true) this.#forget(table)
    for (const element of list(node.tableElts)) {
      if (element.ColumnDef) this.#addColumn(table, tree(element.ColumnDef))
      if (element.Constraint) this.#addConstraint(table, tree(element.Constraint))
    }
    if (node.partspec === undefined) return
    const parts = list(tree(node.partspec).partParams).map(part => tree(part.PartitionElem).name)
    this.partitioned.set(table, parts.map(String))
  }

  #addColumn(table: string, column: Tree): void {
    const key = `${table}.${column.colname}`
    this.columns.set(key, columnOf(column.typeName))
    for (const { Constraint } of list(column.constraints)) this.#addConstraint(table, tree(Constraint), column)
  }

  #addConstraint(table: string, constraint: Tree, column?: Tree): void {
    if (constraint.contype !== 'CONSTR_CHECK' && constraint.contype !== 'CONSTR_NOTNULL') return
    const notNull = notNullColumn(constraint) ?? (constraint.contype === 'CONSTR_NOTNULL' ? column?.colname : undefined)
    const name = String(constraint.conname ?? `${table}.${notNull ?? 'check'}`)
    const validated = constraint.skip_validation !== true
    this.checks.set(name, { table, notNull: notNull === undefined ? undefined : String(notNull), validated })
  }

  #alter(table: string, command: Tree): void {
    const def = tree(command.def)
    const name = String(command.name)
    if (command.subtype === 'AT_AddColumn') this.#addColumn(table, tree(def.ColumnDef))
    if (command.subtype === 'AT_AlterColumnType') {
      this.columns.set(`${table}.${name}`, columnOf(tree(def.ColumnDef).typeName))
    }
    if (command.subtype === 'AT_AddConstraint') this.#addConstraint(table, tree(def.Constraint))
    if (command.subtype === 'AT_DropConstraint') this.checks.delete(name)
    const check = this.checks.get(name)
    if (command.subtype === 'AT_ValidateConstraint' && check) this.checks.set(name, { ...check, validated: true })
    if (command.subtype === 'AT_DropColumn') this.columns.delete(`${table}.${name}`)
  }

  #rename(node: Tree): void {
    const table = relationName(node.relation)
    const to = String(node.newname)
    if (node.renameType === 'OBJECT_COLUMN') {
      const column = this.column(table, String(node.subname))
      if (column) this.columns.set(`${table}.${to}`, column)
    } else if (node.renameType === 'OBJECT_TABLE') {
      const schema = table.includes('.') ? `${table.split('.')[0]}.` : ''
      for (const [key, column] of [...this.columns]) {
        if (key.startsWith(`${table}.`)) this.columns.set(`${schema}${to}${key.slice(table.length)}`, column)
      }
      for (const [name, check] of this.checks) {
        if (check.table === table) this.checks.set(name, { ...check, table: `${schema}${to}` })
      }
      this.#forget(table)
    }
  }

  #forget(table: string): void {
    for (const key of this.columns.keys()) if (key.startsWith(`${table}.`)) this.columns.delete(key)
    for (const [name, check] of this.checks) if (check.table === table) this.checks.delete(name)
    this.partitioned.delete(table)
  }
}

export function columnOf(typeName: unknown): KnownColumn {
  const { name, mods, isArray } = readType(typeName)
  return { type: isArray ? `${name}[]` : name, mods, typeName }
}

/** The column of `CHECK (column IS NOT NULL)` and of `NOT NULL column`. */
function notNullColumn(constraint: Tree): string | undefined {
  if (constraint.contype === 'CONSTR_NOTNULL') return names(constraint.keys)[0]
  const test = tree(tree(constraint.raw_expr).NullTest)
  if (test.nulltesttype !== 'IS_NOT_NULL') return undefined
  return names(tree(tree(test.arg).ColumnRef).fields).at(-1)
}

/** Types with the same text forms and bytes, such as `varchar` and `text`. */
const TEXTS = ['varchar', 'text']
const MAX = Number.POSITIVE_INFINITY

/**
 * Whether PostgreSQL changes a type without rewriting or scanning the table, because the new type accepts all old values.
 */
export function widens(from: KnownColumn, to: KnownColumn): boolean {
  const [old = MAX, oldScale = 0] = from.mods
  const [now = MAX, nowScale = 0] = to.mods
  if (TEXTS.includes(from.type) && TEXTS.includes(to.type)) return to.type === 'text' || now >= old
  if (from.type !== to.type && !(to.type === 'interval' && from.type.startsWith('interval '))) return false
  if (from.type === 'numeric') return now === MAX || (old !== MAX && now >= old && nowScale === oldScale)
  return ['varbit', 'timestamp', 'timestamptz', 'time', 'timetz', 'interval'].includes(to.type)
    ? now >= old
    : old === now
}
