import { list, names, nodesOf, type Tree, tree } from '../../lint/parser.ts'
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
import { type Column, isNullable, lookUp, type NameScope } from './name-scope.ts'
import { keyOf, provenBy } from './not-null-columns.ts'

/** The context of an expression. */
export interface ExpressionContext {
  scope: NameScope
  known: Known
  /** Columns that are not NULL in this branch of a CASE. */
  given: ReadonlySet<string>
  /** Inside of another expression. */
  nested?: boolean
  /** The columns of a sub-select in this context. */
  columnsOf(select: Tree): readonly Column[] | undefined
}

/** Whether an expression is never NULL. Anything that is not understood may be NULL. */
export function isNeverNull(expression: unknown, context: ExpressionContext): boolean {
  if (context.scope.rollup && !aggregates(expression, context.known)) return isConstantInside(expression, context)
  const [kind = '', node] = Object.entries(tree(expression))[0] ?? []
  return RULES[kind]?.(tree(node), context.nested ? context : { ...context, nested: true }) ?? false
}

/** ROLLUP puts NULL for every grouping expression: a column, an expression, even a lone constant. */
function isConstantInside(expression: unknown, { nested }: ExpressionContext): boolean {
  const constant = tree(expression).A_Const
  return nested === true && constant !== undefined && tree(constant).isnull !== true
}

const always = () => true
const each = (nodes: unknown, context: ExpressionContext) => list(nodes).every(node => isNeverNull(node, context))
const any = (nodes: unknown, context: ExpressionContext) => list(nodes).some(node => isNeverNull(node, context))

const RULES: Readonly<Record<string, (node: Tree, context: ExpressionContext) => boolean>> = {
  A_Const: node => node.isnull !== true,
  ColumnRef: isColumnNeverNull,
  TypeCast: isCastNeverNull,
  CollateClause: ({ arg }, context) => isNeverNull(arg, context),
  NamedArgExpr: ({ arg }, context) => isNeverNull(arg, context),
  A_Expr: isOperatorNeverNull,
  BoolExpr: ({ args }, context) => each(args, context),
  NullTest: always,
  BooleanTest: always,
  JsonIsPredicate: ({ expr }, context) => isNeverNull(expr, context),
  CoalesceExpr: ({ args }, context) => any(args, context),
  MinMaxExpr: ({ args }, context) => any(args, context),
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

function isColumnNeverNull({ fields }: Tree, { scope, given }: ExpressionContext): boolean {
  const path = list(fields).map(field => String(tree(field.String).sval ?? '*'))
  if (given.has(keyOf(path))) return true
  const found = lookUp(path, scope)
  if (!found || found.rollup) return false
  return 'entry' in found ? !isNullable(found.entry) : found.row.absences.size === 0
}

/** Since PostgreSQL 18, the JSON value null becomes NULL when it is cast to a number or boolean. */
function isCastNeverNull({ arg, typeName }: Tree, context: ExpressionContext): boolean {
  if (!isNeverNull(arg, context)) return false
  if (tree(arg).A_Const !== undefined) return true
  if (context.known.ownCasts) return false
  const from = familyIn(arg, context)
  return from !== undefined && (from !== 'json' || familyOf(names(tree(typeName).names).at(-1)) !== 'other')
}

function isOperatorNeverNull({ kind, name, lexpr, rexpr }: Tree, context: ExpressionContext): boolean {
  const operator = names(name).at(-1) ?? ''
  const total = TOTAL_OPERATORS.has(operator) && !context.known.ownOperators.has(operator)
  const present = (node: unknown) => isOperandNeverNull(node, context)
  switch (kind) {
    case 'AEXPR_DISTINCT':
    case 'AEXPR_NOT_DISTINCT':
      return true
    case 'AEXPR_OP':
      // An array accepts NULL as an element.
      if (operator === '||' && total && [lexpr, rexpr].some(each => familyIn(each, context) === 'array')) {
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
      return (
        context.known.ownOperators.size === 0 && present(lexpr) && list(tree(tree(rexpr).List).items).every(present)
      )
    case 'AEXPR_OP_ANY':
    case 'AEXPR_OP_ALL': {
      const array = tree(tree(rexpr).A_ArrayExpr)
      return total && present(lexpr) && array.elements !== undefined && list(array.elements).every(present)
    }
    default:
      return false
  }
}

/** A compared row is compared field by field. */
function isOperandNeverNull(node: unknown, context: ExpressionContext): boolean {
  const row = tree(node).RowExpr
  if (row === undefined) return isNeverNull(node, context)
  return list(tree(row).args).every(field => isOperandNeverNull(field, context))
}

function isCaseNeverNull({ arg, args, defresult }: Tree, context: ExpressionContext): boolean {
  if (defresult === undefined) return false
  let passed = context.given
  const branches = list(args).map(({ CaseWhen }) => {
    const { expr, result } = tree(CaseWhen)
    const here = { ...context, given: new Set([...passed, ...(arg ? [] : provenBy(expr, context.known).map(keyOf))]) }
    if (!arg) passed = new Set([...passed, ...provenOtherwise(expr, context.known)])
    return isNeverNull(result, here)
  })
  return branches.every(Boolean) && isNeverNull(defresult, { ...context, given: passed })
}

/** After `WHEN a IS NULL`, it is not NULL. */
function provenOtherwise(condition: unknown, known: Known): string[] {
  const { NullTest, BoolExpr } = tree(condition)
  if (BoolExpr !== undefined && tree(BoolExpr).boolop === 'OR_EXPR') {
    return list(tree(BoolExpr).args).flatMap(part => provenOtherwise(part, known))
  }
  if (tree(NullTest).nulltesttype !== 'IS_NULL') return []
  return provenBy({ NullTest: { ...tree(NullTest), nulltesttype: 'IS_NOT_NULL' } }, known).map(keyOf)
}

function isCallNeverNull(call: Tree, context: ExpressionContext): boolean {
  const name = context.known.builtIn(names(call.funcname))
  if (name === undefined || call.func_variadic === true) return false
  if (Object.hasOwn(NEVER_NULL, name)) return true
  const args = list(call.args)
  if (Object.hasOwn(NULL_WITHOUT_VALUES, name)) return hasValues(call, context) && isNeverNull(args[0], context)
  if (name === 'lag' || name === 'lead') return args.length === 3 && each(args, context) // with a value to use if there is no row
  if (FRAMED.has(name)) return hasDefaultFrame(call, context) && each(args, context)
  if (name === 'current_setting') return args.length === 1 && isNeverNull(args[0], context)
  if (name === 'concat_ws' || name === 'format') return isNeverNull(args[0], context)
  if (!Object.hasOwn(NULL_FOR_NULL_ALONE, name) || !each(args, context)) return false
  if (name === 'lower' || name === 'upper') return familyIn(args[0], context) === 'text' // with a range, they may be NULL
  if (name === 'substring') return tree(tree(args[1]).A_Const).ival !== undefined // with a pattern, it may be NULL
  return true
}

/** Whether an aggregate has a value to aggregate: in a group, or in a window that contains the current row. */
function hasValues(call: Tree, context: ExpressionContext): boolean {
  const { over, agg_filter, agg_within_group } = call
  if (agg_filter !== undefined || agg_within_group !== undefined) return false
  if (over !== undefined) return hasDefaultFrame(call, context)
  return context.scope.grouped && !context.scope.rollup
}

/** Whether a window contains the current row, as it does unless told otherwise. */
function hasDefaultFrame({ over, ignore_nulls }: Tree, { scope }: ExpressionContext): boolean {
  const { name, frameOptions } = tree(over)
  const frame = name === undefined ? frameOptions : scope.windows?.get(String(name))
  return over !== undefined && ignore_nulls === undefined && frame === DEFAULT_FRAME
}

/** Window functions that give the value of a row of the window. */
const FRAMED: ReadonlySet<string> = new Set(['first_value', 'last_value'])

/** RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW. */
const DEFAULT_FRAME = 1058

function isSubSelectNeverNull({ subLinkType, subselect, testexpr }: Tree, context: ExpressionContext): boolean {
  if (subLinkType === 'EXISTS_SUBLINK' || subLinkType === 'ARRAY_SUBLINK') return true
  const select = tree(tree(subselect).SelectStmt)
  if (subLinkType === 'EXPR_SUBLINK')
    return hasOneRow(select, context) && context.columnsOf(select)?.[0]?.nullable === false
  if (subLinkType !== 'ANY_SUBLINK' && subLinkType !== 'ALL_SUBLINK') return false
  const operands = context.known.ownOperators.size === 0 && isOperandNeverNull(testexpr, context)
  return operands && (context.columnsOf(select)?.every(({ nullable }) => !nullable) ?? false)
}

/** Whether a sub-select always returns a row: an aggregate of everything, or one without FROM. */
function hasOneRow(select: Tree, { known }: ExpressionContext): boolean {
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

/** The family of an expression's type; undefined if it is unknown. */
export function familyIn(expression: unknown, context: ExpressionContext): Family | undefined {
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
      context.scope,
    )
    return found && 'entry' in found ? found.entry.column.family : undefined
  }
  if (FuncCall !== undefined) return familyOfCall(tree(FuncCall), context)
  if (A_Expr !== undefined) return familyOfOperator(tree(A_Expr), context)
  if (CoalesceExpr !== undefined) return firstFamily(list(tree(CoalesceExpr).args), context)
  if (CaseExpr !== undefined) return familyIn(tree(CaseExpr).defresult, context)
  if (SubLink !== undefined) {
    return tree(SubLink).subLinkType === 'EXPR_SUBLINK'
      ? context.columnsOf(tree(tree(tree(SubLink).subselect).SelectStmt))?.[0]?.family
      : 'other'
  }
  return nodesOf([expression], 'ColumnRef').length === 0 ? 'other' : undefined
}

function firstFamily(args: readonly unknown[], context: ExpressionContext): Family | undefined {
  // A literal takes the type of the others.
  const families = args.filter(arg => tree(arg).A_Const === undefined).map(arg => familyIn(arg, context))
  return families.length > 0 ? families[0] : 'text'
}

function familyOfCall({ funcname, args }: Tree, context: ExpressionContext): Family | undefined {
  const name = context.known.builtIn(names(funcname))
  if (name === undefined) return undefined
  if (name === 'min' || name === 'max' || name === 'lower' || name === 'upper') return familyIn(list(args)[0], context)
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

function familyOfOperator({ name, lexpr, rexpr }: Tree, context: ExpressionContext): Family | undefined {
  if (COMPARISONS.includes(names(name).at(-1) ?? '')) return 'other'
  return firstFamily([lexpr, rexpr].filter(Boolean), context)
}
