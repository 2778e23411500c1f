import { describe, expect, test } from 'vitest'
import { normalizeSql, scanSql, splitStatements } from './sql-scanner.ts'

describe('scanning', () => {
  test('loses nothing, whatever the text', () => {
    for (const text of [
      "select 'it''s', E'\\'x', \"a\"\"b\" -- c\n;/* a /* b */ c */ $$ ; $$ $x$ $$ $x$",
      "'open",
      '/* open',
      '$$ open',
      '"',
      "e'\\",
    ]) {
      expect([...scanSql(text)].map(token => token.text).join('')).toBe(text)
    }
  })

  test.each([
    ["'a;b'", 'quoted'],
    ["'it''s'", 'quoted'],
    ["E'\\'; x'", 'quoted'],
    ['"a;""b"', 'quoted'],
    ['$$ ; -- $$', 'quoted'],
    ['$fn$ $$ ; $$ $fn$', 'quoted'],
    ['-- ; x', 'comment'],
    ['/* ; /* nested */ ; */', 'comment'],
    [' \t\r\n', 'space'],
    [';', 'semicolon'],
  ])('%j is one %s', (text, kind) => {
    expect([...scanSql(text)]).toEqual([{ kind, text }])
  })

  test.each([
    ['a/b', ['a', '/', 'b']],
    ['a*b', ['a', '*', 'b']],
    ['2**3', ['2', '*', '*', '3']],
    ['a-b', ['a', '-', 'b']],
    ['a->b', ['a', '-', '>', 'b']],
    ['e.x', ['e', '.', 'x']],
    ['else', ['else']],
    ['$1', ['$', '1']],
    ['a$b$', ['a$b$']],
    ['Ünï_1$', ['Ünï_1$']],
    ['1.5e3', ['1.5e3']],
    ['🎸', ['🎸']],
  ])('%j is code and no more', (text, parts) => {
    expect([...scanSql(text)]).toEqual(parts.map(part => ({ kind: 'code', text: part })))
  })

  test.each([
    ["'a'b", ["'a'", 'b']],
    ["E'a\\\\'b", ["E'a\\\\'", 'b']],
    ["e'a''b'c", ["e'a''b'", 'c']],
    ['"a"b', ['"a"', 'b']],
    ['$x$a$x$b', ['$x$a$x$', 'b']],
    ['/*a*/b', ['/*a*/', 'b']],
    ['--a\nb', ['--a', '\n', 'b']],
    ['--a\rb', ['--a', '\r', 'b']],
    ['a;b', ['a', ';', 'b']],
  ])('%j ends where it ends', (text, parts) => {
    expect([...scanSql(text)].map(token => token.text)).toEqual(parts)
  })

  test('reads long literals', () => {
    const text = `select '${"x''".repeat(300_000)}'`
    expect([...scanSql(text)]).toHaveLength(3)
  })
})

describe('normalizing', () => {
  const same = (a: string, b: string) => expect(normalizeSql(a)).toBe(normalizeSql(b))
  const differ = (a: string, b: string) => expect(normalizeSql(a)).not.toBe(normalizeSql(b))

  test('comments, white space, line endings and closing semicolons do not count', () => {
    same(
      'create table t (id int,name text);\n',
      '-- license\r\ncreate   table t(\r\n  id int, -- key\r\n  name text\r\n)\r\n',
    )
    same('select a->>1', 'select a ->> 1')
    same('do $$\r\nbegin\r\nend $$', 'do $$\nbegin\nend $$')
    same('select 1;;', 'select 1')
  })

  test('keeps differences that have a meaning', () => {
    differ("select 'a  b'", "select 'a b'")
    differ("select '-- x'", "select ''")
    differ('select a - > b', 'select a -> b')
    differ('select ab', 'select a b')
    differ('select "A"', 'select "a"')
    differ('do $$ begin end $$', 'do $$ begin  end $$')
  })
})

describe('splitting', () => {
  const texts = (sql: string) => splitStatements(sql).map(({ text }) => text)

  test('keeps what belongs together', () => {
    expect(texts("select ';'; -- ; \n select 2 /* ; */;;\n")).toEqual(["select ';'", '-- ; \n select 2 /* ; */'])
    expect(texts('-- nothing\n ; ')).toEqual([])
    expect(texts('do $$ begin; end; $$; select 1')).toHaveLength(2)
    const atomic =
      'create function f() returns int begin atomic select case when true then 1 end; select 2; end; select 3'
    expect(texts(atomic)).toHaveLength(2)
  })

  test('says where the first word of each stands', () => {
    const sql = '-- a\n select 1;\n\n/* b */ "x" ;'
    expect(splitStatements(sql).map(({ offset }) => sql.slice(offset, offset + 3))).toEqual(['sel', '"x"'])
  })

  test('a comment ends at a carriage return, as it does for the server', () => {
    expect(texts('-- a\rselect 1;\r-- b\rselect 2')).toHaveLength(2)
  })
})

test.each([
  ['escapes', `select E'${"\\'".repeat(2_000_000)}'`],
  ['doubled quotes', `select '${"''".repeat(2_000_000)}'`],
  ['an open comment of comments', '/*'.repeat(1_000_000)],
  ['dollar signs', '$'.repeat(200_000)],
  ['semicolons', `${'; '.repeat(200_000)}x`],
])('text of millions of characters takes time in proportion: %s', (_, text) => {
  const started = process.cpuUsage()
  let length = 0
  for (const token of scanSql(text)) length += token.text.length
  expect(length).toBe(text.length)
  normalizeSql(text)
  splitStatements(text)
  // Of the processor, whatever else it does: a fraction of a second, and minutes if it were the square.
  expect(process.cpuUsage(started).user).toBeLessThan(5_000_000)
})
