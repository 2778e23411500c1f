import { scanSql } from '../sql/sql-scanner.ts'
import { BATCH, type Context, type Fault } from './fault.ts'
import { quoteName, relationName } from './identifiers.ts'
import { nodesOf, type ParsedStatement, type Tree, tree } from './parser.ts'

/** UPDATE and DELETE of every row, including in the WITH of another statement. */
export function checkChanges(statement: ParsedStatement, context: Context): Fault[] {
  const found = ['UpdateStmt', 'DeleteStmt'].flatMap(kind => {
    const nested = nestedTexts(statement.text, kind === 'UpdateStmt' ? 'update' : 'delete')
    const inner = nodesOf(statement.node, kind).map((change, i) => ({ change, text: nested[i] }))
    return statement.kind === kind ? [{ change: statement.node, text: statement.text }, ...inner] : inner
  })
  return found
    .filter(
      ({ change }) => takesAll(change.whereClause) && !context.created.has(`relation ${relationName(change.relation)}`),
    )
    .map(({ change, text }) => faultOf(change, text ?? statement.text))
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

/** The statements in parentheses that begin with a word, in their order. */
function nestedTexts(text: string, word: string): string[] {
  const found: { from: number; text: string | undefined }[] = []
  const open: (number | undefined)[] = []
  let at = 0
  let opened = false
  for (const { kind, text: piece } of scanSql(text)) {
    if (opened && kind !== 'space') {
      const begins = kind === 'code' && piece.toLowerCase() === word
      open.push(begins ? found.push({ from: at, text: undefined }) - 1 : undefined)
      opened = false
    }
    if (piece === '(') opened = true
    if (piece === ')') {
      const closed = found[open.pop() ?? -1]
      if (closed) closed.text = text.slice(closed.from, at).trimEnd()
    }
    at += piece.length
  }
  return found.flatMap(({ text: inner }) => inner ?? [])
}

/** Where the condition of a statement begins or belongs: at its own WHERE or RETURNING, not at one of a sub-select. */
function whereOf(text: string): number {
  let at = 0
  let depth = 0
  for (const { kind, text: piece } of scanSql(text)) {
    if (kind === 'code' && depth === 0 && /^(?:where|returning)$/i.test(piece)) return at
    if (piece === '(') depth++
    if (piece === ')') depth--
    at += piece.length
  }
  return at
}

function faultOf({ relation, fromClause, usingClause }: Tree, text: string): Fault {
  const name = relationName(relation)
  const on = quoteName(name)
  const alias = tree(tree(relation).alias).aliasname
  const others = fromClause !== undefined || usingClause !== undefined
  const row = alias !== undefined || others ? `${quoteName(String(alias ?? name.split('.').at(-1)))}.ctid` : 'ctid'
  const some = `where ${row} in (select ctid from ${on} /* where it is not done yet */ limit ${BATCH})`
  return {
    rule: 'change_without_where',
    on,
    recipe: `-- outside of migrations, again until no row is left, each time in a transaction of its own\n${text.slice(0, whereOf(text)).trimEnd()} ${some};`,
  }
}
