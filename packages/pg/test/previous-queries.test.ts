import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase } from '../src/testing/index.ts'
import { checkPreviousQueries } from '../src/typed-sql/index.ts'
import { openAdmin } from './helpers.ts'

const SCHEMA = `
  create type mood as enum ('sad', 'glad');
  create domain score as int;
  create table people (id int primary key, name varchar(20), mail text not null default '', mood mood, born date, price numeric(8, 2),
    score score, code text, constraint code_once unique (code));
  create table orders (id bigint generated always as identity primary key, person int, note text);
  create view names as select id, name from people;
  create function label(person int) returns text language sql stable as $$ select name from people where id = person $$;
`

const PEOPLE = 'insert into people (id, name) values ($1, $2)'

/** A migration, a query of the release before, and what is said of it: nothing, something certain, or that it depends. */
type Case = [migration: string, query: string, said: 'nothing' | 'certain' | 'depends', problem?: RegExp]

const CASES: readonly Case[] = [
  // What an INSERT leaves out.
  ['alter table people add age int not null', PEOPLE, 'certain', /leaves out people\.age, which may not be null/],
  ['alter table people alter mood set not null', PEOPLE, 'certain', /leaves out people\.mood/],
  ['alter table people alter mail drop default', PEOPLE, 'certain', /leaves out people\.mail/],
  ['alter table orders alter note set default 1; alter table orders alter note drop default', PEOPLE, 'nothing'],
  ['alter table people add age int not null default 1', PEOPLE, 'nothing'],
  ['alter table people add age int', PEOPLE, 'nothing'],
  ['alter table people add age int generated always as identity', PEOPLE, 'nothing'],
  ['alter table people add age int not null', 'select id from people', 'nothing'],
  [
    'alter table people add age int not null',
    'insert into people select id, note from orders',
    'certain',
    /people\.age/,
  ],
  ['alter table people add age int not null', 'insert into people values ($1)', 'certain', /people\.age/],
  [
    'alter table people add age int not null',
    `insert into public.people (id) values (1)`,
    'certain',
    /public\.people\.age/,
  ],
  ['alter table orders alter person set not null', 'insert into orders default values', 'certain', /orders\.person/],
  [
    'alter table orders alter person set not null',
    'merge into orders o using people p on o.person = p.id when not matched then insert (note) values (p.name)',
    'certain',
    /orders\.person/,
  ],
  [
    'alter table orders alter person set not null',
    'with made as (insert into orders (note) values ($1) returning id) select id from made',
    'certain',
    /orders\.person/,
  ],
  // What a write sets to null.
  [
    'alter table people alter mood set not null',
    'update people set mood = null',
    'certain',
    /sets people\.mood to null/,
  ],
  [
    'alter table people alter mood set not null',
    'update people set mood = $1',
    'depends',
    /may set people\.mood to null/,
  ],
  ['alter table people alter mood set not null', `update people set mood = 'sad'`, 'nothing'],
  ['alter table people alter mood set not null', 'update people set name = $1', 'nothing'],
  [
    'create domain age as int not null; alter table orders add age age',
    'insert into orders (note) values ($1)',
    'certain',
    /orders\.age/,
  ],
  // Types.
  [
    'drop view names; alter table people alter name type varchar(10)',
    PEOPLE,
    'depends',
    /varying\(20\) becomes character varying\(10\)/,
  ],
  ['drop view names; alter table people alter name type varchar(30)', PEOPLE, 'nothing'],
  [
    'drop view names; alter table people alter name type text; create view names as select id, name from people',
    PEOPLE,
    'nothing',
  ],
  ['alter table people alter price type numeric(6, 2)', 'update people set price = $1', 'depends', /numeric\(6,2\)/],
  ['alter table people alter price type numeric(10, 2)', 'update people set price = $1', 'nothing'],
  [
    'alter table people alter price type int using 1',
    'select price from people',
    'certain',
    /reads price, which was numeric/,
  ],
  [
    'alter table orders alter note type int using 1',
    'select id from orders where note = $1',
    'certain',
    /sends \$1, which was text/,
  ],
  [
    'alter table orders alter note type int using 1',
    'select note from orders',
    'certain',
    /reads note, which was text and is integer/,
  ],
  ['alter table orders alter id type int', 'select id from orders', 'certain', /which was bigint and is integer/],
  ['alter table people alter born type timestamptz', 'select born from people', 'certain', /reads born/],
  ['drop view names; alter table people alter id type bigint', 'delete from people where id = $1', 'nothing'],
  // Names.
  ['alter table orders rename note to remark', 'select note from orders', 'certain', /column "note" does not exist/],
  ['alter table orders drop note', 'select * from orders', 'certain', /no longer returns note/],
  ['alter table orders rename to purchases', 'delete from orders', 'certain', /relation "orders" does not exist/],
  ['drop view names', 'select name from names', 'certain', /"names" does not exist/],
  ['drop function label', 'select label(1)', 'certain', /function label\(integer\) does not exist/],
  [
    'drop function label; create function label(person int, short boolean) returns text language sql as $$ select 1 $$',
    'select label($1::int)',
    'certain',
    /function label/,
  ],
  [
    'drop function label; create function label(person int) returns int language sql as $$ select 1 $$',
    'select label(1) as label',
    'certain',
    /reads label, which was text and is integer/,
  ],
  // Values of an enum.
  [
    `alter type mood rename to old; create type mood as enum ('glad'); alter table people alter mood type mood using 'glad'`,
    `select id from people where mood = 'sad'`,
    'certain',
    /invalid input value for enum mood: "sad"/,
  ],
  [
    `alter type mood rename to old; create type mood as enum ('glad'); alter table people alter mood type mood using 'glad'`,
    'update people set mood = $1',
    'depends',
    /writes people\.mood, and mood has fewer values/,
  ],
  [
    `alter type mood rename to old; create type mood as enum ('glad'); alter table people alter mood type mood using 'glad'`,
    'select id from people where mood = $1',
    'depends',
    /sends \$1, and mood has fewer values/,
  ],
  [`alter type mood add value 'calm'`, 'update people set mood = $1', 'nothing'],
  // Constraints.
  ['alter table people add check (id > 0)', PEOPLE, 'depends', /may violate the new check constraint people_id_check/],
  ['alter table people add check (id > 0) not valid', PEOPLE, 'depends', /check constraint/],
  ['alter table people add check (id > 0)', 'update people set name = $1', 'nothing'],
  ['alter table people add age int check (age > 0)', PEOPLE, 'nothing'],
  [
    'alter table people add unique (name)',
    PEOPLE,
    'depends',
    /unique constraint people_name_key of people: UNIQUE \(name\)/,
  ],
  ['create unique index once on people (lower(mail))', PEOPLE, 'depends', /unique constraint once/],
  ['create index often on people (name)', PEOPLE, 'nothing'],
  ['alter table people rename constraint code_once to once_code', 'update people set code = $1', 'nothing'],
  [
    'alter table people drop constraint code_once',
    `${PEOPLE} on conflict (code) do nothing`,
    'certain',
    /no unique or exclusion/,
  ],
  [
    'alter table orders add foreign key (person) references people',
    'insert into orders (person) values ($1)',
    'depends',
    /foreign key/,
  ],
  [
    'alter table orders add foreign key (person) references people',
    'delete from people',
    'depends',
    /new foreign key of orders/,
  ],
  [
    'alter table orders add foreign key (person) references people',
    'update people set id = $1',
    'depends',
    /new foreign key of orders/,
  ],
  ['alter table orders add foreign key (person) references people', 'update people set name = $1', 'nothing'],
  ['alter table orders add foreign key (person) references people on delete cascade', 'delete from people', 'nothing'],
  ['alter domain score add check (value > 0)', 'update people set score = $1', 'depends', /check constraint/],
  [
    'alter table people drop constraint people_pkey',
    'select name, mail from people group by id',
    'certain',
    /must appear in the GROUP BY/,
  ],
  // What else refuses rows.
  [
    'create function stop() returns trigger language plpgsql as $$ begin return null; end $$; create trigger stop before update on people execute function stop()',
    'update people set name = $1',
    'depends',
    /fires the new trigger stop/,
  ],
  [
    'create function stop() returns trigger language plpgsql as $$ begin return null; end $$; create trigger stop before update on people execute function stop()',
    PEOPLE,
    'nothing',
  ],
  ['alter table people enable row level security', 'select name from people', 'depends', /row security of people/],
  [
    'alter table people drop score; alter table people add score int generated always as (id + 1) stored',
    'insert into people (id, score) values (1, 2)',
    'certain',
    /cannot insert a non-DEFAULT value into column "score"/,
  ],
  // What was wrong before is no fault of the schema.
  ['drop view names', 'select nmae from people', 'nothing'],
]

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'arlen-previous-'))
})
afterAll(() => rm(root, { recursive: true }))

/** A database that can be given another schema again and again. */
async function database() {
  const made = await createTestDatabase()
  const admin = await openAdmin(made.dsn)
  const migrate = (sql: string) => admin.query(`drop schema public cascade; create schema public; ${SCHEMA} ${sql}`)
  const drop = async () => {
    await admin.end()
    await made.drop()
  }
  return { dsn: made.dsn, migrate, drop }
}

/** One schema to be for each migration, and all queries of the cases with it at once. */
test('a schema to be is compared with the one before by what queries do', async () => {
  const [before, after] = await Promise.all([database(), database()])
  await before.migrate('')
  const wrong: string[] = []
  for (const [index, [migration, cases]] of [...Map.groupBy(CASES, ([each]) => each)].entries()) {
    const folder = join(root, String(index))
    await mkdir(folder)
    const lines = cases.map(([, query]) => `db.query(\`${query}\`)`)
    await writeFile(join(folder, 'app.ts'), `${lines.join('\n')}\n`)
    await after.migrate(migration)
    const { problems } = await checkPreviousQueries({ before: before.dsn, after: after.dsn, root: folder })
    for (const [at, [, query, said, pattern = /^$/]] of cases.entries()) {
      const own = problems.filter(({ line }) => line === at + 1)
      const found = own.map(({ dependsOn }) => (dependsOn === undefined ? 'certain' : 'depends'))
      const isRight =
        said === 'nothing' ? own.length === 0 : found.includes(said) && own.some(each => pattern.test(each.problem))
      if (!isRight) wrong.push(`${migration} | ${query} | ${said}: ${JSON.stringify(own)}`)
    }
  }
  await Promise.all([before.drop(), after.drop()])
  expect(wrong).toEqual([])
})

test('counts what works, and refuses options that it does not have', async () => {
  const [before, after] = await Promise.all([database(), database()])
  await Promise.all([before.migrate(''), after.migrate('drop view names')])
  const folder = join(root, 'counted')
  await mkdir(folder)
  await writeFile(join(folder, 'app.ts'), `db.query('select 1'); db.query('select id from names')\n`)
  const both = { before: before.dsn, after: after.dsn }
  expect(await checkPreviousQueries({ ...both, root: folder })).toMatchObject({
    queries: 1,
    problems: [{ file: 'app.ts', line: 1, dependsOn: undefined }],
  })
  await expect(checkPreviousQueries({ ...both, rot: folder } as never)).rejects.toMatchObject({
    code: 'option_unknown',
  })
  await Promise.all([before.drop(), after.drop()])
})
