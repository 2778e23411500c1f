import { afterRelease, type Check, type Context, type Fault, LATER, NEXT, OWN_FILE } from './fault.ts'
import { objectName, quoteName, relationName, spelledType } from './identifiers.ts'
import { list } from './parser.ts'
import type { RuleName } from './rules.ts'

/** The name of a kind of object in {@link Context.created}, and the rules for removing it. */
const KINDS: Readonly<Record<string, { kind: string; drop?: RuleName; rename?: RuleName }>> = {
  OBJECT_TABLE: { kind: 'relation', drop: 'drop_table', rename: 'rename_table' },
  OBJECT_FOREIGN_TABLE: { kind: 'relation', drop: 'drop_table', rename: 'rename_table' },
  OBJECT_MATVIEW: { kind: 'relation', drop: 'drop_view', rename: 'rename_view' },
  OBJECT_VIEW: { kind: 'relation', drop: 'drop_view', rename: 'rename_view' },
  OBJECT_SEQUENCE: { kind: 'relation', drop: 'drop_sequence', rename: 'rename_sequence' },
  OBJECT_TYPE: { kind: 'type', drop: 'drop_type', rename: 'rename_type' },
  OBJECT_DOMAIN: { kind: 'type', drop: 'drop_type', rename: 'rename_type' },
  OBJECT_FUNCTION: { kind: 'function', drop: 'drop_function', rename: 'rename_function' },
  OBJECT_PROCEDURE: { kind: 'function', drop: 'drop_function', rename: 'rename_function' },
  OBJECT_ROUTINE: { kind: 'function', drop: 'drop_function', rename: 'rename_function' },
  OBJECT_AGGREGATE: { kind: 'function', drop: 'drop_function', rename: 'rename_function' },
  OBJECT_EXTENSION: { kind: 'extension', drop: 'drop_extension' },
  OBJECT_SCHEMA: { kind: 'schema', drop: 'drop_schema', rename: 'rename_table' },
  OBJECT_TRIGGER: { kind: 'trigger', drop: 'drop_trigger' },
  OBJECT_EVENT_TRIGGER: { kind: 'event trigger', drop: 'drop_trigger' },
  OBJECT_RULE: { kind: 'rule', drop: 'drop_trigger' },
  OBJECT_POLICY: { kind: 'policy', drop: 'drop_policy' },
  OBJECT_ROLE: { kind: 'role', drop: 'drop_object', rename: 'rename_object' },
  OBJECT_DATABASE: { kind: 'database', rename: 'rename_object' },
  OBJECT_CAST: { kind: 'cast', drop: 'drop_object' },
  OBJECT_COLLATION: { kind: 'collation', drop: 'drop_object', rename: 'rename_object' },
  OBJECT_FDW: { kind: 'foreign data wrapper', drop: 'drop_object', rename: 'rename_object' },
  OBJECT_FOREIGN_SERVER: { kind: 'server', drop: 'drop_object', rename: 'rename_object' },
  OBJECT_OPERATOR: { kind: 'operator', drop: 'drop_object' },
  OBJECT_PUBLICATION: { kind: 'publication', drop: 'drop_object', rename: 'rename_object' },
  OBJECT_TSCONFIGURATION: { kind: 'text search configuration', drop: 'drop_object', rename: 'rename_object' },
  OBJECT_TSDICTIONARY: { kind: 'text search dictionary', drop: 'drop_object', rename: 'rename_object' },
}

/** Objects that belong to a table, whose name precedes theirs. */
const OF_TABLE = ['OBJECT_TRIGGER', 'OBJECT_RULE', 'OBJECT_POLICY']

export function kindOf(objectType: unknown): string {
  return KINDS[String(objectType)]?.kind ?? 'object'
}

/** DROP. Objects that this migration has created itself, or recreates under the same name, are not missed. */
export const checkDrop: Check = ({ node, text }, context) => {
  const type = String(node.removeType)
  const dropped = list(node.objects).map(objectName)
  const { kind = '', drop } = KINDS[type] ?? {}
  if (type === 'OBJECT_INDEX') return checkDropIndex(text, node.concurrent === true, dropped, context)
  if (!drop) return []
  const withColumns = drop === 'drop_table' || (drop === 'drop_type' && node.behavior === 'DROP_CASCADE')
  const remade = (name: string) => !withColumns && context.remade.has(`${kind} ${name}`)
  const ofTable = OF_TABLE.includes(type)
  const isNew = (name: string) =>
    context.created.has(`${kind} ${name}`) || (ofTable && context.created.has(`relation ${tableOf(name)}`))
  const missed = dropped.filter(name => !isNew(name) && !remade(name))
  const on = missed.map(name => quoteName(ofTable ? tableOf(name) : name)).join(', ')
  const unlocked = type === 'OBJECT_EVENT_TRIGGER'
  return missed.length > 0 ? [{ rule: drop, on, unlocked, recipe: afterRelease(drop, text) }] : []
}

/** `s.t` of `s.t.x`. */
function tableOf(name: string): string {
  return name.slice(0, name.lastIndexOf('.'))
}

function checkDropIndex(text: string, concurrent: boolean, dropped: readonly string[], context: Context): Fault[] {
  if (dropped.every(name => context.created.has(`index ${name}`))) return []
  if (concurrent && !context.transactional) return []
  if (concurrent) return [{ rule: 'concurrently_in_transaction', recipe: `${OWN_FILE}${text};` }]
  const exists = /^drop\s+index\s+if\s+exists/i.test(text) ? 'if exists ' : ''
  const recipe = dropped.map(name => `${OWN_FILE}drop index concurrently ${exists}${quoteName(name)};`).join(NEXT)
  return [{ rule: 'drop_index_blocks', on: 'the table', recipe }]
}

/** ALTER … RENAME TO. */
export const checkRename: Check = ({ node, text }, context) => {
  const type = String(node.renameType)
  const to = String(node.newname)
  const old = node.relation ? relationName(node.relation) : node.object ? objectName(node.object) : String(node.subname)
  if (type === 'OBJECT_COLUMN' || type === 'OBJECT_ATTRIBUTE') return checkRenameColumn(node, old, to, context)
  const { kind = '', rename } = KINDS[type] ?? {}
  const isNew = context.created.has(`${kind} ${old}`)
  context.created.add(`${kind} ${beside(old, to)}`) // nothing uses the new name yet
  if (!rename || isNew || context.remade.has(`${kind} ${old}`)) return []
  return [{ rule: rename, on: quoteName(old), recipe: renameRecipe(rename, text, old, beside(old, to)) }]
}

/** The new name, in the schema of the old one. */
function beside(old: string, to: string): string {
  return old.includes('.') ? `${old.split('.')[0]}.${to}` : to
}

function renameRecipe(rule: RuleName, text: string, old: string, to: string): string {
  if (text.search(/^alter\s+(?:table|view)\b/i) < 0) return afterRelease(rule, text)
  const [from, now] = [quoteName(old), quoteName(to)]
  return `${text};\ncreate view ${from} as select * from ${now}; -- for the running release${LATER}-- allow drop_view: unused since <release>\ndrop view ${from};`
}

function checkRenameColumn(
  { subname, renameType }: Readonly<Record<string, unknown>>,
  table: string,
  to: string,
  { created, known }: Context,
): Fault[] {
  const from = String(subname)
  if (created.has(`relation ${table}`) || created.has(`column ${table}.${from}`)) return []
  const [on, a, b] = [quoteName(table), quoteName(from), quoteName(to)]
  if (renameType === 'OBJECT_ATTRIBUTE') {
    const recipe = afterRelease('rename_column', `alter type ${on} rename attribute ${a} to ${b}`)
    return [{ rule: 'rename_column', on, recipe }]
  }
  const old = known.column(table, from)
  const type = old ? spelledType(old.type, old.mods) : 'text'
  const recipe = `alter table ${on} add column ${b} ${type}; -- the type of ${a}
-- next release: the application writes both columns; then fill ${b}, 5000 rows at a time, until none is left
update ${on} set ${b} = ${a} where ctid in (select ctid from ${on} where ${b} is null and ${a} is not null limit 5000);${LATER}-- which uses ${b} alone
-- allow drop_column: replaced by ${b}
alter table ${on} drop column ${a};`
  return [{ rule: 'rename_column', on, recipe }]
}

/** ALTER … SET SCHEMA. */
export const checkSetSchema: Check = ({ node, text }, context) => {
  const { kind = '' } = KINDS[String(node.objectType)] ?? {}
  const old = node.relation ? relationName(node.relation) : objectName(node.object)
  if (context.created.has(`${kind} ${old}`) || context.remade.has(`${kind} ${old}`)) return []
  if (kind === 'extension') return []
  const now = quoteName(`${node.newschema}.${old.split('.').at(-1)}`)
  const recipe =
    kind === 'relation'
      ? `${text};\ncreate view ${quoteName(old)} as select * from ${now}; -- for the running release${LATER}-- allow drop_view: unused since <release>\ndrop view ${quoteName(old)};`
      : afterRelease('set_schema', text)
  return [{ rule: 'set_schema', on: quoteName(old), recipe }]
}
