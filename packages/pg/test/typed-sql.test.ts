import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeEach, expect, test } from 'vitest'
import { checkQueries } from '../src/typed-sql/index.ts'
import { openDatabase } from './open-database.ts'

const { dsn, admin } = await openDatabase(`
  create type mood as enum ('sad', 'it''s ok');
  create domain email as text;
  create table users (id int primary key, name text not null, mail email, mood mood not null, born date, seen timestamptz,
    visits int8 not null default 0, tags text[] not null default '{}', extra jsonb, price numeric);
  create table posts (id int primary key, author int not null references users, title text not null);
`)
let root: string

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'arlen-sql-'))
  await mkdir(join(root, 'src'))
  return () => rm(root, { recursive: true })
})

const write = (file: string, text: string) => writeFile(join(root, file), text)
const check = (more = {}) => checkQueries({ dsn, root, ...more })

test('writes the types of parameters and rows, and says when they are out of date', async () => {
  await write(
    'src/app.ts',
    `db.one('select * from users where id = $1', [1])
     db.many(\`select u.name, p.title, count(*), now(), 1 as one, u.visits + 1 as more from users u left join posts p on p.author = u.id group by 1, 2, u.visits\`)
     db.execute('insert into users (id, name, mail, mood, seen, extra, tags, price) values ($1, $2, $3, $4, $5, $6, $7, $8)', [])
     db.maybeOne('select max(id) as top from posts -- not null: top')
     db.many(sql\`select title from posts where author = \${id}\`)`,
  )
  await write('src/find.sql', '-- the titles of an author\nselect title from posts where author = $1\n')
  const first = await check()
  expect(first).toMatchObject({ queries: 6, changed: ['db/queries.d.ts', 'src/find.sql.ts'] })
  expect(first.problems.map(({ code }) => code)).toEqual(['types_stale', 'types_stale'])
  await check({ write: true })
  expect((await check()).problems).toEqual([])
  const types = await readFile(join(root, 'db/queries.d.ts'), 'utf8')
  for (const expected of [
    `"select * from users where id = $1": { params: [number | null]; row: { id: number; name: string; mail: string | null; mood: "sad" | "it's ok"; born: string | null; seen: Date | null; visits: bigint; tags: (string | null)[]; extra: unknown | null; price: string | null } }`,
    `row: { name: string; title: string | null; count: bigint; now: Date; one: number; more: bigint } }`,
    `params: [number | null, string | null, string | null, "sad" | "it's ok" | null, Date | string | null, JsonParam | string | null, readonly (string | null)[] | null, string | number | bigint | null]; row: {} }`,
    `row: { top: number } }`,
    `"select title from posts where author = $1": { params: [number | null]; row: { title: string } }`,
  ]) {
    expect(types).toContain(expected)
  }
  expect(await readFile(join(root, 'src/find.sql.ts'), 'utf8')).toContain(
    'export default "-- the titles of an author\\nselect title from posts where author = $1" as const',
  )
})

test('types are read as the options of the pool say', async () => {
  await write('src/app.ts', `db.one('select visits, seen from users')`)
  await check({ write: true, dsn: { dsn, types: { int8: 'string', timestamptz: 'string' } } })
  const types = await readFile(join(root, 'db/queries.d.ts'), 'utf8')
  expect(types).toContain('row: { visits: string; seen: string | null }')
})

test('declares them in the package that the application depends on', async () => {
  await write('src/app.ts', `db.one('select 1 as one')`)
  await write('package.json', '{"dependencies":{"arlen":"1"}}')
  await check({ write: true })
  expect(await readFile(join(root, 'db/queries.d.ts'), 'utf8')).toContain("declare module 'arlen/pg'")
  await write('package.json', '{"dependencies":{"@arlen/pg":"1"}}')
  await check({ write: true })
  expect(await readFile(join(root, 'db/queries.d.ts'), 'utf8')).toContain("declare module '@arlen/pg'")
})

test('RETURNING columns are not confused with the columns that UPDATE sets', async () => {
  await write(
    'src/app.ts',
    `db.one("update users set name = 'x', visits = 1 returning born, id")
     db.one("insert into users (id, name, mood) values (1, 'a', 'sad') returning old.id")
     db.many("merge into users u using posts p on p.author = u.id when not matched by source then delete returning u.id, p.title")`,
  )
  await check({ write: true })
  const types = await readFile(join(root, 'db/queries.d.ts'), 'utf8')
  expect(types).toContain('row: { born: string | null; id: number }')
  expect(types).toContain('row: { id: number | null }')
  expect(types).toContain('row: { id: number; title: string | null }')
})

test('arrays are typed as they come, and two columns of one name are a problem', async () => {
  await write(
    'src/app.ts',
    `db.many("select array['sad'::mood] as moods, '{(1,2),(3,4)}'::box[] as boxes")
     db.many('select u.id, p.id from users u join posts p on p.author = u.id')`,
  )
  const { problems } = await check({ write: true })
  expect(problems).toMatchObject([{ code: 'column_ambiguous', file: 'src/app.ts', line: 2 }])
  const types = await readFile(join(root, 'db/queries.d.ts'), 'utf8')
  expect(types).toContain(`row: { moods: ("sad" | "it's ok" | null)[]; boxes: string }`)
})

test('the compiler then knows the same about a query as the database', async () => {
  await write(
    'src/app.ts',
    `import { createPg } from '@arlen/pg'
     const db = createPg('postgres://x')
     const user = await db.one('select id, born from users where id = $1', [1])
     export const id: number = user.id
     // @ts-expect-error it may be null
     export const born: string = user.born
     // @ts-expect-error the parameter is a number
     await db.one('select id, born from users where id = $1', ['x'])
     // @ts-expect-error there is no such column
     user.nme`,
  )
  await write(
    'tsconfig.json',
    JSON.stringify({
      compilerOptions: {
        strict: true,
        module: 'nodenext',
        target: 'es2024',
        lib: ['es2024', 'esnext.disposable'],
        noEmit: true,
        skipLibCheck: true,
        types: ['node'],
        customConditions: ['@arlen/source'],
        allowImportingTsExtensions: true,
        erasableSyntaxOnly: true,
      },
      include: ['src', 'db'],
    }),
  )
  await write('package.json', JSON.stringify({ type: 'module' }))
  await mkdir(join(root, 'node_modules/@arlen'), { recursive: true })
  await symlink(join(import.meta.dirname, '..'), join(root, 'node_modules/@arlen/pg'))
  await symlink(join(import.meta.dirname, '../../../node_modules/@types'), join(root, 'node_modules/@types'))
  expect((await check({ write: true })).problems).toEqual([])
  const tsc = join(import.meta.dirname, '../../../node_modules/.bin/tsc')
  const { stdout } = await promisify(execFile)(tsc, ['-p', root]).catch(error => error as { stdout: string })
  expect(stdout).toBe('')
})

test('errors of the database are reported with their place in the source', async () => {
  await write(
    'src/app.ts',
    `
      db.one('select nme from users')
      db.one(\`
        select id
        from userz\`)
      db.many('select id from users where id = $1 and name = $1', [1])`,
  )
  await write('src/broken.sql', 'select\n  nothing\nfrom users\n')
  const { problems, queries } = await check({ write: true })
  expect(queries).toBe(0)
  expect(problems).toMatchObject([
    { file: 'src/app.ts', line: 2, column: 22, code: 'undefined_column' },
    { file: 'src/app.ts', line: 5, column: 14, code: 'undefined_table' },
    { file: 'src/app.ts', line: 6, code: 'undefined_function' },
    { file: 'src/broken.sql', line: 2, column: 3, code: 'undefined_column' },
  ])
})

test('nothing is executed', async () => {
  await write('src/app.ts', "db.execute('delete from users'); db.query('select pg_sleep(100)')")
  const started = performance.now()
  expect((await check({ write: true })).queries).toBe(2)
  expect(performance.now() - started).toBeLessThan(50_000)
})

test('"never null" is never wrong: rows unpacked by (row).*, functions that share a name, constraints that are NOT VALID', async () => {
  await admin.query(`
    create schema shop;
    create function shop.now() returns timestamptz language sql as 'select null::timestamptz';
    create function rank(text) returns int language sql as 'select null::int';
    create type pair as (a int, b int);
    create table pairs (p pair, q int);
    alter table pairs add constraint q_set not null q not valid;
    create table counted (n int not null);
  `)
  await write(
    'src/app.ts',
    `db.many('select (p).*, count(*) from pairs group by p')
     db.one('select shop.now() as a, rank($1) as b, pg_catalog.now() as c, count(*) as d')
     db.many('select q from pairs')
     db.many('select n from counted')`,
  )
  await check({ write: true })
  const types = await readFile(join(root, 'db/queries.d.ts'), 'utf8')
  expect(types).toContain('row: { a: number | null; b: number | null; count: bigint | null }')
  expect(types).toContain('row: { a: Date | null; b: number | null; c: Date; d: bigint }')
  expect(types).toContain('"select q from pairs": { params: []; row: { q: number | null } }')
  expect(types).toContain('"select n from counted": { params: []; row: { n: number } }')
})

test('constants of other files are known, fragments that are not leave a query unchecked, and scripts are left out', async () => {
  await mkdir(join(root, 'scripts'))
  await write('src/columns.ts', "export const COLUMNS = 'id, name'\nexport const BY = { name: 'order by ' + 'name' }\n")
  await write('src/filter.ts', 'export const recent = sql`seen > now()`\n')
  await write('scripts/seed.ts', "db.execute('insert into nowhere values (1)')")
  await write('src/all.sql', 'select 1;\nselect 2;\n')
  await write(
    'src/app.tsx',
    `import { COLUMNS, BY as ORDER } from './columns.js'
     import { recent } from './filter.ts'
     import { where, sorted } from './elsewhere.ts'
     db.many(\`select \${COLUMNS} from users \${ORDER.name}\`)
     db.many(sql\`select id from users where \${recent}\`)
     db.many(sql\`select id from users \${where}\`)
     db.many(sql\`select nme from users where id = \${where}\`)
     db.many(sql\`select id from users where id = \${sorted(1)}\`)
     db.many(query)
     export const Page = () => <p>it's {db.one('select title from posts')}</p>`,
  )
  const report = await check({ write: true })
  expect(report.queries).toBe(4)
  expect(report.unchecked.map(({ file, line, reason }) => `${file}:${line} ${reason}`)).toEqual([
    'src/all.sql:1 it has 2 statements, and a query is one',
    'src/app.tsx:6 a fragment in it is known only when the program runs',
    'src/app.tsx:9 its text is known only when the program runs',
  ])
  expect(report.problems).toMatchObject([{ file: 'src/app.tsx', line: 7, code: 'undefined_column' }])
  const types = await readFile(join(root, 'db/queries.d.ts'), 'utf8')
  expect(types).toContain('"select id, name from users order by name"')
  expect(types).toContain('"select id from users where seen > now()"')
})
