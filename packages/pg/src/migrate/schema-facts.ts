import type pg from 'pg'

/** What a schema consists of: each object with what it is, so that two databases can be compared. */
export type SchemaFacts = ReadonlyMap<string, string>

/**
 * Reads everything that a migration can meet, except rows: of all schemas but the system's, without what extensions brought. For
 * an owner it counts only whether the user of the connection may act for it, since that decides what it can change.
 */
export async function readSchemaFacts(client: pg.Client): Promise<SchemaFacts> {
  await client.query('begin')
  try {
    await client.query("set local search_path = ''") // definitions then qualify every name
    const { rows } = await client.query<{ object: string; fact: string }>(FACTS)
    return new Map(rows.map(({ object, fact }) => [object, fact]))
  } finally {
    await client.query('commit')
  }
}

/** What is different, in words; empty where nothing is. */
export function differencesOf(target: SchemaFacts, copy: SchemaFacts): string[] {
  const missing = [...target.keys()].filter(object => !copy.has(object)).map(object => `${object} is not in the copy`)
  const extra = [...copy.keys()].filter(object => !target.has(object)).map(object => `${object} is only in the copy`)
  const changed = [...target]
    .filter(([object, fact]) => copy.has(object) && copy.get(object) !== fact)
    .map(([object]) => `${object} is another in the copy`)
  return [...missing, ...extra, ...changed]
}

const FACTS = `
  with spaces as (
    select oid, nspname from pg_catalog.pg_namespace
    where nspname !~ '^pg_' and nspname <> 'information_schema'
  ),
  brought as (select classid, objid from pg_catalog.pg_depend where deptype = 'e'),
  relations as (
    select c.*, s.nspname || '.' || c.relname as name
    from pg_catalog.pg_class c join spaces s on s.oid = c.relnamespace
    where not exists (select from brought b where b.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and b.objid = c.oid)
  )
  select 'schema ' || nspname as object, pg_catalog.pg_has_role(nspowner, 'USAGE')::text as fact
  from pg_catalog.pg_namespace join spaces using (oid, nspname)
  union all
  select 'extension ' || extname, extversion from pg_catalog.pg_extension
  union all
  select case relkind when 'v' then 'view ' when 'm' then 'view ' when 'S' then 'sequence ' else 'table ' end || name,
    pg_catalog.concat_ws(' ', relkind, relpersistence, relrowsecurity, relforcerowsecurity, pg_catalog.pg_has_role(relowner, 'USAGE'),
      case when relkind in ('v', 'm') then pg_catalog.pg_get_viewdef(oid) end, pg_catalog.pg_get_expr(relpartbound, oid),
      pg_catalog.pg_get_partkeydef(oid),
      (select pg_catalog.string_agg(inhparent::pg_catalog.regclass::text, ',' order by inhseqno) from pg_catalog.pg_inherits where inhrelid = relations.oid))
  from relations where relkind in ('r', 'p', 'v', 'm', 'S', 'f')
  union all
  select 'column ' || r.name || '.' || a.attname,
    pg_catalog.concat_ws(' ', pg_catalog.row_number() over (partition by a.attrelid order by a.attnum),
      pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated, a.attcollation::pg_catalog.regcollation,
      pg_catalog.pg_get_expr(d.adbin, d.adrelid))
  from relations r join pg_catalog.pg_attribute a on a.attrelid = r.oid
    left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where r.relkind in ('r', 'p', 'v', 'm', 'f', 'c') and a.attnum > 0 and not a.attisdropped
  union all
  select 'constraint ' || coalesce(r.name || '.', '') || c.conname, pg_catalog.pg_get_constraintdef(c.oid) || ' ' || c.convalidated
  from pg_catalog.pg_constraint c join spaces s on s.oid = c.connamespace left join relations r on r.oid = c.conrelid
  where c.contype <> 'n'
  union all
  select 'index ' || r.name, pg_catalog.pg_get_indexdef(r.oid)
  from relations r join pg_catalog.pg_index i on i.indexrelid = r.oid where i.indisvalid or r.relkind = 'I'
  union all
  select 'trigger ' || r.name || '.' || t.tgname, pg_catalog.pg_get_triggerdef(t.oid) || ' ' || t.tgenabled::text
  from pg_catalog.pg_trigger t join relations r on r.oid = t.tgrelid where not t.tgisinternal
  union all
  select 'rule ' || r.name || '.' || w.rulename, pg_catalog.pg_get_ruledef(w.oid)
  from pg_catalog.pg_rewrite w join relations r on r.oid = w.ev_class where w.rulename <> '_RETURN'
  union all
  select 'policy ' || r.name || '.' || p.polname,
    pg_catalog.concat_ws(' ', p.polcmd, p.polpermissive, p.polroles, pg_catalog.pg_get_expr(p.polqual, p.polrelid), pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid))
  from pg_catalog.pg_policy p join relations r on r.oid = p.polrelid
  union all
  select 'function ' || s.nspname || '.' || p.proname || '(' || pg_catalog.pg_get_function_identity_arguments(p.oid) || ')',
    pg_catalog.pg_has_role(p.proowner, 'USAGE') || case when p.prokind in ('f', 'p') then pg_catalog.pg_get_functiondef(p.oid) else p.prokind::text end
  from pg_catalog.pg_proc p join spaces s on s.oid = p.pronamespace
  where not exists (select from brought b where b.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and b.objid = p.oid)
  union all
  select 'type ' || s.nspname || '.' || t.typname,
    pg_catalog.concat_ws(' ', t.typtype, pg_catalog.pg_has_role(t.typowner, 'USAGE'), t.typnotnull, t.typdefault,
      case when t.typtype = 'd' then pg_catalog.format_type(t.typbasetype, t.typtypmod) end,
      (select pg_catalog.string_agg(e.enumlabel, ',' order by e.enumsortorder) from pg_catalog.pg_enum e where e.enumtypid = t.oid))
  from pg_catalog.pg_type t join spaces s on s.oid = t.typnamespace
  where t.typtype in ('d', 'e', 'r')
    and not exists (select from brought b where b.classid = 'pg_catalog.pg_type'::pg_catalog.regclass and b.objid = t.oid)`
