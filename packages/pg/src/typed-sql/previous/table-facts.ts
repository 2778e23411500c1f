import type { Pg } from '../../pg.ts'

/** A column, and what PostgreSQL does where a statement leaves it out. */
export interface ColumnFacts {
  name: string
  notNull: boolean
  /** By DEFAULT, an identity, or an expression that generates it. */
  hasDefault: boolean
  type: ColumnType
}

/** The type of a column, of which domains are resolved. */
export interface ColumnType {
  /** As SQL has it: `character varying(20)`. */
  text: string
  /** The name of the base type in `pg_type`: `varchar`. */
  name: string
  /** Length or precision, as `pg_attribute` has it; -1 for none. */
  modifier: number
  labels: readonly string[] | null
}

/** Something that refuses rows. */
export interface ConstraintFacts {
  kind: 'check' | 'unique' | 'exclusion' | 'foreign key'
  name: string
  /** As SQL has it, without its name. */
  definition: string
  /** Empty for an expression. */
  columns: readonly string[]
}

/** A foreign key, from the table that it leads to. */
export interface ReferenceFacts {
  definition: string
  from: string
  columns: readonly string[]
}

export interface TriggerFacts {
  name: string
  definition: string
  events: readonly string[]
}

export interface TableFacts {
  name: string
  rowSecurity: boolean
  columns: readonly ColumnFacts[]
  constraints: readonly ConstraintFacts[]
  /** Foreign keys of other tables that keep rows of this one from being deleted, or their keys from being changed. */
  references: readonly ReferenceFacts[]
  triggers: readonly TriggerFacts[]
}

/** The tables of a database by their names: with their schema, and without it where the search path leads there. */
export type Tables = ReadonlyMap<string, TableFacts>

interface Row extends TableFacts {
  schema: string
  visible: boolean
}

const NAMES = (keys: string, table: string) =>
  `coalesce((select json_agg(attname order by attnum) from pg_attribute where attrelid = ${table} and attnum = any (${keys})), '[]')`

const COLUMNS = `select json_agg(json_build_object('name', attname, 'notNull', attnotnull or t.typnotnull,
    'hasDefault', atthasdef or attidentity <> '' or t.typdefault is not null,
    'type', json_build_object('text', format_type(atttypid, atttypmod), 'name', coalesce(b.typname, t.typname),
      'modifier', case when b.oid is null then atttypmod else t.typtypmod end,
      'labels', (select json_agg(enumlabel order by enumsortorder) from pg_enum where enumtypid = coalesce(b.oid, t.oid))))
    order by attnum)
  from pg_attribute join pg_type t on t.oid = atttypid left join pg_type b on b.oid = t.typbasetype
  where attrelid = c.oid and attnum > 0 and not attisdropped`

const CONSTRAINTS = `select json_agg(each) from (
    select json_build_object('kind', case contype when 'c' then 'check' when 'f' then 'foreign key' else 'exclusion' end, 'name', conname,
      'definition', replace(pg_get_constraintdef(oid), ' NOT VALID', ''), 'columns', ${NAMES('conkey', 'conrelid')}) as each
    from pg_constraint where conrelid = c.oid and contype in ('c', 'f', 'x')
    union all select json_build_object('kind', 'unique', 'name', i.relname,
      'definition', regexp_replace(pg_get_indexdef(indexrelid), 'INDEX .*? ON (ONLY )?', 'INDEX ON '), 'columns', ${NAMES('indkey::int2[]', 'indrelid')})
    from pg_index join pg_class i on i.oid = indexrelid where indrelid = c.oid and indisunique
    union all select json_build_object('kind', 'check', 'name', conname,
      'definition', attname || ': ' || replace(pg_get_constraintdef(k.oid), ' NOT VALID', ''), 'columns', json_build_array(attname))
    from pg_attribute join pg_constraint k on contypid = atttypid where attrelid = c.oid and not attisdropped and contype = 'c') as all_of_them`

const REFERENCES = `select json_agg(json_build_object('definition', pg_get_constraintdef(oid), 'from', conrelid::regclass::text,
    'columns', ${NAMES('confkey', 'confrelid')}))
  from pg_constraint where confrelid = c.oid and contype = 'f' and confdeltype in ('a', 'r')`

// The bits of tgtype: 4 INSERT, 8 DELETE, 16 UPDATE.
const TRIGGERS = `select json_agg(json_build_object('name', tgname, 'definition', pg_get_triggerdef(oid),
    'events', (select json_agg(event) from (values (4, 'insert'), (8, 'delete'), (16, 'update')) e (bit, event) where tgtype & bit > 0)))
  from pg_trigger where tgrelid = c.oid and not tgisinternal and tgenabled <> 'D'`

const TABLES = `select n.nspname as schema, c.relname as name, pg_table_is_visible(c.oid) as visible, c.relrowsecurity as "rowSecurity",
    (${COLUMNS}) as columns, (${CONSTRAINTS}) as constraints, (${REFERENCES}) as "references", (${TRIGGERS}) as triggers
  from pg_class c join pg_namespace n on n.oid = relnamespace
  where relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg_toast%'`

/** Reads what decides whether a statement that was fine goes on to be. */
export async function loadTables(db: Pg): Promise<Tables> {
  const tables = new Map<string, TableFacts>()
  for (const { schema, visible, ...row } of await db.many<Row>(TABLES)) {
    const filled = Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value ?? []]))
    const facts = filled as unknown as TableFacts
    tables.set(`${schema}.${facts.name}`, facts)
    if (visible) tables.set(facts.name, facts)
  }
  return tables
}
