// Compares the tables of functions, types and keywords in the lint and in typed SQL with the server's catalog.
import { expect, test } from 'vitest'
import { quoteName } from '../src/lint/identifiers.ts'
import { NOT_VOLATILE } from '../src/lint/volatility.ts'
import {
  familyOf,
  KNOWN_BY_NAME,
  NEVER_NULL,
  NOT_STRICT,
  NULL_FOR_NULL_ALONE,
  NULL_WITHOUT_VALUES,
  OTHER_AGGREGATES,
  ROWS_OF,
  TOTAL_OPERATORS,
} from '../src/typed-sql/nullability/functions.ts'
import { openDatabase } from './open-database.ts'

const { db } = await openDatabase()

/** Written like functions, and none: the grammar makes something else of them. */
const BY_GRAMMAR = ['current_catalog', 'current_role', 'current_user', 'session_user', 'system_user', 'current_schema']
const TYPES = ['bit', 'bool', 'json', 'jsonb', 'time', 'timestamp', 'varbit', 'varchar', 'bytea', 'inet']
/** Those of uuid-ossp, and what the grammar makes a call of something else. */
const ELSEWHERE = ['uuid_nil', 'uuid_ns_dns', 'uuid_ns_url', 'extract', 'trim_array']

test('a name that the grammar reserves is quoted, and none that may stand as it is', async () => {
  const words = await db.many<{ word: string; reserved: boolean }>(
    "select word, catcode in ('R', 'T') as reserved from pg_get_keywords()",
  )
  expect(words.length).toBeGreaterThan(400)
  const wrong = words.filter(({ word, reserved }) => quoteName(word).startsWith('"') !== reserved)
  expect(wrong).toEqual([])
  for (const name of ['Users', 'a b', '1a', 'a"b', 'é']) {
    expect(quoteName(name)).toBe(await db.value('select quote_ident($1)', [name]))
  }
})

test('a function in a default counts as stable only where the server agrees on every form of it', async () => {
  const functions = await db.many<{ name: string; volatile: boolean }>(
    "select proname as name, bool_or(provolatile = 'v') as volatile from pg_proc where pronamespace = 'pg_catalog'::regnamespace group by proname",
  )
  const known = new Map(functions.map(({ name, volatile }) => [name, volatile]))
  expect([...NOT_VOLATILE].filter(name => known.get(name) === true)).toEqual([])
  const unknown = [...NOT_VOLATILE].filter(name => !known.has(name))
  expect(unknown.filter(name => ![...BY_GRAMMAR, ...TYPES, ...ELSEWHERE].includes(name))).toEqual([])
})

test('functions and operators that are known by name exist in PostgreSQL', async () => {
  const names = await db.many<{ name: string }>(
    "select proname as name from pg_proc union select oprname from pg_operator union select unnest(array['coalesce', 'greatest', 'least', 'grouping', 'merge_action'])",
  )
  const known = new Set(names.map(({ name }) => name))
  const grammar = ['!='] // the lexer makes it <>
  expect([...KNOWN_BY_NAME, ...TOTAL_OPERATORS].filter(name => !known.has(name) && !grammar.includes(name))).toEqual([])
})

test('the columns of functions that return rows are named as the server names them', async () => {
  const rows = await db.many<{ name: string; columns: string[] | null }>(
    `select distinct on (proname) proname as name, array(
       select argument from unnest(proargnames, proargmodes) as a (argument, mode) where mode in ('o', 't')
     ) as columns
     from pg_proc where proname = any ($1) order by proname, oid`,
    [Object.keys(ROWS_OF)],
  )
  expect(rows.map(({ name }) => name).sort()).toEqual(Object.keys(ROWS_OF).sort())
  const differing = rows.filter(({ name, columns }) => {
    const ours = ROWS_OF[name]!.flatMap(column => column.name ?? [])
    return (columns ?? []).join() !== ours.join()
  })
  expect(differing).toEqual([])
})

/** The families of what the functions of a name return, and whether all of them are strict. */
async function functionsOf(kinds: string) {
  const rows = await db.many<{ name: string; types: string[]; strict: boolean; kinds: string[] }>(
    `select proname as name, array_agg(distinct typname::text) as types, bool_and(proisstrict) as strict, array_agg(distinct prokind::text) as kinds
     from pg_proc join pg_type t on t.oid = prorettype
     where pronamespace = 'pg_catalog'::regnamespace and prokind = any (string_to_array($1, ',')) group by proname`,
    [kinds],
  )
  const polymorphic = ['anyarray', 'anycompatiblearray']
  return new Map(
    rows.map(({ name, types, ...rest }) => {
      const families = types.map(type => (polymorphic.includes(type) ? 'array' : familyOf(type)))
      return [name, { families, ...rest }]
    }),
  )
}

test('a function belongs to a family of types that the server has it return', async () => {
  const known = await functionsOf('f,a,w')
  const tables = [NEVER_NULL, NULL_FOR_NULL_ALONE, NULL_WITHOUT_VALUES].flatMap(table => Object.entries(table))
  const rows = Object.entries(ROWS_OF).flatMap(([name, columns]) =>
    columns.length === 1 ? [[name, columns[0]!.family] as const] : [],
  )
  expect(tables.length).toBeGreaterThan(150)
  const wrong = [...tables, ...rows].filter(([name, family]) => !(known.get(name)?.families.includes(family) ?? true))
  expect(wrong).toEqual([])
  const unknown = tables.map(([name]) => name).filter(name => !known.has(name))
  expect(unknown).toEqual(['grouping'])
})

test('what is null for null alone is strict, and what is never null is not', async () => {
  const known = await functionsOf('f,w')
  const strict = (name: string) => known.get(name)?.strict
  const loose = Object.keys(NULL_FOR_NULL_ALONE).filter(name => strict(name) === false)
  expect(loose.sort()).toEqual([...NOT_STRICT].filter(name => name !== '||').sort())
  const taking = ['concat', 'num_nulls', 'json_build_object', 'jsonb_build_array', 'array_append', 'pg_typeof']
  expect(taking.filter(name => strict(name) !== false)).toEqual([])
})

test('what is taken for an aggregate is one', async () => {
  const known = await functionsOf('a')
  const ours = [...Object.keys(NULL_WITHOUT_VALUES), ...OTHER_AGGREGATES]
  expect(ours.filter(name => !known.has(name))).toEqual([])
})
