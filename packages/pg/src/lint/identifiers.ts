import { names, type Tree, tree } from './parser.ts'

/** A name without the schema `public`, so that `public.t` and `t` are equal. */
export function plainName(path: readonly string[]): string {
  return (path[0] === 'public' && path.length > 1 ? path.slice(1) : path).join('.')
}

/** The name in a RangeVar. */
export function relationName(relation: unknown): string {
  const { schemaname, relname } = tree(relation)
  return plainName(schemaname === undefined ? [String(relname)] : [String(schemaname), String(relname)])
}

/** The name in one of the forms that `DROP`, `ALTER … RENAME` and `SET SCHEMA` use for their object. */
export function objectName(object: unknown): string {
  const { List, ObjectWithArgs, TypeName, String: text } = tree(object)
  if (text !== undefined) return plainName([String(tree(text).sval)])
  return plainName(names(tree(List).items ?? tree(ObjectWithArgs).objname ?? tree(TypeName).names))
}

// biome-ignore format: a table
const RESERVED = new Set([
  'all', 'analyse', 'analyze', 'and', 'any', 'array', 'as', 'asc', 'asymmetric', 'authorization', 'binary', 'both',
  'case', 'cast', 'check', 'collate', 'collation', 'column', 'concurrently', 'constraint', 'create', 'cross',
  'current_catalog', 'current_date', 'current_role', 'current_schema', 'current_time', 'current_timestamp',
  'current_user', 'default', 'deferrable', 'desc', 'distinct', 'do', 'else', 'end', 'except', 'false', 'fetch', 'for',
  'foreign', 'freeze', 'from', 'full', 'grant', 'group', 'having', 'ilike', 'in', 'initially', 'inner', 'intersect',
  'into', 'is', 'isnull', 'join', 'lateral', 'leading', 'left', 'like', 'limit', 'localtime', 'localtimestamp',
  'natural', 'not', 'notnull', 'null', 'offset', 'on', 'only', 'or', 'order', 'outer', 'overlaps', 'placing',
  'primary', 'references', 'returning', 'right', 'select', 'session_user', 'similar', 'some', 'symmetric',
  'system_user', 'table', 'tablesample', 'then', 'to', 'trailing', 'true', 'union', 'unique', 'user', 'using',
  'variadic', 'verbose', 'when', 'where', 'window', 'with',
])

/** A name in SQL, quoted if necessary. */
export function quoteName(name: string): string {
  return name
    .split('.')
    .map(part => (/^[a-z_][a-z0-9_$]*$/.test(part) && !RESERVED.has(part) ? part : `"${part.replaceAll('"', '""')}"`))
    .join('.')
}

/** A name derived from another: without its schema, and short enough. */
export function derivedName(table: string, ...rest: readonly string[]): string {
  return cutName([table.split('.').at(-1), ...rest].join('_'))
}

/** The bytes of a name that PostgreSQL keeps (NAMEDATALEN - 1). */
const LONGEST = 63

/** A name as PostgreSQL stores it: without what is beyond 63 bytes, and without half a character. */
export function cutName(name: string): string {
  if (Buffer.byteLength(name) <= LONGEST) return name
  const bytes = Buffer.from(name)
  let end = LONGEST
  while ((bytes[end]! & 0xc0) === 0x80) end-- // in the middle of a character
  return bytes.subarray(0, end).toString()
}

// biome-ignore format: a table
const SPELLED: Readonly<Record<string, string>> = {
  int2: 'smallint', int4: 'integer', int8: 'bigint', float4: 'real', float8: 'double precision', bool: 'boolean',
  bpchar: 'char', serial: 'integer', serial4: 'integer', bigserial: 'bigint', serial8: 'bigint', smallserial: 'smallint',
  serial2: 'smallint',
}

/** The fields of an interval by the number that stands for them in a parse tree; without fields, it is 32767. */
const INTERVAL_FIELDS: Readonly<Record<number, string>> = {
  2: 'month',
  4: 'year',
  6: 'year to month',
  8: 'day',
  1024: 'hour',
  1032: 'day to hour',
  2048: 'minute',
  3072: 'hour to minute',
  3080: 'day to minute',
  4096: 'second',
  6144: 'minute to second',
  7168: 'hour to second',
  7176: 'day to second',
}

/** The name in the catalog and the modifiers of a TypeName: `varchar` and 20, `interval day to second` and 3. */
export function readType(typeName: unknown): { name: string; mods: number[]; isArray: boolean } {
  const { names: path, typmods, arrayBounds } = tree(typeName)
  const name = plainName(names(path).filter((part, i, all) => !(i === 0 && part === 'pg_catalog' && all.length > 1)))
  const mods = ((typmods ?? []) as Tree[]).flatMap(item => {
    const constant = tree(item.A_Const)
    return constant.ival === undefined ? [] : [Number(tree(constant.ival).ival ?? 0)] // the tree leaves zeros out
  })
  const isArray = Array.isArray(arrayBounds)
  if (name !== 'interval') return { name, mods, isArray }
  const [range, ...precision] = mods
  const fields = INTERVAL_FIELDS[range!]
  return { name: fields === undefined ? name : `${name} ${fields}`, mods: precision, isArray }
}

/** A TypeName as SQL: `varchar(20)`, `integer[]`. */
export function typeText(type: unknown): string {
  const { name, mods, isArray } = readType(type)
  return spelledType(name, mods) + (isArray ? '[]' : '')
}

/** A type in SQL, from its name in the catalog. */
export function spelledType(name: string, mods: readonly number[]): string {
  const spelled = name.startsWith('interval ') ? name : (SPELLED[name] ?? quoteName(name))
  return spelled + (mods.length > 0 ? `(${mods.join(', ')})` : '')
}
