/** Types below it are PostgreSQL's own, and the same in every database (FirstNormalObjectId). */
export const FIRST_OWN_TYPE = 16_384

/**
 * Arrays of an application's own types: enums, domains, composites, those of extensions. Which they are only the server
 * knows; it is asked when a column has such a type for the first time.
 */
export class ArrayTypes {
  /** The type of the elements, 0 for what is no array. */
  readonly #elements = new Map<number, number>()

  /** Undefined for a type that has not been asked for. */
  elementOf(oid: number): number | undefined {
    return this.#elements.get(oid)
  }

  /** @param query - runs SQL and gives its rows */
  async learn(oids: readonly number[], query: (text: string) => Promise<readonly unknown[]>): Promise<void> {
    const unknown = oids.filter(oid => !this.#elements.has(oid))
    if (unknown.length === 0) return
    const rows = await query(look(unknown))
    for (const oid of unknown) this.#elements.set(oid, 0)
    for (const { array, element } of rows as { array: number; element: number }[]) this.#elements.set(array, element)
  }
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
