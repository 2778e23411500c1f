import * as v from 'valibot'
import { expectTypeOf } from 'vitest'
import type { Pg } from '../pg.ts'
import { type Sql, sql } from './sql.ts'

declare const db: Pg
const id: string = 'x'

expectTypeOf(sql`select ${1}`).toEqualTypeOf<Sql>()
// @ts-expect-error a string is not a template: this would be an injection
sql(`select ${id}`)
// @ts-expect-error fragments are joined by a fragment
sql.join([1], ', ')
// @ts-expect-error a plain object has no SQL form: use json(value)
sql`select ${{ a: 1 }}`
// @ts-expect-error undefined is a mistake
db.query('select $1', [undefined])

// @ts-expect-error a template with an interpolation lacks its tag
db.query(`select ${id}`)
// @ts-expect-error also with a result type
const named: { a: number } = await db.one(`select ${id} as a`)
db.query(`select ${'a' as 'a' | 'b'} from t`)
db.query(id)
expectTypeOf(named).toEqualTypeOf<{ a: number }>()

expectTypeOf(db.maybeOne<{ id: number }>('select 1')).toEqualTypeOf<Promise<{ id: number } | undefined>>()
expectTypeOf(db.one('select 1')).toEqualTypeOf<Promise<Record<string, unknown>>>()
expectTypeOf(db.value<bigint>('select 1')).toEqualTypeOf<Promise<bigint>>()
expectTypeOf(db.execute(sql`select 1`)).toEqualTypeOf<Promise<number>>()
const row = v.object({ id: v.number() })
expectTypeOf(db.many('select 1', [], { row })).toEqualTypeOf<Promise<{ id: number }[]>>()
expectTypeOf(db.many(sql`select 1`, { row })).toEqualTypeOf<Promise<{ id: number }[]>>()
expectTypeOf(db.stream(sql`select 1`, { row, batch: 5 })).toEqualTypeOf<AsyncIterable<{ id: number }>>()

declare module './known-queries.ts' {
  interface KnownQueries {
    'select id, name from known where id = $1': { params: [number | null]; row: { id: number; name: string | null } }
    'select count(*) from known': { params: []; row: { count: bigint } }
  }
}

expectTypeOf(db.one('select id, name from known where id = $1', [1])).toEqualTypeOf<
  Promise<{ id: number; name: string | null }>
>()
expectTypeOf(db.value('select count(*) from known')).toEqualTypeOf<Promise<bigint>>()
expectTypeOf(db.many('select count(*) from known', [], { isolated: true })).toEqualTypeOf<
  Promise<{ count: bigint }[]>
>()
// @ts-expect-error the parameter is a number
db.one('select id, name from known where id = $1', ['1'])
// @ts-expect-error there is one
db.one('select id, name from known where id = $1')
// @ts-expect-error and no second
db.execute('select id, name from known where id = $1', [1, 2])
