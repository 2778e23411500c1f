import { parseSql } from '../lint/parser.ts'
import type { Pg } from '../pg.ts'
import type { TypeSettings } from '../wire/type-parsers.ts'
import { familyOf, KNOWN_BY_NAME, TOTAL_OPERATORS } from './nullability/functions.ts'
import type { Known, KnownTable } from './nullability/known.ts'
import { TypeNames } from './type-names.ts'

/** What the database knows of the types, tables and functions that queries mention. */
export class Catalog implements Known {
  readonly types: TypeNames
  readonly ownOperators: ReadonlySet<string>
  readonly ownCasts: boolean
  /** By `schema.name`, and by the bare name if the search path leads to it. */
  readonly #tables: ReadonlyMap<string, KnownTable>
  /** Names that the application's functions share with PostgreSQL's. */
  readonly #ownFunctions: ReadonlySet<string>

  private constructor(types: TypeNames, tables: ReadonlyMap<string, KnownTable>, own: OwnNames) {
    this.types = types
    this.#tables = tables
    this.#ownFunctions = new Set(own.functions)
    this.ownOperators = new Set(own.operators)
    this.ownCasts = own.casts
  }

  static async load(db: Pg, settings: TypeSettings): Promise<Catalog> {
    const own = await db.one<OwnNames>(OWN_NAMES, [KNOWN_BY_NAME, [...TOTAL_OPERATORS]])
    return new Catalog(await TypeNames.load(db, settings), await loadTables(db), own)
  }

  table(schema: string | undefined, name: string): KnownTable | undefined {
    return this.#tables.get(schema === undefined ? name : `${schema}.${name}`)
  }

  builtIn(path: readonly string[]): string | undefined {
    const name = path.at(-1)!
    if (path.length === 1) return this.#ownFunctions.has(name) ? undefined : name
    return path[0] === 'pg_catalog' ? name : undefined
  }
}

interface OwnNames {
  functions: string[]
  operators: string[]
  casts: boolean
}

/** Functions that extensions add under PostgreSQL's names, as citext does, have the same meaning. */
const NOT_OF_EXTENSION = (catalog: string, alias: string) =>
  `not exists (select from pg_depend where classid = '${catalog}'::regclass and objid = ${alias}.oid and deptype = 'e')`

const OWN_NAMES = `select
  array(select distinct proname::text from pg_proc p where pronamespace <> 'pg_catalog'::regnamespace and proname = any ($1)
    and ${NOT_OF_EXTENSION('pg_proc', 'p')}) as functions,
  array(select distinct oprname::text from pg_operator o where oprnamespace <> 'pg_catalog'::regnamespace and oprname = any ($2)
    and ${NOT_OF_EXTENSION('pg_operator', 'o')}) as operators,
  exists (select from pg_cast c where oid >= 16384 and castfunc <> 0 and ${NOT_OF_EXTENSION('pg_cast', 'c')}) as casts`

interface ColumnRow {
  schema: string
  table: string
  visible: boolean
  view: string | null
  column: string
  not_null: boolean
  type: string
}

/**
 * NOT NULL holds for every row if its constraint is validated and every inheriting table has it. It is not enforced in
 * foreign tables, and a materialized view may be older than it.
 */
const COLUMNS = `with recursive below (parent, child) as (
    select inhparent, inhrelid from pg_inherits
    union select b.parent, i.inhrelid from below b join pg_inherits i on i.inhparent = b.child
  )
  select n.nspname as schema, c.relname as table, pg_table_is_visible(c.oid) as visible,
    case when relkind = 'v' and n.nspname not in ('pg_catalog', 'information_schema') then pg_get_viewdef(c.oid) end as view,
    a.attname as column, coalesce(b.typname, t.typname) as type,
    attnotnull and relkind in ('r', 'p')
      and not exists (select from pg_constraint where conrelid = c.oid and contype = 'n' and conkey[1] = attnum and not convalidated)
      and not exists (select from below join pg_class k on k.oid = child left join pg_attribute x on x.attrelid = child and x.attname = a.attname
        where parent = c.oid and (k.relkind = 'f' or x.attnotnull is not true or exists
          (select from pg_constraint where conrelid = child and contype = 'n' and conkey[1] = x.attnum and not convalidated))) as not_null
  from pg_class c join pg_namespace n on n.oid = relnamespace join pg_attribute a on attrelid = c.oid
    join pg_type t on t.oid = atttypid left join pg_type b on b.oid = t.typbasetype
  where relkind in ('r', 'p', 'v', 'm', 'f') and attnum > 0 and not attisdropped and n.nspname not like 'pg_toast%'
  order by c.oid, attnum`

async function loadTables(db: Pg): Promise<ReadonlyMap<string, KnownTable>> {
  const tables = new Map<string, KnownTable>()
  const rows = await db.many<ColumnRow>(COLUMNS)
  for (const of of Map.groupBy(rows, ({ schema, table }) => `${schema}.${table}`)) {
    const [name, columns] = of
    const { view, visible, table } = columns[0]!
    const known: KnownTable = {
      columns: columns.map(({ column, not_null, type }) => ({
        name: column,
        nullable: !not_null,
        family: familyOf(type),
      })),
      view: view === null ? undefined : await selectOf(view),
    }
    tables.set(name, known)
    if (visible) tables.set(table, known)
  }
  return tables
}

async function selectOf(view: string) {
  const [statement] = await parseSql(view).catch(() => [])
  return statement?.kind === 'SelectStmt' ? statement.node : undefined
}
