import type { Pg } from '../../pg.ts'
import type { ColumnType } from './table-facts.ts'

/** The type of a parameter or a returned column. */
export type TypeFacts = ColumnType

interface Row extends TypeFacts {
  oid: number
}

/** All types of a database, by their numbers. Domains are resolved. */
export async function describeTypes(db: Pg): Promise<ReadonlyMap<number, TypeFacts>> {
  const rows = await db.many<Row>(
    `select t.oid, format_type(t.oid, null) as text, coalesce(b.typname, t.typname) as name, t.typtypmod as modifier,
       (select json_agg(enumlabel order by enumsortorder) from pg_enum where enumtypid = coalesce(b.oid, t.oid)) as labels
     from pg_type t left join pg_type b on b.oid = t.typbasetype`,
  )
  return new Map(rows.map(({ oid, ...facts }) => [oid, facts]))
}
