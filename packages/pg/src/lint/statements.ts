import { list, names, type ParsedStatement, type Tree, tree } from './parser.ts'
import type { RuleName } from './rules.ts'

/** What the statements before have done: nothing uses yet what is new in this migration. */
export interface Context {
  transactional: boolean
  created: Set<string>
  /** Constraints this migration has added NOT VALID. */
  unvalidated: Set<string>
}

/** The rules a statement breaks. */
export function checkStatement(statement: ParsedStatement, context: Context): RuleName[] {
  return CHECKS[statement.kind]?.(statement.node, context) ?? []
}

type Check = (node: Tree, context: Context) => RuleName[]

const CHECKS: Readonly<Record<string, Check>> = {
  CreateStmt: (node, context) => {
    const usesJson = list(node.tableElts).some(element => isType(tree(element.ColumnDef), ['json']))
    context.created.add(relationName(node.relation))
    return usesJson ? ['json_has_no_equality'] : []
  },
  CreateTableAsStmt: (node, context) => {
    context.created.add(relationName(tree(node.into).rel))
    return []
  },
  IndexStmt: (node, context) => {
    if (isNew(node.relation, context)) return []
    return concurrently(node.concurrent === true, context, 'create_index_blocks_writes')
  },
  ReindexStmt: (node, context) => concurrently(hasOption(node.params, 'concurrently'), context, 'reindex_blocks'),
  DropStmt: checkDrop,
  AlterTableStmt: (node, context) => {
    if (isNew(node.relation, context)) return []
    return list(node.cmds).flatMap(command => checkAlter(tree(command.AlterTableCmd), context))
  },
  RenameStmt: (node, context) => {
    if (isNew(node.relation, context)) return []
    if (node.renameType === 'OBJECT_COLUMN') return ['rename_column']
    return node.renameType === 'OBJECT_TABLE' || node.renameType === 'OBJECT_SCHEMA' ? ['rename_table'] : []
  },
  AlterEnumStmt: node => (node.oldVal === undefined ? [] : ['rename_enum_value']),
  TruncateStmt: (node, context) =>
    list(node.relations).every(each => isNew(each.RangeVar, context)) ? [] : ['truncate'],
  VacuumStmt: node => (hasOption(node.options, 'full') ? ['table_rewrites'] : []),
  ClusterStmt: () => ['table_rewrites'],
  LockStmt: () => ['lock_table'],
  RefreshMatViewStmt: node => (node.concurrent === true ? [] : ['refresh_blocks_reads']),
  UpdateStmt: checkChange,
  DeleteStmt: checkChange,
}

function checkChange(node: Tree, context: Context): RuleName[] {
  return node.whereClause === undefined && !isNew(node.relation, context) ? ['change_without_where'] : []
}

function checkDrop(node: Tree, context: Context): RuleName[] {
  const dropped = list(node.objects).map(object => names(tree(object.List).items).join('.'))
  switch (node.removeType) {
    case 'OBJECT_INDEX':
      return concurrently(node.concurrent === true, context, 'drop_index_blocks')
    case 'OBJECT_TABLE':
    case 'OBJECT_MATVIEW':
      return dropped.every(name => context.created.has(name)) ? [] : ['drop_table']
    case 'OBJECT_SCHEMA':
      return ['drop_schema']
    default:
      return []
  }
}

function checkAlter(command: Tree, context: Context): RuleName[] {
  const def = tree(command.def)
  switch (command.subtype) {
    case 'AT_AddColumn':
      return checkNewColumn(tree(def.ColumnDef))
    case 'AT_AddConstraint':
      return checkConstraint(tree(def.Constraint), context)
    case 'AT_ValidateConstraint':
      return context.unvalidated.has(String(command.name)) ? ['validate_in_same_transaction'] : []
    case 'AT_SetNotNull':
      return ['set_not_null_scans']
    case 'AT_AlterColumnType':
      return ['change_type_rewrites']
    case 'AT_DropColumn':
      return ['drop_column']
    case 'AT_SetTableSpace':
    case 'AT_SetLogged':
    case 'AT_SetUnLogged':
      return ['table_rewrites']
    case 'AT_DisableTrig':
    case 'AT_DisableTrigAll':
    case 'AT_DisableTrigUser':
      return ['disable_trigger']
    case 'AT_DetachPartition':
      return concurrently(tree(def.PartitionCmd).concurrent === true, context, 'detach_partition_blocks')
    default:
      return []
  }
}

function checkNewColumn(column: Tree): RuleName[] {
  const constraints = list(column.constraints).map(each => tree(each.Constraint))
  const has = (...kinds: string[]) => constraints.some(({ contype }) => kinds.includes(String(contype)))
  const found: RuleName[] = []
  const rewrites =
    isType(column, ['serial', 'bigserial', 'smallserial', 'serial2', 'serial4', 'serial8']) ||
    has('CONSTR_IDENTITY') ||
    constraints.some(each => each.contype === 'CONSTR_GENERATED' && each.generated_kind !== 'v') ||
    constraints.some(each => each.contype === 'CONSTR_DEFAULT' && isVolatile(each.raw_expr))
  if (rewrites) found.push('add_column_rewrites')
  if (has('CONSTR_NOTNULL') && !has('CONSTR_DEFAULT') && !rewrites) found.push('add_not_null_column')
  if (has('CONSTR_FOREIGN', 'CONSTR_CHECK', 'CONSTR_UNIQUE', 'CONSTR_PRIMARY'))
    found.push('add_column_constraint_scans')
  if (isType(column, ['json'])) found.push('json_has_no_equality')
  return found
}

function checkConstraint(constraint: Tree, context: Context): RuleName[] {
  const unvalidated = constraint.skip_validation === true
  if (unvalidated) context.unvalidated.add(String(constraint.conname))
  switch (constraint.contype) {
    case 'CONSTR_FOREIGN':
      return unvalidated ? [] : ['foreign_key_scans']
    case 'CONSTR_CHECK':
    case 'CONSTR_NOTNULL':
      return unvalidated ? [] : ['check_scans']
    case 'CONSTR_UNIQUE':
    case 'CONSTR_PRIMARY':
      return constraint.indexname === undefined ? ['unique_builds_index'] : []
    case 'CONSTR_EXCLUSION':
      return ['exclusion_builds_index']
    default:
      return []
  }
}

function concurrently(concurrent: boolean, context: Context, otherwise: RuleName): RuleName[] {
  if (!concurrent) return [otherwise]
  return context.transactional ? ['concurrently_in_transaction'] : []
}

/** Functions whose value is the same for the whole statement: PostgreSQL keeps it beside the table instead of rewriting. */
const STABLE = [
  'now',
  'transaction_timestamp',
  'statement_timestamp',
  'current_setting',
  'to_tsvector',
  'lower',
  'upper',
  'jsonb_build_object',
  'jsonb_build_array',
]

/** Whether an expression calls a function that may give every row a different value. Unknown functions may. */
function isVolatile(expression: unknown): boolean {
  if (Array.isArray(expression)) return expression.some(isVolatile)
  if (typeof expression !== 'object' || expression === null) return false
  const call = (expression as Tree).FuncCall
  if (call !== undefined && !STABLE.includes(names(tree(call).funcname).at(-1) ?? '')) return true
  return Object.values(expression).some(isVolatile)
}

function isType(column: Tree, types: readonly string[]): boolean {
  return types.includes(names(tree(column.typeName).names).at(-1) ?? '')
}

function hasOption(options: unknown, name: string): boolean {
  return list(options).some(option => tree(option.DefElem).defname === name)
}

function relationName(relation: unknown): string {
  const { schemaname, relname } = tree(relation)
  return schemaname === undefined ? String(relname) : `${schemaname}.${relname}`
}

function isNew(relation: unknown, context: Context): boolean {
  return context.created.has(relationName(relation))
}
