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

/** A TypeName as SQL: `varchar(20)`, `integer[]`. */
export function typeText(type: unknown): string {
  const { names: path, typmods, arrayBounds } = tree(type)
  const name = plainName(names(path).filter((part, i, all) => !(i === 0 && part === 'pg_catalog' && all.length > 1)))
  const mods = typmodsOf(typmods)
  return spelledType(name, mods) + (Array.isArray(arrayBounds) ? '[]' : '')
}

/** A type in SQL, from its name in the catalog. */
export function spelledType(name: string, mods: readonly number[]): string {
  return (SPELLED[name] ?? quoteName(name)) + (mods.length > 0 ? `(${mods.join(', ')})` : '')
}

function typmodsOf(value: unknown): number[] {
  return ((value ?? []) as Tree[]).flatMap(item => {
    const constant = tree(item.A_Const)
    return constant.ival === undefined ? [] : [Number(tree(constant.ival).ival ?? 0)]
  })
}
