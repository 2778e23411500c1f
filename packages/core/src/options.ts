import { coreError } from './errors.ts'
import type { OptionRule, OptionTable } from './option-rules.ts'
import { isSecretName } from './secret-names.ts'
import { suggest } from './suggest.ts'

export { type OptionRule, type OptionTable, option } from './option-rules.ts'
export { isSetByOrchestrator } from './orchestrator-env.ts'
export { suggest } from './suggest.ts'

/**
 * Reads the options that a caller gave. What is `undefined` counts as not given.
 *
 * ```ts
 * const OPTIONS: OptionTable<RouterOptions> = { caseSensitive: option.boolean, maxParams: option.integer(1) }
 * const { caseSensitive = true } = readOptions('createRouter()', given, OPTIONS)
 * ```
 *
 * @param owner - who takes the options, as messages name it: `createRouter()`. A function is called for a message only
 * @param near - further names to suggest for a misspelt one
 * @returns a copy with the options that were given
 * @throws ArlenError `option_unknown` for a name that is not in the table, with the one that was probably meant;
 *   `option_invalid` for a value that its rule refuses. The values of secrets are not quoted.
 */
export function readOptions<T extends object>(
  owner: string | (() => string),
  given: T | undefined,
  table: OptionTable<T>,
  near: readonly string[] = [],
): T {
  if (given === undefined) return {} as T
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw coreError('option_invalid', {
      owner: nameOf(owner),
      what: 'the options',
      expected: 'an object',
      actual: shown(given),
    })
  }
  return readTable({ owner, near }, '', given as Readonly<Record<string, unknown>>, table) as T
}

interface Reader {
  readonly owner: string | (() => string)
  readonly near: readonly string[]
}

function readTable(
  reader: Reader,
  path: string,
  given: Readonly<Record<string, unknown>>,
  table: Readonly<Record<string, OptionRule>>,
): object {
  const read: Record<string, unknown> = {}
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(table, name)) throw unknownOption(reader, path, name, Object.keys(table))
    const value = given[name]
    if (value !== undefined) read[name] = readOne(reader, path + name, value, table[name]!)
  }
  return read
}

function readOne(reader: Reader, path: string, value: unknown, rule: OptionRule): unknown {
  if (!rule.accepts(value)) {
    const actual = isSecretName(path) ? `the ${typeof value} given` : shown(value)
    throw coreError('option_invalid', {
      owner: nameOf(reader.owner),
      what: `the option ${path}`,
      expected: rule.expected,
      actual,
    })
  }
  if (rule.table === undefined || typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return readTable(reader, `${path}.`, value as Readonly<Record<string, unknown>>, rule.table)
}

function unknownOption(reader: Reader, path: string, name: string, known: readonly string[]): Error {
  const near = suggest(name, path === '' ? [...known, ...reader.near] : known)
  const hint = near === undefined ? ` It takes ${known.join(', ')}.` : ` Did you mean ${path}${near}?`
  return coreError('option_unknown', {
    owner: nameOf(reader.owner),
    name: path + name,
    hint: known.length > 0 ? hint : '',
  })
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
