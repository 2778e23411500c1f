import { parseSql } from '../src/lint/parser.ts'
import { familyOf } from '../src/typed-sql/nullability/functions.ts'
import { inferNeverNull } from '../src/typed-sql/nullability/infer.ts'
import type { Known, KnownTable } from '../src/typed-sql/nullability/known.ts'
import type { Column } from '../src/typed-sql/nullability/name-scope.ts'
import { QueryReader } from '../src/typed-sql/nullability/query.ts'

/** Columns in capitals are NOT NULL. */
const table = (columns: string): KnownTable => ({
  columns: columns.split(' ').map(column => {
    const [name = '', type = 'int4'] = column.split(':')
    return { name: name.toLowerCase(), nullable: name === name.toLowerCase(), family: familyOf(type) }
  }),
})

const TABLES: Record<string, KnownTable> = {
  t: table('ID A:int4 x S:text w:text J:jsonb j2:jsonb R:int4range r2:int4range L:_text l2:_text F:bool f2:bool'),
  p: table('ID T y Z:text v:text'),
  q: table('k q1 q2:text'),
  'other.t': table('id ONLY_OTHER'),
}

const [seen] = await parseSql('select a, t.x, q1 from t left join q on k = x')
TABLES.seen = { ...table('A:int4 x q1'), view: seen!.node }

export interface Own {
  functions?: string[]
  operators?: string[]
  casts?: boolean
}

export function known({ functions = [], operators = [], casts = false }: Own = {}): Known {
  return {
    table: (schema, name) => TABLES[schema === undefined ? name : `${schema}.${name}`],
    builtIn: path => {
      const name = path.at(-1)!
      if (path.length > 1) return path[0] === 'pg_catalog' ? name : undefined
      return functions.includes(name) ? undefined : name
    },
    ownOperators: new Set(operators),
    ownCasts: casts,
  }
}

export async function columnsOf(query: string, own?: Own): Promise<readonly Column[] | undefined> {
  const [statement] = await parseSql(query)
  return new QueryReader(known(own)).columnsOf(statement!.kind, statement!.node)
}

/** `n` for each column that is never null, `?` for the others; with the names that the reader expects. */
export async function nullabilityOf(query: string, own?: Own): Promise<string> {
  const found = await columnsOf(query, own)
  if (!found) return 'unknown'
  const names = found.map(({ name }) => name ?? 'whatever')
  const neverNull = await inferNeverNull(query, names, known(own))
  return names.map((_name, i) => (neverNull.has(i) ? 'n' : '?')).join(' ')
}
