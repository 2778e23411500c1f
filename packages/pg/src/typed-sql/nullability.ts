import { list, names, parseSql, type Tree, tree } from '../lint/parser.ts'

/** What the text of a query says about NULL, where the server's description of it says nothing. */
export interface Nullability {
  /** An outer join can make any column NULL. */
  outerJoin: boolean
  /** By the place of the column: an expression that is never NULL. */
  neverNull: ReadonlySet<number>
}

const UNKNOWN: Nullability = { outerJoin: true, neverNull: new Set() }

/**
 * Reads the parse tree, as far as it can be understood. Without libpg-query everything may be NULL.
 *
 * @param shadowed - names that functions of the application share with those of PostgreSQL
 */
export async function readNullability(text: string, shadowed: ReadonlySet<string>): Promise<Nullability> {
  try {
    const [statement, ...others] = await parseSql(text)
    if (!statement || others.length > 0) return UNKNOWN
    const { kind, node } = statement
    // The targets of an UPDATE are what it sets; what it gives is its RETURNING.
    const targets = list(
      kind === 'SelectStmt' ? node.targetList : (node.returningList ?? tree(node.returningClause).exprs),
    )
    // There is no old row of what is inserted, and no new one of what is deleted.
    const versions = targets.some(target =>
      /^(?:old|new)$/.test(names(tree(tree(tree(target.ResTarget).val).ColumnRef).fields)[0] ?? ''),
    )
    const hasStar = targets.some(target => isStar(tree(tree(target.ResTarget).val)))
    const neverNull = targets.flatMap((target, i) =>
      isNeverNull(tree(tree(target.ResTarget).val), shadowed) ? [i] : [],
    )
    return {
      outerJoin: versions || kind === 'MergeStmt' || mayOmitRows(node),
      neverNull: new Set(hasStar ? [] : neverNull),
    }
  } catch {
    return UNKNOWN // no parser, or a syntax the parser does not know; the server has already accepted it
  }
}

/** `*`, `t.*` and `(row).*` stand for a number of columns that only the server knows. */
function isStar(value: Tree): boolean {
  const parts = [...list(tree(value.ColumnRef).fields), ...list(tree(value.A_Indirection).indirection)]
  return parts.some(part => part.A_Star !== undefined)
}

/** Outer joins, and GROUPING SETS, which put NULL where a column does not take part. */
function mayOmitRows(node: unknown): boolean {
  if (Array.isArray(node)) return node.some(mayOmitRows)
  if (typeof node !== 'object' || node === null) return false
  const { jointype, GroupingSet: grouping } = node as Tree
  if (grouping !== undefined || (jointype !== undefined && jointype !== 'JOIN_INNER')) return true
  return Object.values(node).some(mayOmitRows)
}

/** Functions of PostgreSQL that never give NULL. */
export const NEVER_NULL: readonly string[] = [
  'count',
  'now',
  'row_number',
  'rank',
  'dense_rank',
  'gen_random_uuid',
  'jsonb_build_object',
  'jsonb_build_array',
  'pg_backend_pid',
]

function isNeverNull(value: Tree, shadowed: ReadonlySet<string>): boolean {
  const inner = (node: unknown) => isNeverNull(tree(node), shadowed)
  if (value.TypeCast !== undefined) return inner(tree(value.TypeCast).arg)
  if (value.A_Const !== undefined) return tree(value.A_Const).isnull !== true
  if (value.FuncCall !== undefined) return isBuiltIn(names(tree(value.FuncCall).funcname), shadowed)
  if (value.SubLink !== undefined) return tree(value.SubLink).subLinkType === 'EXISTS_SUBLINK'
  if (value.NullTest !== undefined || value.BooleanTest !== undefined) return true
  if (value.CoalesceExpr !== undefined) return list(tree(value.CoalesceExpr).args).some(inner)
  return false
}

/** A function of the application may have the same name, in a schema or with other parameters. */
function isBuiltIn(path: readonly string[], shadowed: ReadonlySet<string>): boolean {
  const name = path.at(-1) ?? ''
  if (!NEVER_NULL.includes(name)) return false
  return path.length === 1 ? !shadowed.has(name) : path[0] === 'pg_catalog'
}
