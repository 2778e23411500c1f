import { splitAlter } from './alter-text.ts'
import { afterRelease, BATCH, type Check, type Context, type Fault, LATER, NEXT, OWN_FILE } from './fault.ts'
import { derivedName, quoteName, relationName, typeText } from './identifiers.ts'
import { columnOf, widens } from './known-schema.ts'
import { checkNewColumn } from './new-column.ts'
import { list, names, type ParsedStatement, type Tree, tree } from './parser.ts'

/** One command of ALTER TABLE. */
export interface AlterCommand {
  statement: ParsedStatement
  node: Tree
  def: Tree
  /** `alter table t` */
  head: string
  /** `add column a int` */
  text: string
  table: string
  /** As SQL names it. */
  on: string
  context: Context
}

type CommandCheck = (command: AlterCommand) => Fault[]

/** ALTER TABLE, command by command. */
export const checkAlterTable: Check = (statement, context) => {
  const { node, text } = statement
  const table = relationName(node.relation)
  if (node.objtype === 'OBJECT_TYPE') return checkAlterType(statement, table, context)
  const isNew = context.created.has(`relation ${table}`)
  const { head, commands } = splitAlter(text)
  const on = quoteName(table)
  return list(node.cmds).flatMap((each, i) => {
    const command = tree(each.AlterTableCmd)
    const def = tree(command.def)
    const given = { statement, node: command, def, head, text: commands[i] ?? '', table, on, context }
    const faults =
      isNew && command.subtype !== 'AT_AttachPartition' ? [] : (COMMANDS[String(command.subtype)]?.(given) ?? [])
    remember(command, table, context)
    return faults
  })
}

/** Columns and constraints of this migration. Nothing uses them yet, except that inserts have to fill a required column. */
function remember({ subtype, def }: Tree, table: string, { created }: Context): void {
  const { ColumnDef, Constraint } = tree(def)
  if (subtype === 'AT_AddConstraint') created.add(`constraint ${table}.${tree(Constraint).conname}`)
  if (subtype !== 'AT_AddColumn') return
  const { colname, constraints } = tree(ColumnDef)
  created.add(`column ${table}.${colname}`)
  const required = list(constraints).some(each => tree(each.Constraint).contype === 'CONSTR_NOTNULL')
  if (required) created.add(`required ${table}.${colname}`)
}

/** ALTER TYPE of a composite type. */
function checkAlterType({ node, text }: Parameters<Check>[0], type: string, { created }: Context): Fault[] {
  const drops = list(node.cmds).some(each => tree(each.AlterTableCmd).subtype === 'AT_DropColumn')
  if (!drops || created.has(`type ${type}`)) return []
  return [{ rule: 'drop_column', on: quoteName(type), recipe: afterRelease('drop_column', text) }]
}

const rewrites: CommandCheck = ({ head, text, on }) => [
  {
    rule: 'table_rewrites',
    on,
    recipe: `-- in an announced pause\n-- allow table_rewrites: <pause>\n${head} ${text};`,
  },
]

const disablesTrigger: CommandCheck = ({ on }) => [
  {
    rule: 'disable_trigger',
    on,
    recipe: 'set local session_replication_role = replica; -- for this transaction alone, and without a lock',
  },
]

const COMMANDS: Readonly<Record<string, CommandCheck>> = {
  AT_AddColumn: checkNewColumn,
  AT_AddConstraint: checkConstraint,
  AT_ValidateConstraint: ({ node, head, text, on, context }) =>
    context.unvalidated.has(String(node.name)) && context.transactional
      ? [{ rule: 'validate_in_same_transaction', on, recipe: `${NEXT.trimStart()}${head} ${text};` }]
      : [],
  AT_SetNotNull: checkSetNotNull,
  AT_AlterColumnType: checkType,
  AT_DropColumn: ({ node, head, text, table, on, context }) =>
    context.created.has(`column ${table}.${node.name}`)
      ? []
      : [{ rule: 'drop_column', on, recipe: afterRelease('drop_column', `${head} ${text}`) }],
  AT_DropConstraint: checkDropConstraint,
  AT_ColumnDefault: checkDropDefault,
  AT_DropExpression: checkDropDefault,
  AT_DropIdentity: checkDropDefault,
  AT_DropNotNull: ({ node, head, text, table, on, context }) =>
    context.created.has(`column ${table}.${node.name}`)
      ? []
      : [{ rule: 'drop_not_null', on, recipe: afterRelease('drop_not_null', `${head} ${text}`) }],
  AT_AddIdentity: checkIdentity,
  AT_SetIdentity: checkIdentity,
  AT_DropInherit: ({ head, text, on }) => [
    { rule: 'no_inherit', on, recipe: afterRelease('no_inherit', `${head} ${text}`) },
  ],
  AT_SetTableSpace: rewrites,
  AT_SetLogged: rewrites,
  AT_SetUnLogged: rewrites,
  AT_SetAccessMethod: rewrites,
  AT_SetExpression: rewrites,
  AT_DisableTrig: disablesTrigger,
  AT_DisableTrigAll: disablesTrigger,
  AT_DisableTrigUser: disablesTrigger,
  AT_EnableRowSecurity: checkRowSecurity,
  AT_ForceRowSecurity: checkRowSecurity,
  AT_AttachPartition: checkAttach,
  AT_DetachPartition: ({ def, statement, on, context }) => {
    const concurrent = tree(def.PartitionCmd).concurrent === true
    if (!concurrent) {
      const recipe = `${OWN_FILE}${statement.text
        .trimEnd()
        .replace(/finalize$/i, '')
        .trimEnd()} concurrently;`
      return [{ rule: 'detach_partition_blocks', on, recipe }]
    }
    if (!context.transactional) return []
    return [{ rule: 'concurrently_in_transaction', on, recipe: `${OWN_FILE}${statement.text};` }]
  },
}

function checkSetNotNull({ node, table, on, head, context }: AlterCommand): Fault[] {
  const column = String(node.name)
  if (context.known.holdsNoNull(table, column)) return []
  const name = quoteName(derivedName(table, column, 'present'))
  const recipe = `${head} add constraint ${name} check (${quoteName(column)} is not null) not valid;${NEXT}${head} validate constraint ${name};${NEXT}${head} alter column ${quoteName(column)} set not null; -- reads nothing: the check says so\n${head} drop constraint ${name};`
  return [{ rule: 'set_not_null_scans', on, recipe }]
}

/** Checks may go: what they allow then breaks no statement of the running release. */
function checkDropConstraint({ node, head, text, table, on, context }: AlterCommand): Fault[] {
  const replaced = context.remade.has(`constraint of ${table}`)
  const own = context.created.has(`constraint ${table}.${node.name}`)
  if (replaced || own || context.known.checks.has(String(node.name))) return []
  return [{ rule: 'drop_constraint', on, recipe: afterRelease('drop_constraint', `${head} ${text}`) }]
}

/** DROP DEFAULT, DROP EXPRESSION and DROP IDENTITY: a value that inserts may count on. */
function checkDropDefault({ node, head, text, table, on, context }: AlterCommand): Fault[] {
  const column = `${table}.${node.name}`
  const { created, remade } = context
  if (node.def !== undefined || remade.has(`default ${column}`)) return []
  if (created.has(`column ${column}`) && !created.has(`required ${column}`)) return []
  return [{ rule: 'drop_default', on, recipe: afterRelease('drop_default', `${head} ${text}`) }]
}

/** ADD GENERATED and SET GENERATED. */
function checkIdentity({ node, def, head, text, table, on, context }: AlterCommand): Fault[] {
  const set = list(tree(def.List).items)
    .map(item => tree(item.DefElem))
    .find(({ defname }) => defname === 'generated')
  const always =
    tree(def.Constraint).generated_when === 'a' || Number(tree(tree(set?.arg).Integer).ival) === 'a'.charCodeAt(0)
  if (!always || context.created.has(`column ${table}.${node.name}`)) return []
  const recipe = `${head} ${text.replace(/\balways\b/i, 'by default')};`
  return [{ rule: 'identity_always', on, recipe }]
}

function checkType({ node, def, table, on, head, context }: AlterCommand): Fault[] {
  const column = String(node.name)
  const old = context.known.column(table, column)
  const definition = tree(def.ColumnDef)
  if (old && definition.raw_default === undefined && widens(old, columnOf(definition.typeName))) return []
  const [from, to] = [quoteName(column), quoteName(`${column}_new`)]
  const recipe = `${head} add column ${to} ${typeText(definition.typeName)};
-- next release: the application writes both columns; then fill ${to}, ${BATCH} rows at a time, until none is left
update ${on} set ${to} = ${from} where ctid in (select ctid from ${on} where ${to} is null and ${from} is not null limit ${BATCH});${LATER}-- which uses ${to} alone
-- allow drop_column: replaced by ${to}
${head} drop column ${from};`
  return [{ rule: 'change_type_rewrites', on, recipe }]
}

function checkRowSecurity({ table, on, head, text, context }: AlterCommand): Fault[] {
  if (context.remade.has(`policy ${table}`)) return []
  const recipe = `create policy ${quoteName(derivedName(table, 'open'))} on ${on} using (true) with check (true); -- for the running release
${head} ${text};${LATER}-- which sets what the policies read: create them, then
-- allow drop_policy: replaced by those
drop policy ${quoteName(derivedName(table, 'open'))} on ${on};`
  return [{ rule: 'enable_row_security', on, recipe }]
}

function checkAttach({ def, on, table, statement, context }: AlterCommand): Fault[] {
  const { name, bound } = tree(def.PartitionCmd)
  const partition = relationName(name)
  if (statement.node.objtype === 'OBJECT_INDEX') return [] // the index of a partition, which is compared by its columns
  if (context.created.has(`relation ${partition}`) || context.known.hasValidatedCheck(partition)) return []
  if (tree(bound).is_default === true) return []
  const key = context.known.partitioned.get(table)?.[0] ?? 'key'
  const [part, check] = [quoteName(partition), quoteName(derivedName(partition, 'bound'))]
  const from = statement.text.search(/\bfor\s+values\b/i)
  const recipe = `alter table ${part} add constraint ${check} check (${boundCheck(quoteName(key), statement.text.slice(from))}) not valid;${NEXT}alter table ${part} validate constraint ${check};${NEXT}${statement.text};
alter table ${part} drop constraint ${check};`
  return [{ rule: 'attach_partition_scans', on: `${part} and ${on}`, recipe }]
}

/** The condition that `FOR VALUES …` implies for a row. */
function boundCheck(key: string, bound: string): string {
  const list = /^for\s+values\s+in\s*(\(.*\))\s*$/is.exec(bound)?.[1]
  if (list) return `${key} is not null and ${key} in ${list}`
  const range = /^for\s+values\s+from\s*\((.*)\)\s*to\s*\((.*)\)\s*$/is.exec(bound)
  const inside = [
    range && !/^\s*minvalue\s*$/i.test(range[1]!) && `${key} >= ${range[1]}`,
    range && !/^\s*maxvalue\s*$/i.test(range[2]!) && `${key} < ${range[2]}`,
  ].filter(Boolean)
  return [`${key} is not null`, ...inside].join(' and ')
}

function checkConstraint({ def, table, on, head, text, context }: AlterCommand): Fault[] {
  const constraint = tree(def.Constraint)
  const notValid = constraint.skip_validation === true
  if (notValid) context.unvalidated.add(String(constraint.conname))
  if (constraint.is_enforced === false) return []
  switch (constraint.contype) {
    case 'CONSTR_FOREIGN':
      if (notValid) return []
      return [
        {
          rule: 'foreign_key_scans',
          on: `${on} and ${quoteName(relationName(constraint.pktable))}`,
          recipe: addNotValid(head, text, constraint, derivedName(table, ...names(constraint.fk_attrs), 'fkey')),
        },
      ]
    case 'CONSTR_CHECK':
    case 'CONSTR_NOTNULL':
      if (notValid) return []
      return [{ rule: 'check_scans', on, recipe: addNotValid(head, text, constraint, derivedName(table, 'check')) }]
    case 'CONSTR_UNIQUE':
    case 'CONSTR_PRIMARY':
      return constraint.indexname === undefined
        ? [{ rule: 'unique_builds_index', on, recipe: uniqueByIndex(head, on, table, constraint) }]
        : []
    case 'CONSTR_EXCLUSION':
      return [
        {
          rule: 'exclusion_builds_index',
          on,
          recipe: `-- while the table is small, or in an announced pause\n-- allow exclusion_builds_index: <pause>\n${head} ${text};`,
        },
      ]
    default:
      return []
  }
}

function addNotValid(head: string, text: string, constraint: Tree, fallback: string): string {
  const name = quoteName(constraint.conname === undefined ? fallback : String(constraint.conname))
  const named =
    constraint.conname === undefined ? text.replace(/^add\s+(?:constraint\s+)?/i, `add constraint ${name} `) : text
  return `${head} ${named} not valid;${NEXT}${head} validate constraint ${name};`
}

/** A unique or primary key constraint over an index that was built without a lock. */
function uniqueByIndex(head: string, on: string, table: string, constraint: Tree): string {
  const primary = constraint.contype === 'CONSTR_PRIMARY'
  const keys = names(constraint.keys)
  const name = quoteName(
    String(constraint.conname ?? (primary ? derivedName(table, 'pkey') : derivedName(table, ...keys, 'key'))),
  )
  const nulls = constraint.nulls_not_distinct === true ? ' nulls not distinct' : ''
  const including = names(constraint.including)
  const include = including.length > 0 ? ` include (${including.map(quoteName).join(', ')})` : ''
  return `${OWN_FILE}create unique index concurrently ${name} on ${on} (${keys.map(quoteName).join(', ')})${include}${nulls};${NEXT}${head} add constraint ${name} ${primary ? 'primary key' : 'unique'} using index ${name};`
}
