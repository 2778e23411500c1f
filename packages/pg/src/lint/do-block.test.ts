import { expect, test } from 'vitest'
import { statementsOfBlock } from './do-block.ts'
import { parseSql } from './parser.ts'

/** The kinds and texts of the statements in a block. */
async function inside(body: string, language = ''): Promise<string[]> {
  const [statement] = await parseSql(`do ${language} $do$ ${body} $do$`)
  return (await statementsOfBlock(statement!)).map(({ text }) => text.trim())
}

test.each<[body: string, found: string[]]>([
  ['begin end', []],
  ['begin update t set a = 1; delete from t; end', ['update t set a = 1', 'delete from t']],
  ['begin if true then drop table t; else truncate t; end if; end', ['drop table t', 'truncate t']],
  [
    'declare r record; begin for r in select a from t loop drop table u; end loop; end',
    ['drop table u', 'select a from t'],
  ],
  ["begin execute 'drop table t'; end", ['drop table t']],
  ["begin execute 'drop table ' || 't'; end", ['drop table t']],
  ["begin execute 'drop table ' || quote_ident(x); end", ['drop table "?"']],
  ["begin execute concat('drop ', 'table t'); end", ['drop table t']],
  ["begin execute format('drop table %I', n); end", ['drop table "?"']],
  [
    "begin execute format('alter table %1$I alter %2$-10I set default %3$L', a, b, c); end",
    ['alter table "?" alter "?" set default \'?\''],
  ],
  ["begin execute format('select 5 %% 2'); end", ['select 5 % 2']],
  ["begin execute format('drop table %s', a); end", ['drop table "?"']],
  ["declare sql text := 'drop table t'; begin execute sql; end", ['drop table t']],
  ["declare a text := 'drop '; b text := a || 'table t'; begin execute b; end", ['drop table t']],
  ["declare sql text; begin sql := 'drop table t'; execute sql; end", ['drop table t']],
  ["declare sql text; begin SQL = 'drop table t'; execute sql; end", ['drop table t']],
  ['declare sql text; begin execute sql; end', []],
  ['begin execute unknown; end', []],
  // INTO of PL/pgSQL.
  ['declare n int; begin select 1 into n; end', ['select 1']],
  ['declare n int; begin update t set a = 1 returning a into n; end', ['update t set a = 1 returning a']],
  ['declare n int; begin delete from t returning a INTO n; end', ['delete from t returning a']],
  [
    'declare n int; m int; begin insert into t values (1) returning a, b into n, m; end',
    ['insert into t values (1) returning a, b'],
  ],
  [
    'declare n int; begin insert into t values (1) returning a into strict n; end',
    ['insert into t values (1) returning a'],
  ],
  ['begin insert into t values (1); end', ['insert into t values (1)']],
  ['begin insert into t values (1) returning a; end', ['insert into t values (1) returning a']],
  // What PostgreSQL rejects, it reports itself.
  ["begin execute 'drop tabel t'; end", []],
  ["begin execute 'update t set a = 1 retuning a into n'; end", []],
  ["begin execute 'drop tabel t returning a'; end", []],
  ["begin execute 'drop tabel t returning a into n + 1'; end", []],
  ['this is no program', []],
])('%s', async (body, found) => {
  expect(await inside(body)).toEqual(found)
  expect(await inside(body, 'language plpgsql')).toEqual(found)
})

test('a block in another language is not read', async () => {
  expect(await inside('begin drop table t; end', 'language plperl')).toEqual([])
})
