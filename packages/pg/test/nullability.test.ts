import { seeded } from '@arlen/core/seeded'
import { beforeAll, describe, expect, test } from 'vitest'
import { createPg, type Result, type Row } from '../src/index.ts'
import { executorOf } from '../src/pool/executor.ts'
import { createTestDatabase } from '../src/testing/index.ts'
import { Catalog } from '../src/typed-sql/catalog.ts'
import { inferNeverNull } from '../src/typed-sql/nullability/infer.ts'
import { openAdmin } from './helpers.ts'
import { CASES, SCHEMA } from './nullability-cases.ts'
import { openDatabase } from './open-database.ts'
import { QueryGenerator } from './query-generator.ts'

const QUERIES = Number(process.env.NULLABILITY_QUERIES ?? 800)
const SEED = Number(process.env.NULLABILITY_SEED ?? 1)

const { db, admin } = await openDatabase(`
  create table things (id int primary key, a int, b int not null, s text, z text not null, f bool);
  create table parts (id int primary key, thing int, b int not null, d int, z text not null, m text);
  create table loose (id int, v int, w text);
  create view joined as select t.id, p.id as part, t.z, p.m from things t left join parts p on p.thing = t.id;
`)
const { db: documented } = await openDatabase(SCHEMA)
let catalog: Catalog

beforeAll(async () => {
  const next = seeded(SEED)
  const maybe = (value: string) => (next() < 0.35 ? 'null' : value)
  const word = () => `'${['ebb', '', 'one', 'tee', 'x'][Math.floor(next() * 5)]}'`
  const small = () => String(Math.floor(next() * 5))
  for (let id = 1; id <= 6; id++) {
    await admin.query(
      `insert into things values (${id}, ${maybe(small())}, ${small()}, ${maybe(word())}, ${word()}, ${maybe('true')})`,
    )
    await admin.query(
      `insert into parts values (${id}, ${maybe(small())}, ${small()}, ${maybe(small())}, ${word()}, ${maybe(word())})`,
    )
    await admin.query(`insert into loose values (${maybe(String(id))}, ${maybe(small())}, ${maybe(word())})`)
  }
  catalog = await Catalog.load(db, {})
})

class Undo extends Error {}

/** The query with its result, rolled back. */
async function run(text: string): Promise<Result<Row> | Error> {
  let result: Result<Row> | undefined
  try {
    await db.tx(async tx => {
      result = await tx.query<Row>(text as never)
      throw new Undo()
    })
  } catch (error) {
    return error instanceof Undo ? result! : (error as Error)
  }
  throw new Error('unreachable')
}

/** Whether a value is of a type as it is written in the declarations. */
function fits(value: unknown, type: string): boolean {
  if (value === null) return false
  const list = /^\((.*) \| null\)\[\]$/.exec(type)?.[1]
  if (list !== undefined) return Array.isArray(value) && value.every(each => each === null || fits(each, list))
  return type === 'unknown' || typeof value === type
}

test('types hold for what generated queries give back', async () => {
  const generator = new QueryGenerator(SEED)
  const failed = new Map<string, number>()
  let [columns, certain, values] = [0, 0, 0]
  for (let i = 0; i < QUERIES; i++) {
    const text = generator.query()
    const result = await run(text)
    if (result instanceof Error) {
      const [reason = ''] = result.message.split('\n')
      failed.set(reason, (failed.get(reason) ?? 0) + 1)
      continue
    }
    const names = result.fields.map(({ name }) => name)
    const neverNull = await inferNeverNull(text, names, catalog)
    columns += names.length
    certain += neverNull.size
    for (const [at, { name, typeId }] of result.fields.entries()) {
      if (names.lastIndexOf(name) !== at) continue // a row keeps the last of two columns of one name
      const type = catalog.types.output(typeId)
      for (const row of result.rows) {
        values++
        if (row[name] !== null && fits(row[name], type)) continue
        const allowed = row[name] === null && !neverNull.has(at)
        if (!allowed) expect.fail(`${name} is ${row[name]}, no ${type}, in ${text}`)
      }
    }
  }
  const failures = [...failed.values()].reduce((sum, n) => sum + n, 0)
  if (process.env.NULLABILITY_QUERIES) console.log({ columns, certain, values, failures, failed })
  // So that the test sees what it is meant to.
  expect(failures).toBeLessThan(QUERIES * 0.1)
  expect(values).toBeGreaterThan(QUERIES * 4)
  expect(certain).toBeGreaterThan(columns * 0.2)
})

describe('each of the queries in docs/typed-sql.md', () => {
  let schema: Catalog

  beforeAll(async () => {
    schema = await Catalog.load(documented, {})
  })

  test.each(CASES)('%s', async (query, truth) => {
    const names = (await executorOf(documented).describe(query)).fields.map(({ name }) => name)
    const neverNull = await inferNeverNull(query, names, schema)
    expect(names.map((_name, i) => (neverNull.has(i) ? 'n' : '?')).join(' ')).toBe(truth)
  })
})

test('columns that only look non-null are nullable: constraints that hold for some rows, names of the application', async () => {
  await using tables = await createTestDatabase()
  await using client = await openAdmin(tables.dsn)
  await client.query(`
    create table base (id int not null, tag text, constraint tag_alone not null tag no inherit);
    create table child (extra int) inherits (base);
    create materialized view old as select id from base;
    create view written as select id from base;
    create function maybe(text, text) returns text language sql as 'select null::text';
    create operator || (leftarg = text, rightarg = text, function = maybe);
    create function lower(int) returns int language sql as 'select null::int';
    create type point3 as (x int);
    create function to3(text) returns point3 language sql as 'select null::point3';
    create cast (text as point3) with function to3(text);
    create foreign data wrapper none; create server files foreign data wrapper none;
    create foreign table far (id int not null) server files;
    create extension citext;
  `)
  await using own = createPg(tables.dsn)
  const known = await Catalog.load(own, {})
  const infer = async (query: string) => {
    const names = (await executorOf(own).describe(query)).fields.map(({ name }) => name)
    const neverNull = await inferNeverNull(query, names, known)
    return names.map((_name, i) => (neverNull.has(i) ? 'n' : '?')).join(' ')
  }
  expect(await infer('select id, tag from base')).toBe('n ?')
  expect(await infer('select id from old')).toBe('?')
  expect(await infer('select id from written')).toBe('n')
  expect(await infer('insert into written values (1) returning id')).toBe('?')
  expect(await infer("select tag operator(public.||) 'x' as a, 'x' || 'y' as b from child")).toBe('? ?')
  expect(await infer('select lower(1) as a, pg_catalog.upper($1::text) as b')).toBe('? ?')
  expect(await infer("select '(1)'::point3 as a, 'x'::text::point3 as b, id::text as c from base")).toBe('n ? ?')
  expect(await infer('select id from far')).toBe('?')
  // Which operator IN means is not told by its name; one of the application's own may return NULL.
  expect(await infer('select id in (select id from written) as a from base')).toBe('?')
  expect(await infer('select id = 1 as a, id + 1 as b from base')).toBe('n n') // citext has these operators, too
})

test('IN and ALL over a sub-select are never null where neither side is', async () => {
  const infer = async (query: string) => {
    const names = (await executorOf(db).describe(query)).fields.map(({ name }) => name)
    return [...(await inferNeverNull(query, names, catalog))].length === 1 ? 'n' : '?'
  }
  expect(await infer('select b in (select b from parts) as x from things')).toBe('n')
  expect(await infer('select b < all (select b from parts) as x from things')).toBe('n')
  expect(await infer('select b in (select d from parts) as x from things')).toBe('?')
  expect(await infer('select a in (select b from parts) as x from things')).toBe('?')
})

test.each([
  ['select t.s, p.m from things t left join parts p on p.thing = t.id where (p.m, t.s) is not null', 'n n'],
  ['select p.z from things t left join parts p on p.thing = t.id where p is not null', 'n'],
  ['select p.z from things t left join parts p on p.thing = t.id where p is null', '?'],
  ['select t.s, p.m from things t left join parts p on p.thing = t.id where not (t.s = p.m or t.a is null)', 'n n'],
  ['select s from things where not (s = z and a = 1)', '?'],
  ['select a, b from things where (a, s) = (1, z)', 'n n'],
  ['select a, s from things where (a, s) < (1, z)', 'n ?'],
  ['select a from things where (a, 1) <> (1, 2)', '?'],
  ['select a from things where a <> all (array[1, 2])', 'n'],
  ["select a from things where a <> all ('{}')", '?'],
  [
    'select p.z, l.w from things t left join parts p on p.thing = t.id left join loose l on l.v = p.id where l.w is not null',
    'n n',
  ],
  ['select p.z, l.w from parts p full join loose l on l.v = p.id where l.w is not null', '? n'],
  ['select a, max(s) from things group by a having a > 1', 'n ?'],
  ['select grouping(s, b), b from things group by rollup (s, b)', 'n ?'],
  ['select first_value(b) over w, lag(b, 1, 0) over w, lag(b) over w from things window w as (order by id)', 'n n ?'],
  ['select first_value(b) over w from things window w as (order by id rows between 1 following and 1 following)', '?'],
  ['select b, s from things tablesample system (100)', 'n ?'],
  ["select value, ordinality from jsonb_array_elements('[1]') with ordinality", 'n n'],
  ['select n, at from generate_series(1, 2) with ordinality as r (n, at)', 'n n'],
  ['select j.id, j.v, j.b from (loose join parts using (id)) as j', 'n ? n'],
  ['select j.one, j.v from (loose left join parts using (id)) as j (one)', '? ?'],
  ["select current_setting('work_mem') as a, current_setting('a.b', true) as b, current_setting($1) as c", 'n ? ?'],
  ['select s from things where s collate "C" = $1', 'n'],
  ['select lower(z collate "C") as a, upper(s collate "C") as b from things', 'n ?'],
  ["select a from things where format_type(23, a) = 'integer'", '?'],
  ["select s from things where string_to_array(s, 'x') is not null", '?'],
  ["select string_to_array(s, ',') || z as a, string_to_array(z, ',') || s as b from things", 'n n'],
  ['select b, array_agg(id) || null as ids from things group by b', 'n n'],
  ['select t from things t', 'n'],
  ['select p from things t left join parts p on p.thing = t.id', '?'],
  ['select (select count(*) from parts p where p.id = t.id group by p.id) as n from things t', '?'],
  ['select (select count(*) from parts having false) as n', '?'],
  ['select (select (select count(*) from parts) from parts where false) as n', '?'],
  ['select (select 1 where false) as n', '?'],
  ['select (select count(*) from parts) as n, (select count(*) from parts offset 1) as m', 'n ?'],
  ['select (b, z) = (select b, z from parts limit 1) as a from things', '?'],
  ['select lag(b, 1, 0) over () as a, lag(a, 1, 0) over () as b, lead(b, 1, 0) over () as c from things', 'n ? n'],
  ['select generate_series(1, b) from things', 'n'],
  ['select generate_series(1, 2), generate_series(1, 3)', '? ?'],
  ['update things set a = null where a > 1 returning old.a, new.a, old.b, new.b', 'n ? n n'],
  ['delete from parts returning old.b, new.b', 'n ?'],
  ["insert into things (id, b, z) values (1, 1, 'x') returning old.b, new.b, new.s", '? n ?'],
  ['delete from parts returning with (old as before) before.b, new.b', 'n ?'],
])('%s', async (query, truth) => {
  const names = (await executorOf(db).describe(query)).fields.map(({ name }) => name)
  const neverNull = await inferNeverNull(query, names, catalog)
  expect(names.map((_name, i) => (neverNull.has(i) ? 'n' : '?')).join(' ')).toBe(truth)
})
