import { ANY } from '../route.ts'
import type { AutomaticOptions, MethodNotAllowed } from './result.ts'

/** The number of methods that no route names. Only routes for all methods are in its slot. */
const OTHER = 0

/** Common methods in the order of `Allow`. Their numbers start at 1. */
const COMMON = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

const OPTIONS = COMMON.indexOf('OPTIONS') + 1

export interface MethodSet {
  readonly numbers: readonly number[]
  /** The value of `Allow`. Always includes OPTIONS. */
  readonly allow: string
  /** The result for other methods. */
  readonly notAllowed: MethodNotAllowed
  readonly options: AutomaticOptions
}

export const NO_METHODS: MethodSet = toSet([], '')

function toSet(numbers: readonly number[], allow: string): MethodSet {
  const notAllowed = Object.freeze({ kind: 'method_not_allowed', allow } as const)
  return { numbers, allow, notAllowed, options: Object.freeze({ kind: 'options', allow } as const) }
}

/** Numbers the methods of a route table, so that leaves can use arrays. */
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

  /** The number of a method. Methods are case-sensitive (RFC 9110, section 9.1). */
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

  /** Returns the same object for the same numbers: few combinations occur. */
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
