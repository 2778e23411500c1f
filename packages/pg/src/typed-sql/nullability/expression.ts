import { list, names, nodesOf, type Tree, tree } from '../../lint/parser.ts'
import { keyOf, provenBy } from './facts.ts'
import {
  type Family,
  familyOf,
  NEVER_NULL,
  NULL_FOR_NULL_ALONE,
  NULL_WITHOUT_VALUES,
  OTHER_AGGREGATES,
  TOTAL_OPERATORS,
} from './functions.ts'
import type { Known } from './known.ts'
import { type Column, isNullable, lookUp, type Scope } from './scope.ts'

/** Where an expression stands. */
export interface Place {
  scope: Scope
  known: Known
  /** Columns that are not NULL in this branch of a CASE. */
  given: ReadonlySet<string>
  /** Inside of another expression. */
  nested?: boolean
  /** The columns of a sub-select in this place. */
  columnsOf(select: Tree): readonly Column[] | undefined
}

/** Whether an expression is never NULL. What is not understood may be. */
export function isNeverNull(expression: unknown, place: Place): boolean {
  if (place.scope.rollup && !aggregates(expression, place.known)) return isConstantInside(expression, place)
  const [kind = '', node] = Object.entries(tree(expression))[0] ?? []
  return RULES[kind]?.(tree(node), place.nested ? place : { ...place, nested: true }) ?? false
}

/** ROLLUP puts NULL for whatever is grouped by: a column, an expression, even a constant that stands alone. */
function isConstantInside(expression: unknown, { nested }: Place): boolean {
  const constant = tree(expression).A_Const
  return nested === true && constant !== undefined && tree(constant).isnull !== true
}

const always = () => true
const each = (nodes: unknown, place: Place) => list(nodes).every(node => isNeverNull(node, place))
const any = (nodes: unknown, place: Place) => list(nodes).some(node => isNeverNull(node, place))

const RULES: Readonly<Record<string, (node: Tree, place: Place) => boolean>> = {
  A_Const: node => node.isnull !== true,
  ColumnRef: isColumnNeverNull,
  TypeCast: isCastNeverNull,
  CollateClause: ({ arg }, place) => isNeverNull(arg, place),
  NamedArgExpr: ({ arg }, place) => isNeverNull(arg, place),
  A_Expr: isOperatorNeverNull,
  BoolExpr: ({ args }, place) => each(args, place),
  NullTest: always,
  BooleanTest: always,
  JsonIsPredicate: ({ expr }, place) => isNeverNull(expr, place),
  CoalesceExpr: ({ args }, place) => any(args, place),
  MinMaxExpr: ({ args }, place) => any(args, place),
  CaseExpr: isCaseNeverNull,
  A_ArrayExpr: always,
  RowExpr: always,
  GroupingFunc: always,
  MergeSupportFunc: always,
  JsonObjectConstructor: always,
  JsonArrayConstructor: always,
  SQLValueFunction: ({ op }) => op !== 'SVFOP_CURRENT_SCHEMA',
  FuncCall: isCallNeverNull,
  SubLink: isSubSelectNeverNull,
}

function isColumnNeverNull({ fields }: Tree, { scope, given }: Place): boolean {
  const path = list(fields).map(field => String(tree(field.String).sval ?? '*'))
  if (given.has(keyOf(path))) return true
  const found = lookUp(path, scope)
  if (!found || found.rollup) return false
  return 'entry' in found ? !isNullable(found.entry) : found.row.absences.size === 0
}

/** Since PostgreSQL 18 the JSON value null becomes NULL when it is cast to a number or a boolean. */
function isCastNeverNull({ arg, typeName }: Tree, place: Place): boolean {
  if (!isNeverNull(arg, place)) return false
  if (tree(arg).A_Const !== undefined) return true
  if (place.known.ownCasts) return false
  const from = familyIn(arg, place)
  return from !== undefined && (from !== 'json' || familyOf(names(tree(typeName).names).at(-1)) !== 'other')
}

function isOperatorNeverNull({ kind, name, lexpr, rexpr }: Tree, place: Place): boolean {
  const operator = names(name).at(-1) ?? ''
  const total = TOTAL_OPERATORS.has(operator) && !place.known.ownOperators.has(operator)
  const present = (node: unknown) => isOperandNeverNull(node, place)
  switch (kind) {
    case 'AEXPR_DISTINCT':
    case 'AEXPR_NOT_DISTINCT':
      return true
    case 'AEXPR_OP':
      // An array takes NULL as a further element.
      if (operator === '||' && total && [lexpr, rexpr].some(each => familyIn(each, place) === 'array')) {
        return present(lexpr) || present(rexpr)
      }
      return total && (lexpr === undefined || present(lexpr)) && present(rexpr)
    case 'AEXPR_LIKE':
    case 'AEXPR_ILIKE':
    case 'AEXPR_SIMILAR':
      return total && present(lexpr) && present(rexpr)
    case 'AEXPR_IN':
      return total && present(lexpr) && list(tree(tree(rexpr).List).items).every(present)
    case 'AEXPR_BETWEEN':
    case 'AEXPR_NOT_BETWEEN':
    case 'AEXPR_BETWEEN_SYM':
    case 'AEXPR_NOT_BETWEEN_SYM':
      return place.known.ownOperators.size === 0 && present(lexpr) && list(tree(tree(rexpr).List).items).every(present)
    case 'AEXPR_OP_ANY':
    case 'AEXPR_OP_ALL': {
      const array = tree(tree(rexpr).A_ArrayExpr)
      return total && present(lexpr) && array.elements !== undefined && list(array.elements).every(present)
    }
    default:
      return false
  }
}

/** A row that is compared is compared by its fields. */
function isOperandNeverNull(node: unknown, place: Place): boolean {
  const row = tree(node).RowExpr
  if (row === undefined) return isNeverNull(node, place)
  return list(tree(row).args).every(field => isOperandNeverNull(field, place))
}

function isCaseNeverNull({ arg, args, defresult }: Tree, place: Place): boolean {
  if (defresult === undefined) return false
  let passed = place.given
  const branches = list(args).map(({ CaseWhen }) => {
    const { expr, result } = tree(CaseWhen)
    const here = { ...place, given: new Set([...passed, ...(arg ? [] : provenBy(expr, place.known).map(keyOf))]) }
    if (!arg) passed = new Set([...passed, ...provenOtherwise(expr, place.known)])
    return isNeverNull(result, here)
  })
  return branches.every(Boolean) && isNeverNull(defresult, { ...place, given: passed })
}

/** Behind `WHEN a IS NULL` it is not NULL. */
function provenOtherwise(condition: unknown, known: Known): string[] {
  const { NullTest, BoolExpr } = tree(condition)
  if (BoolExpr !== undefined && tree(BoolExpr).boolop === 'OR_EXPR') {
    return list(tree(BoolExpr).args).flatMap(part => provenOtherwise(part, known))
  }
  if (tree(NullTest).nulltesttype !== 'IS_NULL') return []
  return provenBy({ NullTest: { ...tree(NullTest), nulltesttype: 'IS_NOT_NULL' } }, known).map(keyOf)
}

function isCallNeverNull(call: Tree, place: Place): boolean {
  const name = place.known.builtIn(names(call.funcname))
  if (name === undefined || call.func_variadic === true) return false
  if (Object.hasOwn(NEVER_NULL, name)) return true
  const args = list(call.args)
  if (Object.hasOwn(NULL_WITHOUT_VALUES, name)) return hasValues(call, place) && isNeverNull(args[0], place)
  if (name === 'current_setting') return args.length === 1 && isNeverNull(args[0], place)
  if (name === 'concat_ws' || name === 'format') return isNeverNull(args[0], place)
  if (!Object.hasOwn(NULL_FOR_NULL_ALONE, name) || !each(args, place)) return false
  if (name === 'lower' || name === 'upper') return familyIn(args[0], place) === 'text' // of a range they may be NULL
  if (name === 'substring') return tree(tree(args[1]).A_Const).ival !== undefined // by a pattern it may be NULL
  return true
}

/** Whether an aggregate has a value to aggregate: in a group, or in a window that holds the row itself. */
function hasValues({ over, agg_filter, agg_within_group }: Tree, { scope }: Place): boolean {
  if (agg_filter !== undefined || agg_within_group !== undefined) return false
  if (over !== undefined) return tree(over).frameOptions === DEFAULT_FRAME && tree(over).name === undefined
  return scope.grouped && !scope.rollup
}

/** RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW. */
const DEFAULT_FRAME = 1058

function isSubSelectNeverNull({ subLinkType, subselect, testexpr }: Tree, place: Place): boolean {
  if (subLinkType === 'EXISTS_SUBLINK' || subLinkType === 'ARRAY_SUBLINK') return true
  const select = tree(tree(subselect).SelectStmt)
  if (subLinkType === 'EXPR_SUBLINK')
    return hasOneRow(select, place) && place.columnsOf(select)?.[0]?.nullable === false
  if (subLinkType !== 'ANY_SUBLINK' && subLinkType !== 'ALL_SUBLINK') return false
  const operands = place.known.ownOperators.size === 0 && isOperandNeverNull(testexpr, place)
  return operands && (place.columnsOf(select)?.every(({ nullable }) => !nullable) ?? false)
}

/** Whether a sub-select gives a row in any case: an aggregate of everything, or one without FROM. */
function hasOneRow(select: Tree, { known }: Place): boolean {
  if (select.op !== 'SETOP_NONE' || select.limitCount !== undefined || select.limitOffset !== undefined) return false
  if (select.havingClause !== undefined || select.groupClause !== undefined) return false
  if (select.fromClause === undefined && select.whereClause === undefined) return true
  return list(select.targetList).some(target => aggregates(target, known))
}

function aggregates(node: unknown, known: Known): boolean {
  if (Array.isArray(node)) return node.some(item => aggregates(item, known))
  if (typeof node !== 'object' || node === null) return false
  const { SubLink, FuncCall, GroupingFunc } = node as Tree
  if (SubLink !== undefined) return false
  if (GroupingFunc !== undefined) return true
  const { funcname, over } = tree(FuncCall)
  const name = FuncCall === undefined || over !== undefined ? undefined : known.builtIn(names(funcname))
  if (name !== undefined && (Object.hasOwn(NULL_WITHOUT_VALUES, name) || OTHER_AGGREGATES.has(name))) return true
  return Object.values(node).some(inner => aggregates(inner, known))
}

/** The family of an expression's type; undefined where it is not known. */
export function familyIn(expression: unknown, place: Place): Family | undefined {
  const {
    ColumnRef,
    TypeCast,
    FuncCall,
    A_Expr,
    A_Const,
    CoalesceExpr,
    CollateClause,
    CaseExpr,
    SubLink,
    A_ArrayExpr,
  } = tree(expression)
  if (A_Const !== undefined) return tree(A_Const).sval === undefined ? 'other' : 'text'
  if (TypeCast !== undefined) {
    const { names: path, arrayBounds } = tree(tree(TypeCast).typeName)
    return arrayBounds === undefined ? familyOf(names(path).at(-1)) : 'array'
  }
  if (CollateClause !== undefined) return 'text'
  if (A_ArrayExpr !== undefined) return 'array'
  if (ColumnRef !== undefined) {
    const found = lookUp(
      list(tree(ColumnRef).fields).map(field => String(tree(field.String).sval)),
      place.scope,
    )
    return found && 'entry' in found ? found.entry.column.family : undefined
  }
  if (FuncCall !== undefined) return familyOfCall(tree(FuncCall), place)
  if (A_Expr !== undefined) return familyOfOperator(tree(A_Expr), place)
  if (CoalesceExpr !== undefined) return firstFamily(list(tree(CoalesceExpr).args), place)
  if (CaseExpr !== undefined) return familyIn(tree(CaseExpr).defresult, place)
  if (SubLink !== undefined) {
    return tree(SubLink).subLinkType === 'EXPR_SUBLINK'
      ? place.columnsOf(tree(tree(tree(SubLink).subselect).SelectStmt))?.[0]?.family
      : 'other'
  }
  return nodesOf([expression], 'ColumnRef').length === 0 ? 'other' : undefined
}

function firstFamily(args: readonly unknown[], place: Place): Family | undefined {
  // A literal takes the type of the others.
  const families = args.filter(arg => tree(arg).A_Const === undefined).map(arg => familyIn(arg, place))
  return families.length > 0 ? families[0] : 'text'
}

function familyOfCall({ funcname, args }: Tree, place: Place): Family | undefined {
  const name = place.known.builtIn(names(funcname))
  if (name === undefined) return undefined
  if (name === 'min' || name === 'max' || name === 'lower' || name === 'upper') return familyIn(list(args)[0], place)
  return NEVER_NULL[name] ?? NULL_FOR_NULL_ALONE[name] ?? NULL_WITHOUT_VALUES[name]
}

const COMPARISONS = [
  '=',
  '<>',
  '<',
  '>',
  '<=',
  '>=',
  '~',
  '!~',
  '~~',
  '!~~',
  '~*',
  '!~*',
  '~~*',
  '!~~*',
  '@>',
  '<@',
  '&&',
]

function familyOfOperator({ name, lexpr, rexpr }: Tree, place: Place): Family | undefined {
  if (COMPARISONS.includes(names(name).at(-1) ?? '')) return 'other'
  return firstFamily([lexpr, rexpr].filter(Boolean), place)
}
