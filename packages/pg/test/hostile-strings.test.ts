import { seeded } from '@arlen/core/seeded'
import { expect, test } from 'vitest'
import { copyRows, createPg, json, sql } from '../src/index.ts'
import { readAll } from './helpers.ts'
import { openDatabase } from './open-database.ts'

const { dsn, db } = await openDatabase(`
  create table canary (id int primary key);
  insert into canary values (1);
`)

const PIECES = [
  "'", '"', '\\', ';', '--', '/*', '*/', '$1', '$$', '$a$', '\n', '\r', '\t', '\u2028', '%', '_', '{', '}', ',', 'NULL', '\\N', '\\.',
  "'; drop table canary; --", '" ; drop table canary; --', "' or '1'='1", 'é', '😀', '\u0301', '\ufeff', ' ', '', 'E\'\\\'', 'U&"', '\x7f',
] // biome-ignore format: a table

/** The same strings in every run. */
function* hostileStrings(count: number): Generator<string> {
  const random = seeded(20_240_229)
  for (let i = 0; i < count; i++) {
    yield Array.from({ length: 1 + Math.floor(random() * 5) }, () => PIECES[Math.floor(random() * PIECES.length)]).join(
      '',
    )
  }
}

const texts = [...PIECES, ...hostileStrings(200)]

test('no string becomes SQL, through any API that takes one, and all come back as they were', async () => {
  for (const text of texts) {
    const results = await Promise.all([
      db.value('select $1::text', [text]),
      db.value(sql`select ${text}::text`),
      db.value('select ($1::text[])[1]', [[text]]),
      db.value(sql`select * from (values ${sql.values([[text]])}) as t (a)`),
      db.value(sql`select ${sql.join([text, sql`''`], sql` || `)}`),
      db.value("select $1::jsonb ->> 'a'", [json({ a: text })]),
    ])
    expect(results).toEqual(Array(6).fill(text))
    if (Buffer.byteLength(text) > 63 || text === '') continue
    const row = await db.one(sql`select 1 as ${sql.id(text)}`)
    expect(Object.keys(row)).toEqual([text])
  }
  expect(await db.value('select count(*) from canary')).toBe(1n)
})

test('nor through transactions, streams, COPY and notifications', async () => {
  await db.execute('create table copied (a text, b text)')
  await db.copyFrom('copy copied (a, b) from stdin', copyRows(texts.map((text, i) => [text, i])))
  const back = await readAll(db.stream<{ a: string }>('select a from copied order by b::int', [], { batch: 7 }))
  expect(back.map(row => row.a)).toEqual(texts)
  await db.tx(async tx => {
    for (const text of texts.slice(0, 50)) expect(await tx.value('select $1::text', [text])).toBe(text)
  })
  const got: string[] = []
  const done = Promise.withResolvers<void>()
  await using listening = createPg(dsn) // no pooler passes notifications on
  await listening.listen('a"; drop table canary; --', payload => {
    if (payload === 'the end') done.resolve()
    else got.push(payload)
  })
  for (const text of texts) await db.notify('a"; drop table canary; --', text)
  await db.notify('a"; drop table canary; --', 'the end')
  await done.promise
  expect(got.toSorted()).toEqual(texts.toSorted())
  expect(await db.value('select count(*) from canary')).toBe(1n)
})
