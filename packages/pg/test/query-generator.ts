/** Queries made at random, which PostgreSQL accepts: for what must hold for every query. */

import { seeded } from '@arlen/core/seeded'

type Kind = 'int' | 'text' | 'bool'

interface Named {
  text: string
  kind: Kind
}

interface Table {
  text: string
  columns: readonly Named[]
}

const TABLES: Readonly<Record<string, readonly [string, Kind][]>> = {
  things: [
    ['id', 'int'],
    ['a', 'int'],
    ['b', 'int'],
    ['s', 'text'],
    ['z', 'text'],
    ['f', 'bool'],
  ],
  parts: [
    ['id', 'int'],
    ['thing', 'int'],
    ['b', 'int'],
    ['d', 'int'],
    ['z', 'text'],
    ['m', 'text'],
  ],
  loose: [
    ['id', 'int'],
    ['v', 'int'],
    ['w', 'text'],
  ],
  joined: [
    ['id', 'int'],
    ['part', 'int'],
    ['z', 'text'],
    ['m', 'text'],
  ],
}

export class QueryGenerator {
  readonly #next: () => number
  #names = 0

  constructor(seed: number) {
    this.#next = seeded(seed)
  }

  query(): string {
    const depth = 3
    return this.#one<() => string>([
      () => this.#select(depth, []).text,
      () => this.#select(depth, []).text,
      () => this.#select(depth, []).text,
      () => this.#star(),
      () => this.#union(depth),
      () => this.#grouped(depth),
      () => this.#with(depth),
      () => this.#change(),
    ])()
  }

  #one<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.#next() * choices.length)]!
  }

  #chance(p: number): boolean {
    return this.#next() < p
  }

  #name(): string {
    return `n${++this.#names}`
  }

  #table(depth: number): Table {
    if (depth > 0 && this.#chance(0.2)) {
      const alias = this.#name()
      const { text, kinds } = this.#select(depth - 1, [])
      return { text: `(${text}) ${alias}`, columns: kinds.map((kind, i) => ({ text: `${alias}.c${i}`, kind })) }
    }
    if (this.#chance(0.1)) {
      const alias = this.#name()
      const series = this.#one([
        'generate_series(1, 3)',
        'unnest(array[1, null, 2])',
        `(values (1), (${this.#one(['null', '2'])}))`,
      ])
      return { text: `${series} ${alias} (x)`, columns: [{ text: `${alias}.x`, kind: 'int' }] }
    }
    const name = this.#one(Object.keys(TABLES))
    const alias = this.#name()
    return {
      text: `${name} ${alias}`,
      columns: TABLES[name]!.map(([column, kind]) => ({ text: `${alias}.${column}`, kind })),
    }
  }

  #from(depth: number, outer: readonly Named[]): Table {
    let { text, columns } = this.#table(depth)
    let joined = false
    for (let joins = Math.floor(this.#next() * 3); joins > 0; joins--) {
      const right = this.#table(depth)
      const type = this.#one(['join', 'left join', 'left join', 'right join', 'full join'])
      const all = [...columns, ...right.columns]
      const on =
        type === 'full join' || this.#chance(0.6)
          ? `${this.#column(columns, 'int')} = ${this.#column(right.columns, 'int')}`
          : this.#bool(1, all)
      const left = joined ? `(${text})` : text
      joined = true
      text = this.#chance(0.2) ? `${right.text} ${type} ${left} on ${on}` : `${left} ${type} ${right.text} on ${on}`
      columns = all
    }
    if (depth > 0 && this.#chance(0.15)) {
      const alias = this.#name()
      const inner = this.#select(depth - 1, [...columns, ...outer])
      const lateral = `lateral (${inner.text}) ${alias}`
      text = this.#chance(0.5) ? `${text} cross join ${lateral}` : `${text} left join ${lateral} on true`
      columns = [...columns, ...inner.kinds.map((kind, i) => ({ text: `${alias}.c${i}`, kind }))]
    }
    return { text, columns }
  }

  #column(columns: readonly Named[], kind: Kind): string {
    const fitting = columns.filter(each => each.kind === kind)
    return fitting.length > 0 ? this.#one(fitting).text : kind === 'int' ? '1' : kind === 'text' ? "'x'" : 'true'
  }

  /** A relation as a whole. */
  #row(columns: readonly Named[]): string {
    const [relation = '1'] = this.#column(columns, 'int').split('.')
    return relation
  }

  #windowed(columns: readonly Named[]): string {
    const call = this.#one(['first_value', 'last_value', 'sum', 'max'])
    const over = this.#one([
      'w',
      '(order by 1)',
      '(w rows between 1 following and 2 following)',
      '(rows between 1 preceding and 1 preceding)',
    ])
    const shifted = `${this.#one(['lag', 'lead'])}(${this.#int(1, columns)}, 1, ${this.#int(1, columns)}) over w`
    return `(${this.#chance(0.3) ? shifted : `${call}(${this.#int(1, columns)}) over ${over}`})::int`
  }

  #select(depth: number, outer: readonly Named[]): { text: string; kinds: Kind[] } {
    const { text: from, columns } = this.#from(depth, outer)
    const all = [...columns, ...(this.#chance(0.5) ? outer : [])]
    const kinds = Array.from({ length: 1 + Math.floor(this.#next() * 4) }, () =>
      this.#one<Kind>(['int', 'int', 'text', 'bool']),
    )
    const targets = kinds.map((kind, i) => {
      const windowed = kind === 'int' && this.#chance(0.1)
      return `${windowed ? this.#windowed(all) : this.#expression(depth, all, kind)} as c${i}`
    })
    const where = this.#chance(0.5) ? ` where ${this.#bool(2, all)}` : ''
    const window = targets.some(target => / over (?:w|\(w )/.test(target)) ? ' window w as (order by 1)' : ''
    const end = this.#chance(0.1) ? ' order by 1 limit 3' : ''
    return { text: `select ${targets.join(', ')} from ${from}${where}${window}${end}`, kinds }
  }

  #star(): string {
    const [a, b] = [this.#one(Object.keys(TABLES)), this.#one(Object.keys(TABLES))]
    const type = this.#one(['join', 'left join', 'right join', 'full join'])
    const using = this.#chance(0.7) ? `${type} ${b} y using (id)` : `natural ${type} ${b} y`
    const where = this.#chance(0.4) ? ` where y.id ${this.#one(['is not null', '> 1'])}` : ''
    return `select ${this.#one(['*', 'x.*', 'y.*, id', '*, x.id as other'])} from ${a} x ${using}${where}`
  }

  #union(depth: number): string {
    const branch = () => {
      const { text: from, columns } = this.#from(depth - 1, [])
      const targets = `${this.#int(2, columns)} as c0, ${this.#text(2, columns)} as c1`
      return `(select ${targets} from ${from}${this.#chance(0.4) ? ` where ${this.#bool(1, columns)}` : ''})`
    }
    return `${branch()} ${this.#one(['union', 'union all', 'except', 'intersect'])} ${branch()}`
  }

  #grouped(depth: number): string {
    const { text: from, columns } = this.#from(depth - 1, [])
    const key = this.#column(columns, this.#one<Kind>(['int', 'text']))
    const by = this.#one([key, key, `rollup (${key})`, `grouping sets ((${key}), ())`, ''])
    const aggregate = () => {
      const argument = this.#int(1, columns)
      const filter = this.#chance(0.2) ? ` filter (where ${this.#bool(1, columns)})` : ''
      const call = this.#one([
        'count(*)',
        `sum(${argument})`,
        `max(${argument})`,
        `min(${this.#text(1, columns)})`,
        `avg(${argument})`,
        `array_agg(${argument})`,
        `jsonb_agg(${argument})`,
        `string_agg(${this.#text(1, columns)}, ',')`,
        `bool_or(${this.#bool(1, columns)})`,
        `stddev_samp(${argument})`,
      ])
      return this.#chance(0.3) ? `coalesce(sum(${argument})${filter}, 0)` : `${call}${filter}`
    }
    const where = this.#chance(0.5) ? ` where ${this.#bool(1, columns)}` : ''
    const target = by === '' ? '1' : key
    const having =
      by === key && this.#chance(0.3) ? ` having ${this.#one([`${key} is not null`, `count(${key}) > 0`])}` : ''
    return `select ${target} as c0, ${aggregate()} as c1, ${aggregate()} as c2 from ${from}${where}${by && ` group by ${by}`}${having}`
  }

  #with(depth: number): string {
    if (this.#chance(0.3)) {
      const [first, step] = [this.#one(['1', 'null::int', '2']), this.#one(['n + 1', 'nullif(n + 1, 3)', 'n + v'])]
      return `with recursive r (n, i) as (select ${first}, 1 union all select ${step}, i + 1 from r${step.includes('v') ? ', (values (1), (2)) x (v)' : ''} where i < 4) select n as c0, i as c1 from r`
    }
    const { text, kinds } = this.#select(depth - 1, [])
    const columns = kinds.map((kind, i) => ({ text: `q.c${i}`, kind }))
    const other = this.#table(0)
    const all = [...columns, ...other.columns]
    return `with q as (${text}) select ${this.#int(2, all)} as c0, ${this.#text(2, all)} as c1 from ${other.text} ${this.#one(['cross join q', 'left join q on true'])}`
  }

  #change(): string {
    return this.#one([
      `update things set a = ${this.#one(['null', '1', 'b'])} where a is not null returning a, b, s, *`,
      'update things t set s = p.m from parts p where p.thing = t.id and p.m is not null returning t.s, p.m, p.d, t.*',
      'delete from parts where d is not null returning d, thing, m, parts.*',
      'update things set a = null, s = null where a > 0 and things.s is not null returning old.a as c0, new.a as c1, old.s as c2, new.s as c3, old.b as c4, new.z as c5',
      'update things t set a = null from parts p where t.a = p.d returning old.a as c0, new.a as c1, p.d as c2, old.f as c3',
      'delete from parts where d > 0 returning old.d as c0, new.d as c1, old.b as c2, new.b as c3',
      "insert into things (id, b, z) values (1, 7, 'x') on conflict (id) do update set a = null returning old.id as c0, new.id as c1, old.a as c2, new.a as c3",
      "insert into things (id, b, z, s) values (1000, 1, 'x', null) returning *",
      'insert into things (id, b, z) select id + 1000, coalesce(d, 0), z from parts returning a, b, things.*',
      'merge into things t using parts p on p.thing = t.id when matched then update set a = p.d when not matched by source then delete returning t.a, t.b, p.d, p.b, merge_action()',
      'merge into things t using parts p on p.thing = t.id when matched then update set a = null when not matched then do nothing returning t.a, t.b, p.d, p.b',
    ])
  }

  #expression(depth: number, columns: readonly Named[], kind: Kind): string {
    return kind === 'int'
      ? this.#int(depth, columns)
      : kind === 'text'
        ? this.#text(depth, columns)
        : this.#bool(depth, columns)
  }

  #int(depth: number, columns: readonly Named[]): string {
    if (depth <= 0 || this.#chance(0.35))
      return this.#chance(0.85) ? this.#column(columns, 'int') : this.#one(['1', 'null::int', '0'])
    const int = () => this.#int(depth - 1, columns)
    const text = () => this.#text(depth - 1, columns)
    const bool = () => this.#bool(depth - 1, columns)
    return this.#one<() => string>([
      () => `(${int()} ${this.#one(['+', '-', '*'])} ${int()})`,
      () => `coalesce(${int()}, ${int()})`,
      () => `nullif(${int()}, ${int()})`,
      () => `greatest(${int()}, ${int()})`,
      () => `case when ${bool()} then ${int()} ${this.#chance(0.7) ? `else ${int()} ` : ''}end`,
      () => {
        const column = this.#column(columns, 'int')
        return this.#one([
          `case when ${column} is not null then ${column} else ${int()} end`,
          `case when ${column} is null then ${int()} else ${column} end`,
          `case when ${column} > 0 and ${bool()} then ${column} else 0 end`,
          `case ${column} when 1 then ${column} else ${int()} end`,
        ])
      },
      () => `length(${text()})`,
      () => `abs(${int()})`,
      () => `cardinality(string_to_array(${text()}, 'e'))`,
      () => `array_length(string_to_array(${text()}, 'e'), 1)`,
      () => `(array[${int()}, ${int()}])[${this.#one(['1', '3'])}]`,
      () => `(${this.#one(['null', '1', `(select ${int()})`])})::int`,
      () => `(${this.#one([`to_jsonb(${int()})`, "jsonb 'null'", `jsonb_build_object('a', ${int()}) -> 'a'`])})::int`,
      () => `(select count(*)::int from parts)`,
      () =>
        `(select ${this.#one(['max(id)', 'coalesce(max(d), 0)', 'd'])} from parts where ${this.#one(['false', 'id = 1', 'true'])} ${this.#one(['', 'limit 1'])})`.replace(
          /\(select d from parts where (.*?) \)/,
          '(select d from parts where $1 limit 1)',
        ),
      () => `lower(int4range(${int()}, null))`,
      () => `upper(int4range(null, null))`,
      () =>
        `(sum(${this.#column(columns, 'int')}) over (${this.#one(['', 'order by 1', 'rows between 1 following and 2 following'])}))::int`
          .replace('sum', this.#chance(0.2) ? 'sum' : 'abs')
          .replace(/abs\((.*?)\) over \(.*?\)/, 'abs($1)'),
    ])()
  }

  #text(depth: number, columns: readonly Named[]): string {
    if (depth <= 0 || this.#chance(0.4))
      return this.#chance(0.85) ? this.#column(columns, 'text') : this.#one(["'x'", 'null::text', "''"])
    const text = () => this.#text(depth - 1, columns)
    const int = () => this.#int(depth - 1, columns)
    return this.#one<() => string>([
      () => `(${text()} || ${text()})`,
      () => `${this.#one(['lower', 'upper', 'trim', 'md5', 'reverse'])}(${text()})`,
      () => `coalesce(${text()}, ${text()})`,
      () => `substring(${text()} from 2)`,
      () => `substring(${text()} from 'e')`,
      () => `concat(${text()}, ${text()})`,
      () => `concat_ws(${text()}, ${text()})`,
      () => `format('%s', ${text()})`,
      () => `split_part(${text()}, 'e', 1)`,
      () => `(${int()})::text`,
      () => `case when ${this.#bool(depth - 1, columns)} then ${text()} else ${text()} end`,
      () => `to_char(${int()}, '')`,
      () => `(jsonb_build_object('a', ${text()}) ->> ${this.#one(["'a'", "'b'"])})`,
      () => `regexp_replace(${text()}, 'e', 'x')`,
      () => `(regexp_match(${text()}, 'e'))[1]`,
      () => `array_to_string(array[${text()}], ',')`,
      () => `least(${text()}, ${text()})`,
    ])()
  }

  #bool(depth: number, columns: readonly Named[]): string {
    if (depth <= 0)
      return `(${this.#column(columns, 'int')} ${this.#one(['=', '>', '<>'])} ${this.#one(['1', this.#column(columns, 'int')])})`
    const int = () => this.#int(depth - 1, columns)
    const text = () => this.#text(depth - 1, columns)
    const bool = () => this.#bool(depth - 1, columns)
    return this.#one<() => string>([
      () => `(${int()} ${this.#one(['=', '<', '>=', '<>', 'is distinct from', 'is not distinct from'])} ${int()})`,
      () => `(${text()} ${this.#one(['=', 'like', '~', '<'])} ${text()})`,
      () => `(${int()} is ${this.#one(['', 'not '])}null)`,
      () => `(${this.#column(columns, 'int')} is not null)`,
      () => `(${text()} is null)`,
      () => `(${bool()} ${this.#one(['and', 'or'])} ${bool()})`,
      () => `(not ${bool()})`,
      () => `(${bool()} is ${this.#one(['true', 'not true', 'false', 'unknown'])})`,
      () => `(${int()} ${this.#one(['', 'not '])}in (1, ${int()}))`,
      () => `(${int()} ${this.#one(['', 'not '])}between ${int()} and ${int()})`,
      () => `(${int()} = any (array[1, ${int()}]))`,
      () => `(${int()} > all (array[1, ${int()}]))`,
      () => `(${int()} ${this.#one(['', 'not '])}in (select ${this.#one(['id', 'd'])} from parts))`,
      () => `(not (${bool()} ${this.#one(['and', 'or'])} ${bool()}))`,
      () => `(not ${int()} ${this.#one(['in (1, 2)', 'between 1 and 2', `= any (array[${int()}])`])})`,
      () => `((${int()}, ${text()}) is ${this.#one(['', 'not '])}null)`,
      () => `((${int()}, ${int()}) ${this.#one(['<', '>=', '<>'])} (${int()}, 1))`,
      () => `(${int()} <> all (array[1, ${int()}]))`,
      () => `(${this.#row(columns)} is ${this.#one(['', 'not '])}null)`,
      () => `(${text()} ${this.#one(['similar to', '^@'])} 'x')`,
      () => `exists (select from parts where id = ${int()})`,
      () => `((${int()}, ${int()}) = (${int()}, 1))`,
      () => this.#column(columns, 'bool'),
    ])()
  }
}
