import { ANY } from '../route.ts'
import type { AutomaticOptions, MethodNotAllowed } from './result.ts'

/** The number of every method that no route names: only routes for any method are in its slot. */
export const OTHER = 0

/** Common methods in the order in which `Allow` lists them; their numbers count from 1. */
const COMMON = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

const OPTIONS = COMMON.indexOf('OPTIONS') + 1

export interface MethodSet {
  readonly numbers: readonly number[]
  /** The value of `Allow`: with OPTIONS, which always has an answer. */
  readonly allow: string
  /** What a request with another method gets. */
  readonly notAllowed: MethodNotAllowed
  readonly options: AutomaticOptions
}

export const NO_METHODS: MethodSet = toSet([], '')

function toSet(numbers: readonly number[], allow: string): MethodSet {
  const notAllowed = Object.freeze({ kind: 'method_not_allowed', allow } as const)
  return { numbers, allow, notAllowed, options: Object.freeze({ kind: 'options', allow } as const) }
}

/** Numbers the methods of a route table, so that the ends of the tree can keep arrays. */
export class Methods {
  readonly names: readonly string[]
  readonly #sets = new Map<string, MethodSet>()
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

  /** One and the same set for the same numbers: few combinations of methods occur in many routes. */
  set(numbers: Iterable<number>): MethodSet {
    const sorted = [...new Set(numbers)].sort((a, b) => a - b)
    const key = sorted.join()
    const known = this.#sets.get(key)
    if (known) return known
    const allow = this.names.filter(name => name === 'OPTIONS' || sorted.includes(this.number(name))).join(', ')
    const set = toSet(sorted, allow)
    this.#sets.set(key, set)
    return set
  }

  isOptions(number: number): boolean {
    return number === OPTIONS
  }
}
