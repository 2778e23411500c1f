import type { ArlenError } from './error-table.ts'
import { coreError } from './errors.ts'
import type { OptionRule, OptionTable } from './option-rules.ts'
import { isSecretName } from './secret-names.ts'
import { suggest } from './suggest.ts'

export { type OptionRule, type OptionTable, option } from './option-rules.ts'
export { isSetByOrchestrator } from './orchestrator-env.ts'
export { suggest } from './suggest.ts'

type Given = Readonly<Record<string, unknown>>

interface Reader {
  readonly owner: string | (() => string)
  readonly near: readonly string[]
}

/**
 * Reads the options that a caller gave. What is `undefined` counts as not given.
 *
 * ```ts
 * const OPTIONS: OptionTable<RouterOptions> = { caseSensitive: option.boolean, maxParams: option.integer(1) }
 * const { caseSensitive = true } = readOptions('createRouter()', options, OPTIONS)
 * ```
 *
 * @param owner - who takes the options, as messages name it: `createRouter()`. A function is called for a message only
 * @param near - names that somebody else takes, for the message about one that nobody does
 * @returns a copy with the options that were given
 * @throws ArlenError `option_unknown` for a name that is not in the table, with the one that was probably meant;
 *   `option_invalid` for a value that its rule refuses, and for one that is required and missing. The values of secrets are
 *   not quoted.
 */
export function readOptions<T extends object>(
  owner: string | (() => string),
  given: T | undefined,
  table: OptionTable<T>,
  near: readonly string[] = [],
): T {
  if (given !== undefined && (typeof given !== 'object' || given === null || Array.isArray(given))) {
    throw invalid(owner, 'the options', 'an object', shown(given))
  }
  return readTable({ owner, near }, '', (given ?? {}) as Given, table) as T
}

/** The error for an option that a factory checks itself, as its message says: `{expected}` follows "must be". */
export function invalidOption(owner: string, name: string, expected: string, value: unknown): ArlenError {
  const actual = isSecretName(name) && value !== undefined ? `the ${typeof value} given` : shown(value)
  return invalid(owner, `the option ${name}`, expected, actual)
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
    if (required && read[name] === undefined)
      throw invalidOption(nameOf(reader.owner), path + name, expected, undefined)
  }
  return read
}

function readOne({ owner, near }: Reader, path: string, value: unknown, rule: OptionRule): unknown {
  if (!rule.accepts(value)) throw invalidOption(nameOf(owner), path, rule.expected, value)
  return rule.table !== undefined && isPlain(value) ? readTable({ owner, near }, `${path}.`, value, rule.table) : value
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

function invalid(owner: Reader['owner'], what: string, expected: string, actual: string): ArlenError {
  return coreError('option_invalid', { owner: nameOf(owner), what, expected, actual })
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
