/** Types below it are PostgreSQL's own, and the same in every database (FirstNormalObjectId). */
export const FIRST_OWN_TYPE = 16_384

/** What matters of the type of a parameter. */
export interface ParamType {
  /** OID of the type; of a domain, that of the type it is made of. */
  base: number
  /** OID of the elements of an array, 0 for a type that is no array. */
  element: number
}

type Ask = (text: string) => Promise<readonly unknown[]>

/**
 * The types that an application has made: enums, domains, composites, those of extensions. What they are only the server
 * knows; it is asked when a column or a parameter has such a type for the first time.
 */
export class ArrayTypes {
  /** The type of the elements, 0 for a type that is no array. */
  readonly #elements = new Map<number, number>()
  readonly #params = new Map<number, ParamType>()

  /** Undefined for a type that has not been asked for. */
  elementOf(oid: number): number | undefined {
    return this.#elements.get(oid)
  }

  /** What a parameter of an application's own type is; undefined where that has not been asked for. */
  paramOf(oid: number): ParamType | undefined {
    return this.#params.get(oid)
  }

  /** @param ask - runs SQL and gives its rows */
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

/** Down to what a domain, or a domain of a domain, is made of. */
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

/** The elements of a domain come as what it is made of. Those of `box` are separated in a way of their own, and stay text. */
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
