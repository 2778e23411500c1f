import { checkAlterTable } from './alter-table.ts'
import { checkChanges } from './data-changes.ts'
import { statementsOfBlock } from './do-block.ts'
import { afterRelease, BATCH, type Check, type Context, type Fault, NEXT, OWN_FILE } from './fault.ts'
import { derivedName, plainName, quoteName, relationName } from './identifiers.ts'
import { checkNames } from './long-names.ts'
import { isJson, jsonFault } from './new-column.ts'
import { checkDrop, checkRename, checkSetSchema, kindOf } from './objects.ts'
import { list, names, nodesOf, type ParsedStatement, type Tree, tree } from './parser.ts'
import { RIGHTS } from './rights.ts'

/** The rules that a statement breaks. */
export async function checkStatement(statement: ParsedStatement, context: Context): Promise<Fault[]> {
  if (statement.kind === 'DoStmt') {
    const inner = await statementsOfBlock(statement)
    const found: Fault[] = []
    for (const each of inner) found.push(...(await checkStatement(each, context)))
    return found
  }
  const found = [
    ...checkNames(statement),
    ...checkEnumValues(statement, context),
    ...checkChanges(statement, context),
    ...(CHECKS[statement.kind]?.(statement, context) ?? []),
  ]
  for (const made of madeBy(statement)) context.created.add(made)
  context.known.learn(statement)
  return found
}

/** The new objects of a statement. An object created IF NOT EXISTS may have existed before, with rows and in use. */
function madeBy({ kind, node }: ParsedStatement): string[] {
  if (node.if_not_exists === true) return []
  return madeOrReplaced(kind, node)
}

function madeOrReplaced(kind: string, node: Tree): string[] {
  switch (kind) {
    case 'CreateStmt':
    case 'CreateForeignTableStmt':
      return [`relation ${relationName(node.relation ?? tree(node.base).relation)}`]
    case 'CreateTableAsStmt':
      return [`relation ${relationName(tree(node.into).rel)}`]
    case 'SelectStmt':
      return node.intoClause === undefined ? [] : [`relation ${relationName(tree(node.intoClause).rel)}`]
    case 'ViewStmt':
      return [`relation ${relationName(node.view)}`]
    case 'CreateSeqStmt':
      return [`relation ${relationName(node.sequence)}`]
    case 'IndexStmt':
      return node.idxname === undefined ? [] : [`index ${besideTable(node)}`, `index ${node.idxname}`]
    case 'CreateFunctionStmt':
      return [`function ${plainName(names(node.funcname))}`]
    case 'CreateEnumStmt':
      return [`type ${plainName(names(node.typeName))}`]
    case 'CreateRangeStmt':
      return [`type ${plainName(names(node.typeName))}`]
    case 'CompositeTypeStmt':
      return [`type ${relationName(node.typevar)}`]
    case 'CreateDomainStmt':
      return [`type ${plainName(names(node.domainname))}`]
    case 'DefineStmt':
      return [`${kindOf(node.kind)} ${plainName(names(node.defnames))}`]
    case 'CreateExtensionStmt':
      return [`extension ${node.extname}`]
    case 'CreateSchemaStmt':
      return [`schema ${node.schemaname}`]
    case 'CreatePolicyStmt':
      return [`policy ${relationName(node.table)}`, `policy ${relationName(node.table)}.${node.policy_name}`]
    case 'CreateTrigStmt':
      return [`trigger ${relationName(node.relation)}.${node.trigname}`]
    case 'CreateEventTrigStmt':
      return [`event trigger ${node.trigname}`]
    case 'RuleStmt':
      return [`rule ${relationName(node.relation)}.${node.rulename}`]
    case 'CreateRoleStmt':
      return [`role ${node.role}`]
    case 'CreateForeignServerStmt':
      return [`server ${node.servername}`]
    case 'CreatePublicationStmt':
      return [`publication ${node.pubname}`]
    default:
      return []
  }
}

function besideTable(node: Tree): string {
  const { schemaname } = tree(node.relation)
  return plainName(schemaname === undefined ? [String(node.idxname)] : [String(schemaname), String(node.idxname)])
}

/**
 * The objects that a migration creates anywhere. A table or view that another is renamed to counts, because its name exists
 * then.
 */
export function remadeBy(statements: readonly ParsedStatement[]): Set<string> {
  return new Set([
    ...defaultsAtEnd(statements),
    ...statements.flatMap(({ kind, node }) => {
      if (kind === 'AlterTableStmt' && list(node.cmds).some(isAddConstraint)) {
        return [`constraint of ${relationName(node.relation)}`]
      }
      if (kind === 'RenameStmt' && kindOf(node.renameType) === 'type') {
        const path = names(tree(tree(node.object).List).items)
        return [`type ${plainName([...path.slice(0, -1), String(node.newname)])}`]
      }
      if (kind === 'RenameStmt' && node.relation !== undefined && kindOf(node.renameType) === 'relation') {
        return [`relation ${plainName([String(tree(node.relation).schemaname ?? 'public'), String(node.newname)])}`]
      }
      return madeOrReplaced(kind, node)
    }),
  ])
}

function isAddConstraint(command: Tree): boolean {
  return tree(command.AlterTableCmd).subtype === 'AT_AddConstraint'
}

/** The columns whose default is changed in the end, and not dropped. */
function defaultsAtEnd(statements: readonly ParsedStatement[]): string[] {
  const set = new Map<string, boolean>()
  for (const { node } of statements.filter(({ kind }) => kind === 'AlterTableStmt')) {
    for (const { AlterTableCmd } of list(node.cmds)) {
      const { subtype, name, def } = tree(AlterTableCmd)
      const gives = (subtype === 'AT_ColumnDefault' && def !== undefined) || subtype === 'AT_AddIdentity'
      if (gives || subtype === 'AT_ColumnDefault') set.set(`default ${relationName(node.relation)}.${name}`, gives)
    }
  }
  return [...set].flatMap(([column, gives]) => (gives ? [column] : []))
}

const CHECKS: Readonly<Record<string, Check>> = {
  CreateStmt: ({ node, text }) =>
    list(node.tableElts).some(element => isJson(tree(element.ColumnDef))) ? [jsonFault(text)] : [],
  IndexStmt: checkIndex,
  ReindexStmt: checkReindex,
  DropStmt: checkDrop,
  AlterTableStmt: checkAlterTable,
  RenameStmt: checkRename,
  AlterObjectSchemaStmt: checkSetSchema,
  AlterDomainStmt: checkDomain,
  AlterEnumStmt: checkEnum,
  TruncateStmt: checkTruncate,
  VacuumStmt: checkVacuum,
  ClusterStmt: ({ text, node }) => {
    const on = node.relation === undefined ? 'every clustered table' : quoteName(relationName(node.relation))
    return [
      { rule: 'table_rewrites', on, recipe: `-- in an announced pause\n-- allow table_rewrites: <pause>\n${text};` },
    ]
  },
  LockStmt: ({ node }) => [
    {
      rule: 'lock_table',
      on: list(node.relations)
        .map(each => quoteName(relationName(each.RangeVar)))
        .join(', '),
      recipe: '-- leave it out: each statement takes the lock it needs',
    },
  ],
  RefreshMatViewStmt: ({ node, text }, context) => {
    const view = relationName(node.relation)
    if (node.concurrent === true || context.created.has(`relation ${view}`) || node.skipData === true) return []
    const recipe = `${text.replace(/\bview\b/i, '$& concurrently')}; -- which needs a unique index on ${quoteName(view)}`
    return [{ rule: 'refresh_blocks_reads', on: quoteName(view), recipe }]
  },
  AlterTableMoveAllStmt: ({ text }) => [
    {
      rule: 'table_rewrites',
      on: 'every table of the tablespace',
      recipe: `-- in an announced pause\n-- allow table_rewrites: <pause>\n${text};`,
    },
  ],
  ...RIGHTS,
  DropdbStmt: (statement, context) => [
    { rule: 'drop_database', recipe: OWN_FILE + afterRelease('drop_database', statement.text) },
    ...outsideOnly(statement, context),
  ],
  CreatedbStmt: outsideOnly,
  CreateTableSpaceStmt: outsideOnly,
  DropTableSpaceStmt: outsideOnly,
  AlterSystemStmt: outsideOnly,
  CreateSubscriptionStmt: outsideOnly,
  DropSubscriptionStmt: outsideOnly,
  AlterSubscriptionStmt: (statement, context) =>
    REFRESHES.includes(String(statement.node.kind)) ? outsideOnly(statement, context) : [],
  AlterDatabaseStmt: (statement, context) =>
    hasOption(statement.node.options, 'tablespace') ? outsideOnly(statement, context) : [],
  DiscardStmt: (statement, context) => (statement.node.target === 'DISCARD_ALL' ? outsideOnly(statement, context) : []),
}

/** The kinds of ALTER SUBSCRIPTION that ask the publisher for its tables, unless told not to. */
const REFRESHES = [
  'ALTER_SUBSCRIPTION_REFRESH_PUBLICATION',
  'ALTER_SUBSCRIPTION_REFRESH',
  'ALTER_SUBSCRIPTION_SET_PUBLICATION',
  'ALTER_SUBSCRIPTION_ADD_PUBLICATION',
  'ALTER_SUBSCRIPTION_DROP_PUBLICATION',
]

function outsideOnly({ text }: ParsedStatement, { transactional }: Context): Fault[] {
  return transactional ? [{ rule: 'cannot_run_in_transaction', recipe: `${OWN_FILE}${text};` }] : []
}

function checkVacuum(statement: ParsedStatement, context: Context): Fault[] {
  const { node } = statement
  if (node.is_vacuumcmd !== true) return [] // ANALYZE
  const tables = list(node.rels).map(each => quoteName(relationName(tree(each.VacuumRelation).relation)))
  const recipe = `${OWN_FILE}vacuum ${tables.join(', ')}; -- keeps the space for new rows; pg_repack gives it back`
  const on = tables.join(', ') || 'every table'
  const full: Fault[] = hasOption(node.options, 'full') ? [{ rule: 'table_rewrites', on, recipe }] : []
  return [...outsideOnly(statement, context), ...full]
}

function checkIndex({ node, text }: ParsedStatement, context: Context): Fault[] {
  const table = relationName(node.relation)
  if (context.created.has(`relation ${table}`)) return []
  if (node.concurrent === true) {
    return context.transactional ? [{ rule: 'concurrently_in_transaction', recipe: `${OWN_FILE}${text};` }] : []
  }
  if (tree(node.relation).inh !== true) return [] // ON ONLY: a partitioned table itself has no rows
  const partitioned = context.known.partitioned.has(table)
  const recipe = partitioned
    ? `${text.replace(/\bon\s+/i, 'on only ')};\n-- then for each partition, in a file of its own with "-- no transaction": create index concurrently on it\n-- and last: alter index ${indexName(node, table)} attach partition <its index>`
    : `${OWN_FILE}${text.replace(/\bindex\b/i, `$& concurrently${node.idxname === undefined ? ` ${indexName(node, table)}` : ''}`)};`
  return [{ rule: 'create_index_blocks_writes', on: quoteName(table), recipe }]
}

/** The name that PostgreSQL would choose, or nearly: an index that is built without a transaction must be found again. */
function indexName({ idxname, indexParams }: Tree, table: string): string {
  const columns = list(indexParams).map(each => String(tree(each.IndexElem).name ?? 'expr'))
  return quoteName(String(idxname ?? derivedName(table, ...columns, 'idx')))
}

function checkReindex({ node, text }: ParsedStatement, context: Context): Fault[] {
  if (hasOption(node.params, 'concurrently')) {
    return context.transactional ? [{ rule: 'concurrently_in_transaction', recipe: `${OWN_FILE}${text};` }] : []
  }
  const recipe = `${OWN_FILE}${text.replace(/\b(index|table|schema|database)\b/i, '$& concurrently')};`
  const on = node.relation === undefined ? 'every table' : quoteName(relationName(node.relation))
  const found: Fault[] = [{ rule: 'reindex_blocks', on, recipe }]
  const refused = node.relation === undefined && context.transactional
  return refused ? [...found, { rule: 'cannot_run_in_transaction', recipe }] : found
}

function checkDomain({ node, text }: ParsedStatement, context: Context): Fault[] {
  const domain = plainName(names(node.typeName))
  if (context.created.has(`type ${domain}`)) return []
  if (node.subtype === 'N')
    return [{ rule: 'drop_not_null', unlocked: true, recipe: afterRelease('drop_not_null', text) }]
  if (node.subtype === 'T' && node.def === undefined) {
    return [{ rule: 'drop_default', unlocked: true, recipe: afterRelease('drop_default', text) }]
  }
  const on = `every table with a ${quoteName(domain)}`
  const named = quoteName(domain)
  if (node.subtype === 'O') {
    const name = quoteName(derivedName(domain, 'present'))
    const recipe = `alter domain ${named} add constraint ${name} check (value is not null) not valid;${NEXT}alter domain ${named} validate constraint ${name};`
    return [{ rule: 'domain_constraint_scans', on, recipe }]
  }
  const constraint = tree(tree(node.def).Constraint)
  if (node.subtype !== 'C' || constraint.skip_validation === true) return []
  const name = quoteName(String(constraint.conname ?? derivedName(domain, 'check')))
  const added =
    constraint.conname === undefined ? text.replace(/\badd\s+(?:constraint\s+)?/i, `add constraint ${name} `) : text
  const recipe = `${added} not valid;${NEXT}alter domain ${named} validate constraint ${name};`
  return [{ rule: 'domain_constraint_scans', on, recipe }]
}

function checkEnum({ node, text }: ParsedStatement, context: Context): Fault[] {
  const type = plainName(names(node.typeName))
  if (context.created.has(`type ${type}`)) return []
  if (node.oldVal === undefined) {
    context.enumValues.add(String(node.newVal))
    return []
  }
  const add = `alter type ${quoteName(type)} add value '${String(node.newVal).replaceAll("'", "''")}';`
  const recipe = `-- a new value beside the old one needs no pause: ${add} or,\n${afterRelease('rename_enum_value', text)}`
  return [{ rule: 'rename_enum_value', recipe }]
}

/** A value that an earlier ALTER TYPE … ADD VALUE has added in the same transaction. */
function checkEnumValues({ kind, node, text }: ParsedStatement, { transactional, enumValues }: Context): Fault[] {
  if (!transactional || enumValues.size === 0 || kind === 'AlterEnumStmt' || kind === 'CommentStmt') return []
  const used = nodesOf(node, 'A_Const').some(each => enumValues.has(String(tree(each.sval).sval)))
  return used ? [{ rule: 'enum_value_used_at_once', recipe: `${NEXT.trimStart()}${text};` }] : []
}

function checkTruncate({ node }: ParsedStatement, { created }: Context): Fault[] {
  const tables = list(node.relations).map(each => relationName(each.RangeVar))
  const old = tables.filter(table => !created.has(`relation ${table}`)).map(quoteName)
  if (old.length === 0) return []
  const recipe = old.map(table => `delete from ${table} where ctid in (select ctid from ${table} limit ${BATCH});`)
  return [{ rule: 'truncate', on: old.join(', '), recipe: `-- again, until no row is left\n${recipe.join('\n')}` }]
}

function hasOption(options: unknown, name: string): boolean {
  return list(options).some(option => tree(option.DefElem).defname === name)
}
