import type { PgOptions } from '../connection/options.ts'
import { createPg } from '../pg.ts'
import { KnownSchema, type Volatility } from './known-schema.ts'

const NAME = `case n.nspname when 'public' then '' else n.nspname || '.' end`

/**
 * What the lint needs to know of a database: functions and their volatility, types of columns, constraints and partitioned
 * tables.
 *
 * @throws connection errors
 */
export async function schemaOfDatabase(dsn: string | PgOptions): Promise<KnownSchema> {
  const known = new KnownSchema()
  const db = createPg(dsn)
  try {
    const functions = await db.many<{ name: string; volatility: Volatility }>(
      `select ${NAME} || proname as name, case max(array_position('{i,s,v}', provolatile::text)) when 1 then 'immutable' when 2 then 'stable' else 'volatile' end as volatility
       from pg_proc p join pg_namespace n on n.oid = pronamespace where n.nspname not in ('pg_catalog', 'information_schema') group by 1`,
    )
    for (const { name, volatility } of functions) known.volatility.set(name, volatility)
    const columns = await db.many<{ key: string; type: string; mods: number[] }>(
      `select ${NAME} || c.relname || '.' || attname as key, t.typname as type,
         coalesce(string_to_array(substring(format_type(atttypid, atttypmod) from '\\((\\d+(?:,\\d+)?)\\)'), ',')::int[], '{}') as mods
       from pg_attribute a join pg_class c on c.oid = attrelid join pg_namespace n on n.oid = relnamespace join pg_type t on t.oid = atttypid
       where attnum > 0 and not attisdropped and relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema')`,
    )
    for (const { key, type, mods } of columns) known.columns.set(key, { type, mods })
    const checks = await db.many<{ name: string; table: string; not_null: string | null; validated: boolean }>(
      `select conname as name, ${NAME} || c.relname as table, convalidated as validated,
         case when contype = 'n' or pg_get_constraintdef(k.oid) ~* '^CHECK \\(\\([^ ]+ IS NOT NULL\\)\\)' then attname end as not_null
       from pg_constraint k join pg_class c on c.oid = conrelid join pg_namespace n on n.oid = relnamespace
       left join pg_attribute a on a.attrelid = conrelid and a.attnum = conkey[1] where contype in ('c', 'n')`,
    )
    for (const { name, table, not_null, validated } of checks) {
      known.checks.set(name, { table, notNull: not_null ?? undefined, validated })
    }
    const partitioned = await db.many<{ table: string; key: string[] }>(
      `select ${NAME} || c.relname as table, array(select attname::text from unnest(partattrs) k join pg_attribute on attrelid = partrelid and attnum = k) as key
       from pg_partitioned_table join pg_class c on c.oid = partrelid join pg_namespace n on n.oid = relnamespace`,
    )
    for (const { table, key } of partitioned) known.partitioned.set(table, key)
  } finally {
    await db.close()
  }
  return known
}
