/** Lower OIDs are PostgreSQL's own types, the same in every database (FirstNormalObjectId). */
export const FIRST_OWN_TYPE = 16_384

/** The relevant parts of a parameter's type. */
export interface ParamType {
  /** OID of the type; for a domain, that of its base type. */
  base: number
  /** OID of an array's elements, 0 if the type is not an array. */
  element: number
}

type Ask = (text: string) => Promise<readonly unknown[]>

/**
 * The types defined by an application or its extensions: enums, domains, composites. Only the server knows them; it is
 * asked when a column or a parameter first has such a type.
 */
export class ArrayTypes {
  /** The type of the elements, 0 if the type is not an array. */
  readonly #elements = new Map<number, number>()
  readonly #params = new Map<number, ParamType>()

  /** Undefined for a type that was not fetched yet. */
  elementOf(oid: number): number | undefined {
    return this.#elements.get(oid)
  }

  /** The type of a parameter that is one of the application's own; undefined if it was not fetched yet. */
  paramOf(oid: number): ParamType | undefined {
    return this.#params.get(oid)
  }

  /** @param ask - runs SQL and returns its rows */
  async learn(oids: readonly number[], ask: Ask): Promise<void> {
    const unknown = oids.filter(oid => !this.#elements.has(oid))
    if (unknown.length === 0) return
    const rows = await ask(look(unknown))
    for (const oid of unknown) this.#elements.set(oid, 0)
    for (const { array, element } of rows as { array: number; element: number }[]) this.#elements.set(array, element)
  }

  /** The same for parameters. */
  async learnParams(oids: readonly number[], ask: Ask): Promise<void> {
    const unknown = oids.filter(oid => oid >= FIRST_OWN_TYPE && !this.#params.has(oid))
    if (unknown.length === 0) return
    const rows = (await ask(lookUpParams(unknown))) as (ParamType & { oid: number })[]
    for (const { oid, base, element } of rows) this.#params.set(oid, { base, element })
  }
}

/** Resolves domains, also of domains, to their base type. */
function lookUpParams(oids: readonly number[]): string {
  return `
    with recursive chain (oid, below) as (
      select oid, oid from pg_catalog.pg_type where oid in (${oids.join(', ')})
      union all
      select chain.oid, t.typbasetype from chain join pg_catalog.pg_type t on t.oid = chain.below where t.typtype = 'd'
    )
    select chain.oid, t.oid as base, case when t.typcategory = 'A' then t.typelem else 0::oid end as element
    from chain join pg_catalog.pg_type t on t.oid = chain.below where t.typtype <> 'd'`
}

/** The elements of a domain arrive as its base type. Those of `box` have their own separator, and stay text. */
function look(oids: readonly number[]): string {
  return `
    with recursive base ("array", element, below) as (
      select a.oid, e.oid, e.typbasetype
      from pg_catalog.pg_type a join pg_catalog.pg_type e on e.oid = a.typelem and e.typarray = a.oid
      where a.oid in (${oids.join(', ')}) and e.typdelim = ','
      union all
      select base."array", t.oid, t.typbasetype from base join pg_catalog.pg_type t on t.oid = base.below
    )
    select "array", element from base where below = 0`
}
