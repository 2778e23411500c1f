import type { ArlenError } from './error-table.ts'
import { coreError } from './errors.ts'
import type { OptionRule, OptionTable } from './option-rules.ts'
import { isSecretName } from './secret-names.ts'
import { suggest } from './suggest.ts'

export { type OptionRule, type OptionTable, option } from './option-rules.ts'
export { isSetByOrchestrator } from './orchestrator-env.ts'
export { suggest } from './suggest.ts'
export { type UnknownVariable, unknownVariable } from './unknown-variable.ts'

type Given = Readonly<Record<string, unknown>>

interface Reader {
  readonly owner: string | (() => string)
  readonly near: readonly string[]
}

/**
 * Checks options and returns a copy of them. `undefined` counts as not given.
 *
 * ```ts
 * const OPTIONS: OptionTable<RouterOptions> = { caseSensitive: option.boolean, maxParams: option.integer(1) }
 * const { caseSensitive = true } = readOptions('createRouter()', options, OPTIONS)
 * ```
 *
 * @param owner - the factory as messages name it: `createRouter()`. A function is called only if a message is needed
 * @param near - names that other functions accept, for the message about an unknown one
 * @throws ArlenError `option_unknown` for a name that is not in the table, with a suggestion; `option_invalid` for a value that
 *   breaks its rule and for a missing required option. Values of secrets are not quoted.
 */
export function readOptions<T extends object>(
  owner: string | (() => string),
  given: T | undefined,
  table: NoInfer<OptionTable<T>>,
  near: readonly string[] = [],
): T {
  if (given !== undefined && (typeof given !== 'object' || given === null || Array.isArray(given))) {
    const problem = `must be an object, not ${shown(given)}`
    throw coreError('option_invalid', { owner: nameOf(owner), what: 'the options', problem })
  }
  return readTable({ owner, near }, '', (given ?? {}) as Given, table) as T
}

/**
 * Creates the error `option_invalid` for an option that a factory checks itself.
 *
 * @param problem - completes the sentence "The option x …": `must be a folder`. It must not quote a secret
 */
export function invalidOption(owner: string, name: string, problem: string): ArlenError {
  return coreError('option_invalid', { owner, what: `the option ${name}`, problem: problem.replace(/\.$/, '') })
}

function readTable(
  reader: Reader,
  path: string,
  given: Given,
  table: Readonly<Record<string, OptionRule>>,
): Record<string, unknown> {
  const read: Record<string, unknown> = {}
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(table, name)) throw unknownOption(reader, path, name, Object.keys(table))
    const value = given[name]
    if (value !== undefined) read[name] = readOne(reader, path + name, value, table[name]!)
  }
  for (const [name, { required, expected }] of Object.entries(table)) {
    if (required && read[name] === undefined) throw unfit(reader, path + name, expected, undefined)
  }
  return read
}

function readOne(reader: Reader, path: string, value: unknown, rule: OptionRule): unknown {
  if (!rule.accepts(value)) throw unfit(reader, path, rule.expected, value)
  return rule.table !== undefined && isPlain(value) ? readTable(reader, `${path}.`, value, rule.table) : value
}

function isPlain(value: unknown): value is Given {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function unknownOption(reader: Reader, path: string, name: string, known: readonly string[]): ArlenError {
  const all = path === '' ? [...known, ...reader.near] : known
  const near = suggest(name, all)
  const hint = near === undefined ? ` It takes ${all.join(', ')}.` : ` Did you mean ${path}${near}?`
  const owner = nameOf(reader.owner)
  return coreError('option_unknown', { owner, name: path + name, hint: all.length > 0 ? hint : '' })
}

function unfit(reader: Reader, path: string, expected: string, value: unknown): ArlenError {
  const actual = isSecretName(path) && value !== undefined ? `the ${typeof value} given` : shown(value)
  return invalidOption(nameOf(reader.owner), path, `must be ${expected}, not ${actual}`)
}

function nameOf(owner: Reader['owner']): string {
  return typeof owner === 'string' ? owner : owner()
}

const LONGEST_SHOWN = 60

function shown(value: unknown): string {
  if (typeof value === 'string') {
    return JSON.stringify(value.length > LONGEST_SHOWN ? `${value.slice(0, LONGEST_SHOWN)}…` : value)
  }
  if (typeof value === 'function') return 'a function'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}
