import { BATCH, type Context, type Fault } from './fault.ts'
import { quoteName, relationName } from './identifiers.ts'
import { nodesOf, type ParsedStatement, type Tree, tree } from './parser.ts'

/** UPDATE and DELETE of every row, including in the WITH of another statement. */
export function checkChanges(statement: ParsedStatement, context: Context): Fault[] {
  const { kind, node } = statement
  const changes = ['UpdateStmt', 'DeleteStmt'].flatMap(each => [
    ...(kind === each ? [node] : []),
    ...nodesOf(node, each),
  ])
  return changes
    .filter(change => takesAll(change.whereClause) && !context.created.has(`relation ${relationName(change.relation)}`))
    .map(change => faultOf(change, change === node ? statement.text : undefined))
}

/** No condition, or one that is true for every row, such as `true` and `1 = 1`. */
function takesAll(where: unknown): boolean {
  if (where === undefined) return true
  const looks = ['ColumnRef', 'FuncCall', 'SubLink', 'ParamRef', 'CurrentOfExpr', 'SQLValueFunction'].some(
    kind => nodesOf({ where: [where] }, kind).length > 0,
  )
  const constant = tree(tree(tree(where).A_Const).boolval)
  const isFalse = tree(where).A_Const !== undefined && constant.boolval !== true
  return !looks && !isFalse
}

/** The start of a statement's first WHERE, or its end if it has none. */
function whereOf(text: string): number {
  const found = text.search(/\bwhere\b/i)
  return found < 0 ? text.length : found
}

function faultOf({ relation }: Tree, text: string | undefined): Fault {
  const on = quoteName(relationName(relation))
  const some = `where ctid in (select ctid from ${on} /* where it is not done yet */ limit ${BATCH})`
  const change = text === undefined ? `delete from ${on}` : text.slice(0, whereOf(text)).trimEnd()
  return {
    rule: 'change_without_where',
    on,
    recipe: `-- outside of migrations, again until no row is left, each time in a transaction of its own\n${change} ${some};`,
  }
}
