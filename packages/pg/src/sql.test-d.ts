import * as v from 'valibot'
import { expectTypeOf } from 'vitest'
import type { Pg } from './pg.ts'
import { type Sql, sql } from './sql.ts'

declare const db: Pg
const id: string = 'x'

expectTypeOf(sql`select ${1}`).toEqualTypeOf<Sql>()
// @ts-expect-error a string is no template: this would be injection
sql(`select ${id}`)
// @ts-expect-error fragments are joined by a fragment
sql.join([1], ', ')
// @ts-expect-error a bare object has no SQL form: json(value)
sql`select ${{ a: 1 }}`
// @ts-expect-error undefined is a mistake
db.query('select $1', [undefined])

expectTypeOf(db.maybeOne<{ id: number }>('select 1')).toEqualTypeOf<Promise<{ id: number } | undefined>>()
expectTypeOf(db.one('select 1')).toEqualTypeOf<Promise<Record<string, unknown>>>()
expectTypeOf(db.value<bigint>('select 1')).toEqualTypeOf<Promise<bigint>>()
expectTypeOf(db.execute(sql`select 1`)).toEqualTypeOf<Promise<number>>()
const row = v.object({ id: v.number() })
expectTypeOf(db.many('select 1', [], { row })).toEqualTypeOf<Promise<{ id: number }[]>>()
expectTypeOf(db.many(sql`select 1`, { row })).toEqualTypeOf<Promise<{ id: number }[]>>()
expectTypeOf(db.stream(sql`select 1`, { row, batch: 5 })).toEqualTypeOf<AsyncIterable<{ id: number }>>()
