// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the sources under test have templates
import { describe, expect, test } from 'vitest'
import { fromSource } from './collect.ts'
import { scanLiterals } from './source-scanner.ts'

const texts = (source: string) => fromSource(source, 'x.ts').queries.map(({ text }) => text)

describe('literals', () => {
  test('are found with their values, and not in comments or regular expressions', () => {
    const source = `a('x\\'y\\n'); // 'no'
      /* "no" */ const r = /['"\`]/g; const d = 4 / 2; b("z\\u00e9\\x41") / 3; return /'/.test('q')`
    expect(scanLiterals(source).map(({ parts }) => parts)).toEqual([["x'y\n"], ['zéA'], ['q']])
  })

  test('of templates have their holes, templates inside them too', () => {
    const found = scanLiterals("x`a ${b ? `c ${d}` : { e: '}' }.e} f`")
    expect(found.map(({ parts, holes }) => [parts, holes])).toEqual([
      [['a ', ' f'], ["b ? `c ${d}` : { e: '}' }.e"]],
      [['c ', ''], ['d']],
      [['}'], []],
    ])
  })
})

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
      `),
    ).toEqual([
      'select 1',
      'select 2',
      'update t\n           set a = $1',
      'select $1::int',
      'with x as (select 4) select * from x',
      'values (5)',
    ])
  })

  test('are not what only looks like it', () => {
    expect(
      texts(`
        url.query('page'); el.one('click'); log('select 1'); mysql\`select 1\`
        // db.one('select 1')
        db.one(sql\`select \${sql.id(name)}\`); sql\`where a = 1\`; db.one(text); sql\`select \${cond ? sql\`a\` : sql\`b\`}\`
      `),
    ).toEqual([])
  })

  test('have their place', () => {
    expect(fromSource("\n\n  db.one('select 1')", 'src/x.ts').queries).toMatchObject([
      { file: 'src/x.ts', line: 3, column: 10, kind: 'call' },
    ])
  })

  test('may be put together of constants', () => {
    const { queries, problems } = fromSource(
      "const A = 'a, b'\nconst FROM = `from t ${'x'}`\nconst BASE = `select ${A} from t`\ndb.one(`${BASE} where a = $1`)\ndb.many(`select ${A} from u`)\ndb.many(`select ${COLUMNS} from t order by ${down ? 'a desc' : 'a'}`)",
      'x.ts',
    )
    expect(queries.map(({ text }) => text)).toEqual(['select a, b from t where a = $1', 'select a, b from u'])
    expect(problems).toEqual([])
  })

  test('that lack the tag are told', () => {
    const { queries, problems } = fromSource('db.one(`select * from t where id = ${id}`)', 'x.ts')
    expect(queries).toEqual([])
    expect(problems).toMatchObject([{ code: 'untagged_template', line: 1, column: 8 }])
  })
})
