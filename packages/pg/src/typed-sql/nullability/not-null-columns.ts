import { list, names, type Tree, tree } from '../../lint/parser.ts'
import { NOT_STRICT, NULL_FOR_NULL_ALONE, TOTAL_OPERATORS } from './functions.ts'
import type { Known } from './known.ts'

/** A reference to a column as a path: `['t', 'a']`. */
export type Path = readonly string[]

/** The columns that are not NULL if a condition is true. */
export function provenBy(condition: unknown, known: Known): Path[] {
  const { BoolExpr, NullTest, BooleanTest, A_Expr, SubLink, ColumnRef } = tree(condition)
  if (BoolExpr !== undefined) return provenByLogic(tree(BoolExpr), known)
  if (NullTest !== undefined) {
    const { nulltesttype, arg } = tree(NullTest)
    return nulltesttype === 'IS_NOT_NULL' ? fieldsOf(arg).flatMap(field => needed(field, known)) : []
  }
  if (BooleanTest !== undefined) {
    const { booltesttype, arg } = tree(BooleanTest)
    return booltesttype === 'IS_TRUE' || booltesttype === 'IS_FALSE' ? needed(arg, known) : []
  }
  if (SubLink !== undefined) {
    const { subLinkType, testexpr } = tree(SubLink)
    return subLinkType === 'ANY_SUBLINK' ? needed(testexpr, known) : []
  }
  return A_Expr !== undefined || ColumnRef !== undefined ? needed(condition, known) : []
}

function provenByLogic({ boolop, args }: Tree, known: Known): Path[] {
  const parts = list(args)
  if (boolop === 'AND_EXPR') return parts.flatMap(part => provenBy(part, known))
  if (boolop === 'OR_EXPR') return inAll(parts.map(part => provenBy(part, known)))
  return provenByFailure(parts[0], known)
}

/** The columns that are not NULL if a condition is false, which is not the same as if it is not true. */
function provenByFailure(condition: unknown, known: Known): Path[] {
  const { BoolExpr, NullTest, A_Expr, ColumnRef } = tree(condition)
  if (BoolExpr !== undefined) {
    const { boolop, args } = tree(BoolExpr)
    const parts = list(args)
    if (boolop === 'OR_EXPR') return parts.flatMap(part => provenByFailure(part, known))
    if (boolop === 'NOT_EXPR') return provenBy(parts[0], known)
    return inAll(parts.map(part => provenByFailure(part, known)))
  }
  if (NullTest !== undefined) return tree(NullTest).nulltesttype === 'IS_NULL' ? needed(tree(NullTest).arg, known) : []
  const plain = A_Expr !== undefined && tree(A_Expr).kind === 'AEXPR_OP' && !comparesRows(tree(A_Expr))
  return plain || ColumnRef !== undefined ? needed(condition, known) : []
}

/** What is in every list. */
function inAll([first = [], ...others]: Path[][]): Path[] {
  const keys = others.map(each => new Set(each.map(keyOf)))
  return first.filter(path => keys.every(each => each.has(keyOf(path))))
}

/** The fields of a row, or the expression itself: `(a, b) IS NOT NULL` holds if it holds for each. */
function fieldsOf(expression: unknown): readonly unknown[] {
  const row = tree(expression).RowExpr
  return row === undefined ? [expression] : list(tree(row).args)
}

function comparesRows({ lexpr, rexpr }: Tree): boolean {
  return tree(lexpr).RowExpr !== undefined || tree(rexpr).RowExpr !== undefined
}

/** The columns that are not NULL if an expression is not. */
function needed(expression: unknown, known: Known): Path[] {
  const { ColumnRef, A_Expr, FuncCall, TypeCast, CollateClause } = tree(expression)
  if (ColumnRef !== undefined) return pathOf(tree(ColumnRef))
  if (CollateClause !== undefined) return needed(tree(CollateClause).arg, known)
  if (TypeCast !== undefined) return known.ownCasts ? [] : needed(tree(TypeCast).arg, known)
  if (FuncCall !== undefined) {
    const { funcname, args, over } = tree(FuncCall)
    const name = known.builtIn(names(funcname))
    const listed = name !== undefined && Object.hasOwn(NULL_FOR_NULL_ALONE, name) && !NOT_STRICT.has(name)
    const strict = listed && over === undefined
    return strict ? list(args).flatMap(arg => needed(arg, known)) : []
  }
  return A_Expr === undefined ? [] : neededByOperator(tree(A_Expr), known)
}

function neededByOperator({ kind, name, lexpr, rexpr }: Tree, known: Known): Path[] {
  const operator = names(name).at(-1) ?? ''
  const strict = TOTAL_OPERATORS.has(operator) && !NOT_STRICT.has(operator) && !known.ownOperators.has(operator)
  const left = () => needed(lexpr, known)
  switch (kind) {
    case 'AEXPR_OP':
      if (comparesRows({ lexpr, rexpr })) return strict ? neededByRows(operator, lexpr, rexpr, known) : []
      return strict ? [...left(), ...needed(rexpr, known)] : []
    case 'AEXPR_OP_ALL': // of an empty array, it is true for NULL, too
      return strict && list(tree(tree(rexpr).A_ArrayExpr).elements).length > 0 ? left() : []
    case 'AEXPR_LIKE':
    case 'AEXPR_ILIKE':
    case 'AEXPR_SIMILAR':
      return strict ? [...left(), ...needed(rexpr, known)] : []
    case 'AEXPR_IN':
    case 'AEXPR_OP_ANY':
      return strict ? left() : []
    case 'AEXPR_BETWEEN':
    case 'AEXPR_NOT_BETWEEN':
    case 'AEXPR_BETWEEN_SYM':
    case 'AEXPR_NOT_BETWEEN_SYM':
      return known.ownOperators.size === 0 ? left() : []
    default:
      return []
  }
}

/** Rows are equal if all fields are; an order is decided by the first fields at the latest if they are NULL. */
function neededByRows(operator: string, left: unknown, right: unknown, known: Known): Path[] {
  const sides = [fieldsOf(left), fieldsOf(right)]
  if (operator === '=') return sides.flat().flatMap(field => needed(field, known))
  const ordered = ['<', '>', '<=', '>='].includes(operator)
  return ordered ? sides.flatMap(([first]) => needed(first, known)) : []
}

function pathOf({ fields }: Tree): Path[] {
  const path = list(fields).map(field => tree(field.String).sval)
  return path.every(part => part !== undefined) ? [path.map(String)] : []
}

export function keyOf(path: Path): string {
  return path.join('\0')
}
