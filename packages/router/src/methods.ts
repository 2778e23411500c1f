/** The slot of methods that no route names: only routes for any method are there. */
export const OTHER = 0

/** The method of a route that takes them all. */
export const ANY = '*'

/** Common methods in the order in which `Allow` lists them; their numbers count from 1. */
const COMMON = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** Numbers the methods of a route table, so that the ends of the tree can keep an array and sets can be bits. */
export class Methods {
  readonly names: readonly string[]
  readonly #others: ReadonlyMap<string, number>

  constructor(methods: Iterable<string>) {
    const names = new Set([...COMMON, ...methods])
    names.delete(ANY)
    this.names = [...names]
    this.#others = new Map(this.names.map((name, i) => [name, i + 1]))
  }

  /** Of a request's method; they are case-sensitive (RFC 9110, section 9.1). */
  number(method: string): number {
    switch (method) {
      case 'GET':
        return 1
      case 'HEAD':
        return 2
      case 'POST':
        return 3
      case 'PUT':
        return 4
      case 'PATCH':
        return 5
      case 'DELETE':
        return 6
      case 'OPTIONS':
        return 7
      default:
        return this.#others.get(method) ?? OTHER
    }
  }
}
