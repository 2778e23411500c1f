// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the sources under test have templates
import { describe, expect, test } from 'vitest'
import { collectFrom } from './collect.ts'

const texts = (source: string, file = 'x.ts') => collectFrom(source, file).queries.map(({ text }) => text)
const unchecked = (source: string) =>
  collectFrom(source, 'x.ts').unchecked.map(({ line, reason }) => `${line}: ${reason}`)

describe('queries', () => {
  test('are the first arguments of query methods, and sql templates', () => {
    expect(
      texts(`
        await db.one('select 1'); c.db.many<User>("select 2", [])
        tx.execute(
          \`update t
           set a = $1\`, [1])
        db.stream(sql\`select \${id}::int\`)
        db.query(db.sql\`with x as (select 4) select * from x\`)
        for await (const row of db.stream('values (5)')) {}
        db.many<Map<string, Array<{ a: 1 }>>>('select 6')
        db?.one('(select 7) union (select 8)')
      `),
    ).toEqual([
      'select 1',
      'select 2',
      'update t\n           set a = $1',
      'select $1::int',
      'with x as (select 4) select * from x',
      'values (5)',
      'select 6',
      '(select 7) union (select 8)',
    ])
  })

  test('are found behind comments, in parentheses, with casts, and between tags of JSX', () => {
    expect(
      texts(`
        db.one(/* first */ 'select 1') // db.one('select no')
        db.one(
          // a comment
          ('select 2' as const),
        )
        db.one(((\`select 3\`)))
        const r = /['"\`]/g; const d = 4 / 2; db.one('select 4') / 3
      `),
    ).toEqual(['select 1', 'select 2', 'select 3', 'select 4'])
    expect(
      texts(
        "export const Page = () => <p title='it'>don't {db.one('select 1')} <b>{`${db.one('select 2')}`}</b></p>",
        'x.tsx',
      ),
    ).toEqual(['select 1', 'select 2'])
  })

  test('may be one of several, or put together of constants', () => {
    expect(texts("db.many(down ? 'select 1' : up ? 'select 2' : 'select 3')")).toEqual([
      'select 1',
      'select 2',
      'select 3',
    ])
    expect(
      texts(`
        const A = 'a, b'
        const FROM = \`from t \${'x'}\`
        const BASE = \`select \${A} from t\`
        const Q = { find: 'select 5', 'all': \`select \${A} from v\` } as const
        db.one(\`\${BASE} where a = $1\`)
        db.many(\`select \${A} from u\`)
        db.many('select ' + A + ' ' + FROM)
        db.one(Q.find); db.many(Q.all)
        db.many(\`select \${A} from t order by \${down ? 'a desc' : 'a'}\`)
      `),
    ).toEqual([
      'select a, b from t where a = $1',
      'select a, b from u',
      'select a, b from t x',
      'select 5',
      'select a, b from v',
      'select a, b from t order by a desc',
      'select a, b from t order by a',
    ])
  })

  test('have the text of the fragments in them, where it is known', () => {
    expect(
      texts(`
        const active = sql\`deleted is null and org = \${org}\`
        db.many(sql\`select * from t where \${active} and id = \${id}\`)
        db.many(sql\`select * from t \${all ? sql.empty : sql\`where a = \${a}\`} limit \${n}\`)
        db.many(sql\`select \${sql.id('t', 'a"b')} from t\`)
        db.many(sql\`select * from t where exists (\${sql\`select from u where u.t = t.id\`})\`)
      `),
    ).toEqual([
      'select * from t where deleted is null and org = $1 and id = $2',
      'select * from t  limit $1',
      'select * from t where a = $1 limit $2',
      'select "t"."a""b" from t',
      'select * from t where exists (select from u where u.t = t.id)',
    ])
  })

  test('are not what only looks like it', () => {
    const found = collectFrom(
      `
        url.query('page'); el.one('click'); log('select 1'); mysql\`select 1\`
        // db.one('select 1')
        sql\`where a = 1\`; el.value(text); list.many(name)
      `,
      'x.ts',
    )
    expect(found).toEqual({ queries: [], problems: [], unchecked: [] })
  })

  test('have their place', () => {
    expect(collectFrom("\n\n  db.one('select 1')", 'src/x.ts').queries).toMatchObject([
      { file: 'src/x.ts', line: 3, column: 10, kind: 'call' },
    ])
  })

  test('are said to be unchecked where the text is known only when the program runs', () => {
    expect(
      unchecked(
        'db.one(text)\ntx.many(build(x))\ndb.many(sql`select * from t where ${sql.join(parts)}`)\ndb.many(`select ${COLUMNS} from t`)\nconst A = 1; { const A = "x" }\ndb.one(`select ${A} from t`)',
      ),
    ).toEqual([
      '1: its text is known only when the program runs',
      '2: its text is known only when the program runs',
      '3: a fragment in it is known only when the program runs',
      '4: a constant in it comes from elsewhere',
      '6: a constant in it comes from elsewhere',
    ])
  })

  test('are recognized by the name of what they are asked of, whatever stands before and behind it', () => {
    for (const database of [
      'this.#db',
      'shopDb!',
      'c.db.read',
      "db.scope({ settings: { 'app.user': id(1) } })",
      '(db)',
    ]) {
      expect(unchecked(`${database}.many(text)`), database).toHaveLength(1)
      expect(texts(`${database}.value('show work_mem')`), database).toEqual(['show work_mem'])
    }
    expect(unchecked('page.many(text); rows.slice(db).value(text); URL.parse(x).query(text)')).toEqual([])
    expect(texts("ui.value('show more')")).toEqual([])
  })

  test('that begin with a fragment are counted, but not conditions that do', () => {
    expect(unchecked('let q = x\ndb.many(sql`${q} limit ${n}`)')).toEqual([
      '2: a fragment in it is known only when the program runs',
    ])
    expect(unchecked('const c = sql`${sql.id(name)} = ${1}`')).toEqual([])
    const known = 'const q = sql`select 1`; db.many(sql`${q} limit ${n}`)'
    expect([texts(known), unchecked(known)]).toEqual([['select 1 limit $1'], []])
  })

  test('without the tag are reported', () => {
    const { queries, problems } = collectFrom('db.one(`select * from t where id = ${id}`)', 'x.ts')
    expect(queries).toEqual([])
    expect(problems).toMatchObject([{ code: 'untagged_template', line: 1, column: 8 }])
  })
})

test('escapes of literals are read as JavaScript reads them', () => {
  expect(texts(String.raw`db.one('select \u0041, \x42, \u{43}, \u{1F600}, \'d\', \\e, \f' + "\n")`)).toEqual([
    "select A, B, C, \u{1F600}, 'd', \\e, \f\n",
  ])
})

test('only a template with values in it and no tag is injection', () => {
  const codes = (source: string) => collectFrom(source, 'x.ts').problems.map(({ code }) => code)
  expect(codes('db.one(`select ${id}`)')).toEqual(['untagged_template'])
  for (const fine of ['db.one(`select 1`)', "db.one('select 1')", 'db.one(sql`select ${id}`)', 'db.one(text)']) {
    expect(codes(fine), fine).toEqual([])
  }
})
