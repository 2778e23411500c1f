import { BATCH, type Context, type Fault, NEXT, OWN_FILE } from './fault.ts'
import { derivedName, quoteName, relationName, typeText } from './identifiers.ts'
import { list, names, type ParsedStatement, type Tree, tree } from './parser.ts'
import { isVolatile } from './volatility.ts'

interface NewColumn {
  statement: ParsedStatement
  def: Tree
  head: string
  text: string
  table: string
  on: string
  context: Context
}

const SERIAL = ['serial', 'bigserial', 'smallserial', 'serial2', 'serial4', 'serial8']

/** ADD COLUMN. */
export function checkNewColumn({ statement, def, head, text, table, on, context }: NewColumn): Fault[] {
  const column = tree(def.ColumnDef)
  const constraints = list(column.constraints).map(each => tree(each.Constraint))
  const has = (...kinds: string[]) => constraints.some(({ contype }) => kinds.includes(String(contype)))
  const name = quoteName(String(column.colname))
  const type = typeText(column.typeName)
  const source = constraintSources(statement, constraints, head, text)
  const fill = (value: string) =>
    `-- then fill the older rows, ${BATCH} at a time, until none is left\nupdate ${on} set ${name} = ${value} where ctid in (select ctid from ${on} where ${name} is null limit ${BATCH});`
  const found: Fault[] = []
  const volatile = constraints.find(
    each => each.contype === 'CONSTR_DEFAULT' && isVolatile(each.raw_expr, context.known),
  )
  const stored = constraints.some(each => each.contype === 'CONSTR_GENERATED' && each.generated_kind !== 'v')
  const counted = isType(column, SERIAL) || has('CONSTR_IDENTITY')
  if (counted) {
    const sequence = quoteName(derivedName(table, String(column.colname), 'seq'))
    const next = `nextval('${sequence}')`
    const recipe = `create sequence ${sequence};\n${head} add column ${name} ${type};\nalter sequence ${sequence} owned by ${on}.${name};\n${head} alter column ${name} set default ${next};${NEXT}${fill(next)}`
    found.push({ rule: 'add_column_rewrites', on, recipe })
  } else if (stored) {
    const recipe = `${head} ${text.replace(/\bstored\b/i, 'virtual')}; -- PostgreSQL 18; before, a plain column and a trigger`
    found.push({ rule: 'add_column_rewrites', on, recipe })
  } else if (volatile) {
    const value = source(volatile).replace(/^default\s+/i, '')
    const recipe = `${head} add column ${name} ${type};\n${head} alter column ${name} set default ${value};${NEXT}${fill(value)}`
    found.push({ rule: 'add_column_rewrites', on, recipe })
  }
  if (has('CONSTR_NOTNULL') && !has('CONSTR_DEFAULT') && found.length === 0) {
    const given = DEFAULTS[type.replace(/\(.*/, '')] ?? (type.endsWith('[]') ? "'{}'" : undefined)
    const rest = `${head} add column ${name} ${type}`
    const recipe = given
      ? `${rest} not null default ${given}; -- at once: the default stands beside the table`
      : `${rest}; -- the next release writes it; set it NOT NULL when it is filled`
    found.push({ rule: 'add_not_null_column', on, recipe })
  }
  const apart = constraints.filter(({ contype }) => SCANNING.includes(String(contype)))
  if (apart.length > 0) {
    const target = { head, on, name, table, column: String(column.colname) }
    const recipe = `${head} add column ${name} ${type};${apart.map(each => addLater(each, source(each), target)).join('')}`
    // Without a value in the new column, there is nothing to look up.
    const empty = !has('CONSTR_DEFAULT', 'CONSTR_GENERATED') && !counted
    const references = apart.filter(({ contype }) => contype === 'CONSTR_FOREIGN')
    if (empty && references.length === apart.length) {
      const others = references.map(each => quoteName(relationName(each.pktable)))
      found.push({ rule: 'add_reference_locks', on: [on, ...others].join(' and '), recipe })
    } else {
      found.push({ rule: 'add_column_constraint_scans', on, recipe })
    }
  }
  if (isType(column, ['json'])) found.push(jsonFault(statement.text))
  return found
}

const SCANNING = ['CONSTR_FOREIGN', 'CONSTR_CHECK', 'CONSTR_UNIQUE', 'CONSTR_PRIMARY']

interface Target {
  head: string
  on: string
  name: string
  table: string
  column: string
}

/** The constraint of a new column as separate statements. */
function addLater(constraint: Tree, source: string, { head, on, name, table, column }: Target): string {
  const given = (suffix: string) => quoteName(String(constraint.conname ?? derivedName(table, column, suffix)))
  const body = source.replace(/^constraint\s+\S+\s+/i, '')
  if (constraint.contype === 'CONSTR_FOREIGN') {
    const fkey = given('fkey')
    return `\n${head} add constraint ${fkey} foreign key (${name}) ${body} not valid;${NEXT}${head} validate constraint ${fkey};`
  }
  if (constraint.contype === 'CONSTR_CHECK') {
    const check = given('check')
    return `\n${head} add constraint ${check} ${body} not valid;${NEXT}${head} validate constraint ${check};`
  }
  const primary = constraint.contype === 'CONSTR_PRIMARY'
  // Without a name of its own, a primary key has the name of its table alone.
  const key = primary ? quoteName(String(constraint.conname ?? derivedName(table, 'pkey'))) : given('key')
  return `${NEXT}${OWN_FILE}create unique index concurrently ${key} on ${on} (${name});${NEXT}${head} add constraint ${key} ${primary ? 'primary key' : 'unique'} using index ${key};`
}

/** The text of each constraint: from its beginning to the next one. */
function constraintSources(statement: ParsedStatement, constraints: readonly Tree[], head: string, text: string) {
  const end = statement.text.indexOf(text, head.length) + text.length
  const starts = constraints.map(({ location }) => statement.at(location)).sort((a, b) => a - b)
  return ({ location }: Tree): string => {
    const at = statement.at(location)
    return statement.text.slice(at, starts.find(start => start > at) ?? end).trim()
  }
}

const DEFAULTS: Readonly<Record<string, string>> = {
  integer: '0',
  bigint: '0',
  smallint: '0',
  numeric: '0',
  text: "''",
  varchar: "''",
  citext: "''",
  real: '0',
  'double precision': '0',
  boolean: 'false',
  timestamptz: 'now()',
  timestamp: 'now()',
  date: 'current_date',
  jsonb: "'{}'",
}

function isType(column: Tree, types: readonly string[]): boolean {
  const path = names(tree(column.typeName).names)
  return types.includes(path.at(-1) ?? '')
}

/** Whether a column definition has the type json. */
export function isJson(column: Tree): boolean {
  return isType(column, ['json'])
}

export function jsonFault(text: string): Fault {
  return { rule: 'json_has_no_equality', recipe: `${text.replaceAll(/\bjson\b/gi, 'jsonb')};` }
}
