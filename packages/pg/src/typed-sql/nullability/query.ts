import { list, names, nodesOf, type Tree, tree } from '../../lint/parser.ts'
import { type ExpressionContext, familyIn, isNeverNull } from './expression.ts'
import { type FromContext, readFrom, readTable, renamed, sourceOf } from './from.ts'
import { ROWS_OF } from './functions.ts'
import type { Known } from './known.ts'
import {
  type Column,
  type Entry,
  isNullable,
  type NameScope,
  NOTHING,
  proveIn,
  Relation,
  type Source,
} from './name-scope.ts'
import { type Path, provenBy } from './not-null-columns.ts'

type Ctes = ReadonlyMap<string, readonly Column[] | undefined>

/** How deeply queries may be nested; deeper ones are not analyzed. */
const DEEPEST = 64

/** Infers which columns of a query can be NULL. */
export class QueryReader {
  readonly #known: Known
  readonly #views = new Map<Tree, readonly Column[] | undefined>()
  #depth = 0

  constructor(known: Known) {
    this.#known = known
  }

  /** The columns of a statement; undefined if not even their number is known. */
  columnsOf(kind: string, node: Tree, ctes: Ctes = new Map(), parent?: NameScope): readonly Column[] | undefined {
    if (this.#depth > DEEPEST) return undefined
    this.#depth++
    try {
      if (kind === 'SelectStmt') return this.#select(node, ctes, parent)
      return CHANGES.includes(kind) ? this.#change(kind, node, ctes, parent) : undefined
    } finally {
      this.#depth--
    }
  }

  #select(node: Tree, outer: Ctes, parent: NameScope | undefined): readonly Column[] | undefined {
    const ctes = this.#with(node.withClause, outer, parent)
    if (node.op !== undefined && node.op !== 'SETOP_NONE') return this.#setOperation(node, ctes, parent)
    if (node.valuesLists !== undefined) return this.#values(node, ctes, parent)
    const source = readFrom(list(node.fromClause), this.#from(ctes, parent))
    proveIn(source, provenBy(node.whereClause, this.#known))
    proveIn(source, provenBy(node.havingClause, this.#known)) // its columns are those of the groups
    const groups = list(node.groupClause)
    const scope: NameScope = {
      source,
      ctes,
      parent,
      rollup: groups.some(group => group.GroupingSet !== undefined),
      grouped: groups.length > 0,
      windows: new Map(
        list(node.windowClause).map(each => [String(tree(each.WindowDef).name), tree(each.WindowDef).frameOptions]),
      ),
    }
    return this.#targets(list(node.targetList), scope)
  }

  /** NULL in one branch is NULL in the result, except in rows that only the other branch leaves. */
  #setOperation(node: Tree, ctes: Ctes, parent: NameScope | undefined): readonly Column[] | undefined {
    const left = this.columnsOf('SelectStmt', tree(node.larg), ctes, parent)
    const right = this.columnsOf('SelectStmt', tree(node.rarg), ctes, parent)
    if (!left || !right || left.length !== right.length) return undefined
    return left.map((column, i) => {
      const other = right[i]!
      const nullable =
        node.op === 'SETOP_UNION'
          ? column.nullable || other.nullable
          : node.op === 'SETOP_EXCEPT'
            ? column.nullable
            : column.nullable && other.nullable
      return { ...column, nullable, family: column.family === other.family ? column.family : undefined }
    })
  }

  #values(node: Tree, ctes: Ctes, parent: NameScope | undefined): readonly Column[] {
    const context = this.#contextOf({ source: NOTHING, ctes, parent, rollup: false, grouped: false })
    const rows = list(node.valuesLists).map(row => list(tree(row.List).items))
    return rows[0]!.map((first, i) => ({
      name: `column${i + 1}`,
      nullable: !rows.every(row => isNeverNull(row[i], context)),
      family: familyIn(first, context),
    }))
  }

  /** INSERT, UPDATE, DELETE and MERGE: the columns of RETURNING. */
  #change(kind: string, node: Tree, outer: Ctes, parent: NameScope | undefined): readonly Column[] | undefined {
    const ctes = this.#with(node.withClause, outer, parent)
    const context = this.#from(ctes, parent)
    const target = this.#target(tree(node.relation), context)
    const others = readFrom(
      node.sourceRelation === undefined ? list(node.fromClause ?? node.usingClause) : [tree(node.sourceRelation)],
      context,
    )
    const clauses = list(node.mergeWhenClauses).map(each => tree(each.MergeWhenClause).matchKind)
    if (clauses.includes('MERGE_WHEN_NOT_MATCHED_BY_SOURCE')) {
      for (const relation of others.relations) relation.absences.add({ relations: others.relations })
    }
    const source: Source = {
      relations: [...target.relations, ...others.relations],
      entries: [...others.entries, ...target.entries],
      complete: target.complete && others.complete,
    }
    // An updated column was not NULL before, but may be now. Conditions apply only to the other tables.
    const proven = provenBy(node.whereClause, this.#known)
    proveIn(source, proven, kind === 'UpdateStmt' ? target : NOTHING)
    source.relations.push(...this.#versions(kind, node, target, proven))
    const star = kind === 'MergeStmt' ? [...others.entries, ...target.entries] : [...target.entries, ...others.entries]
    const scope: NameScope = { source: { ...source, entries: star }, ctes, parent, rollup: false, grouped: false }
    return this.#targets(list(node.returningList ?? tree(node.returningClause).exprs), scope)
  }

  /** A trigger may change a row that is written to a view in unknown ways. */
  #target(relation: Tree, context: FromContext): Source {
    const known: Known = {
      ...context.known,
      builtIn: path => context.known.builtIn(path),
      table: (schema, name) => {
        const table = context.known.table(schema, name)
        return table?.view ? { columns: table.columns.map(column => ({ ...column, nullable: true })) } : table
      },
    }
    return readTable(relation, { ...context, known, ctes: new Map() })
  }

  /** `old` and `new` in RETURNING. What MERGE does with a row is not known before. */
  #versions(kind: string, node: Tree, { relations: [target] }: Source, proven: readonly Path[]): Relation[] {
    const given = list(tree(node.returningClause).options).map(each => tree(each.ReturningOption))
    const named = (option: string, name: string) => String(given.find(each => each.option === option)?.value ?? name)
    const before = new Relation(named('RETURNING_OPTION_OLD', 'old'), target?.columns)
    const after = new Relation(named('RETURNING_OPTION_NEW', 'new'), target?.columns)
    if (kind === 'MergeStmt' || kind === 'InsertStmt') before.absences.add({ relations: [before] })
    if (kind === 'MergeStmt' || kind === 'DeleteStmt') after.absences.add({ relations: [after] })
    if (kind === 'UpdateStmt' || kind === 'DeleteStmt') {
      const alone = sourceOf(target?.name ?? '', target?.columns)
      proveIn(alone, proven)
      for (const column of alone.relations[0]!.proven) before.prove(column)
    }
    return [before, after]
  }

  #targets(targets: readonly Tree[], scope: NameScope): readonly Column[] | undefined {
    const context = this.#contextOf(scope)
    const columns: Column[] = []
    const alone = nodesOf(targets, 'FuncCall').length === 1
    for (const { ResTarget } of targets) {
      const { name, val } = tree(ResTarget)
      const star = this.#star(tree(val), scope)
      if (star === 'unknown') return undefined
      if (star) {
        for (const entry of star) columns.push({ ...entry.column, nullable: scope.rollup || isNullable(entry) })
      } else {
        columns.push({
          name: name === undefined ? nameOf(tree(val)) : String(name),
          nullable: !isNeverNull(val, context) && !(alone && givesRows(val, this.#known)),
          family: familyIn(val, context),
        })
      }
    }
    return columns
  }

  /** The expansion of `*` and `t.*`; undefined for anything else. */
  #star(value: Tree, { source }: NameScope): readonly Entry[] | 'unknown' | undefined {
    if (list(tree(value.A_Indirection).indirection).some(part => part.A_Star !== undefined)) return 'unknown'
    const fields = list(tree(value.ColumnRef).fields)
    if (fields.at(-1)?.A_Star === undefined) return undefined
    if (fields.length === 1) return source.complete ? source.entries : 'unknown'
    const relation = source.relations.find(each => each.name === names(fields).at(-2))
    return relation?.columns?.map(column => ({ relation, column })) ?? 'unknown'
  }

  #with(clause: unknown, outer: Ctes, parent: NameScope | undefined): Ctes {
    if (clause === undefined) return outer
    const ctes = new Map(outer)
    for (const { CommonTableExpr } of list(tree(clause).ctes)) {
      const cte = tree(CommonTableExpr)
      const name = String(cte.ctename)
      const [kind = '', node] = Object.entries(tree(cte.ctequery))[0] ?? []
      const alias = { colnames: cte.aliascolnames }
      const recursive = tree(clause).recursive === true && tree(node).op === 'SETOP_UNION'
      const columns = recursive
        ? this.#recursive(name, tree(node), alias, ctes, parent)
        : this.columnsOf(kind, tree(node), ctes, parent)
      ctes.set(name, renamed(columns, alias))
    }
    return ctes
  }

  /** Starts with the columns of the first branch, and merges those of the second until nothing changes. */
  #recursive(name: string, node: Tree, alias: Tree, ctes: Ctes, parent: NameScope | undefined) {
    const inner = this.#with(node.withClause, ctes, parent)
    let columns = this.columnsOf('SelectStmt', tree(node.larg), inner, parent)
    for (let changed = true; changed && columns; ) {
      const known: Ctes = new Map([...inner, [name, renamed(columns, alias)]])
      const next = this.columnsOf('SelectStmt', tree(node.rarg), known, parent)
      if (next?.length !== columns.length) return undefined
      const both: readonly Column[] = columns.map((column, i) => ({
        ...column,
        nullable: column.nullable || next[i]!.nullable,
        family: column.family === next[i]!.family ? column.family : undefined,
      }))
      changed = both.some(
        ({ nullable, family }, i) => nullable !== columns![i]!.nullable || family !== columns![i]!.family,
      )
      columns = both
    }
    return columns
  }

  #from(ctes: Ctes, parent: NameScope | undefined): FromContext {
    return {
      known: this.#known,
      ctes,
      columnsOf: (select, before) =>
        this.columnsOf('SelectStmt', select, ctes, { source: before, ctes, parent, rollup: false, grouped: false }),
      columnsOfView: view => {
        if (!this.#views.has(view)) this.#views.set(view, this.columnsOf('SelectStmt', view))
        return this.#views.get(view)
      },
    }
  }

  #contextOf(scope: NameScope): ExpressionContext {
    const columnsOf = (select: Tree) => this.columnsOf('SelectStmt', select, scope.ctes, scope)
    return { scope, known: this.#known, given: new Set(), columnsOf }
  }
}

const CHANGES = ['InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt']

/** A call in SELECT for each row of which there is a row. Beside a longer one, the shorter would be filled up with NULL. */
function givesRows(value: unknown, known: Known): boolean {
  const { FuncCall } = tree(value)
  const name = FuncCall === undefined ? undefined : known.builtIn(names(tree(FuncCall).funcname))
  const rows = name !== undefined && Object.hasOwn(ROWS_OF, name) ? ROWS_OF[name]! : []
  return rows.length === 1 && !rows[0]!.nullable
}

/** The name that PostgreSQL gives to a column without AS, in simple cases (`FigureColname`). */
function nameOf(value: Tree): string | undefined {
  if (value.ColumnRef !== undefined) return names(tree(value.ColumnRef).fields).at(-1)
  if (value.FuncCall !== undefined) return names(tree(value.FuncCall).funcname).at(-1)
  if (value.A_Expr !== undefined) return tree(value.A_Expr).kind === 'AEXPR_NULLIF' ? 'nullif' : '?column?'
  if (value.CoalesceExpr !== undefined) return 'coalesce'
  if (value.ParamRef !== undefined) return '?column?'
  return undefined
}
