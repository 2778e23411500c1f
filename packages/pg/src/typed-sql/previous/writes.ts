import { list, nodesOf, parseSql, type Tree, tree } from '../../lint/parser.ts'

/** What a query does to a table. */
export interface Write {
  /** `insert` also for what MERGE inserts. */
  event: 'insert' | 'update' | 'delete'
  table: string
  /** Columns that it gives a value; undefined for an INSERT without a list of columns. */
  columns: readonly WrittenColumn[] | undefined
}

export interface WrittenColumn {
  name: string
  /** `default` is as if it were left out. */
  value: 'null' | 'default' | 'constant' | 'unknown'
}

/** What a query reads and writes. */
export interface QueryEffects {
  writes: readonly Write[]
  /** Every table that it names. */
  tables: readonly string[]
}

/** The effects of a query, in all its parts. Nothing where PostgreSQL's parser does not understand it. */
export async function effectsOf(text: string): Promise<QueryEffects> {
  const statements = await parseSql(text).catch(() => [])
  const nodes = statements.map(({ kind, node }) => ({ [kind]: node }))
  const writes = [
    ...nodesOf(nodes, 'InsertStmt').flatMap(inserts),
    ...nodesOf(nodes, 'UpdateStmt').map(node => update(node.relation, node.targetList)),
    ...nodesOf(nodes, 'DeleteStmt').map(node => ({
      event: 'delete' as const,
      table: nameOf(node.relation),
      columns: [],
    })),
    ...nodesOf(nodes, 'MergeStmt').flatMap(merges),
  ]
  const read = nodesOf(nodes, 'RangeVar').map(nameOf)
  return { writes, tables: [...new Set([...read, ...writes.map(({ table }) => table)])] }
}

function nameOf(relation: unknown): string {
  const { schemaname, relname } = tree(relation)
  return schemaname === undefined ? String(relname) : `${schemaname}.${relname}`
}

function inserts(node: Tree): Write[] {
  const rows = list(tree(tree(node.selectStmt).SelectStmt).valuesLists).map(row => list(tree(row.List).items))
  const names = list(node.cols).map(targetName)
  const isList = node.cols !== undefined
  const columns = names.map((name, index) => ({ name, value: worst(rows.map(row => writtenValue(row[index]))) }))
  const write: Write = {
    event: 'insert',
    table: nameOf(node.relation),
    columns: isList ? columns : node.selectStmt === undefined ? [] : undefined,
  }
  const conflict = tree(node.onConflictClause)
  return conflict.targetList === undefined ? [write] : [write, update(node.relation, conflict.targetList)]
}

function update(relation: unknown, targets: unknown): Write {
  const columns = list(targets).map(target => ({
    name: targetName(target),
    value: writtenValue(tree(target.ResTarget).val),
  }))
  return { event: 'update', table: nameOf(relation), columns }
}

function merges(node: Tree): Write[] {
  return list(node.mergeWhenClauses).flatMap((clause): Write[] => {
    const { commandType, targetList, values } = tree(clause.MergeWhenClause)
    if (commandType === 'CMD_UPDATE') return [update(node.relation, targetList)]
    const table = nameOf(node.relation)
    if (commandType === 'CMD_DELETE') return [{ event: 'delete', table, columns: [] }]
    if (commandType !== 'CMD_INSERT') return []
    const columns = list(targetList).map((target, index) => ({
      name: targetName(target),
      value: writtenValue(list(values)[index]),
    }))
    return [{ event: 'insert', table, columns: targetList === undefined && values !== undefined ? undefined : columns }]
  })
}

function targetName(target: Tree): string {
  return String(tree(target.ResTarget).name)
}

function writtenValue(node: unknown): WrittenColumn['value'] {
  const { SetToDefault, A_Const, TypeCast } = tree(node)
  if (SetToDefault !== undefined) return 'default'
  if (TypeCast !== undefined) return writtenValue(tree(TypeCast).arg)
  if (A_Const === undefined) return 'unknown'
  return tree(A_Const).isnull === true ? 'null' : 'constant'
}

/** Of several rows, what is most likely to be refused. */
function worst(values: readonly WrittenColumn['value'][]): WrittenColumn['value'] {
  const order = ['null', 'default', 'unknown', 'constant'] as const
  return order.find(value => values.includes(value)) ?? 'unknown'
}
