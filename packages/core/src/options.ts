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
 * @param owner - who takes the options, as the message names it: `createRouter()`
 * @returns a copy with the options that were given
 * @throws ArlenError `option_unknown` for a name that is not in the table, with the one that was probably meant;
 *   `option_invalid` for a value that its rule refuses. The values of secrets are not quoted.
 */
export function readOptions<T extends object>(owner: string, given: T | undefined, table: OptionTable<T>): T {
  if (given === undefined) return {} as T
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw coreError('option_invalid', { owner, what: 'the options', expected: 'an object', actual: shown(given) })
  }
  return readTable(owner, '', given as Readonly<Record<string, unknown>>, table) as T
}

function readTable(
  owner: string,
  path: string,
  given: Readonly<Record<string, unknown>>,
  table: Readonly<Record<string, OptionRule>>,
): object {
  const read: Record<string, unknown> = {}
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(table, name)) throw unknownOption(owner, path, name, Object.keys(table))
    const value = given[name]
    if (value !== undefined) read[name] = readOne(owner, path + name, value, table[name]!)
  }
  return read
}

function readOne(owner: string, path: string, value: unknown, rule: OptionRule): unknown {
  if (!rule.accepts(value)) {
    const actual = isSecretName(path) ? `the ${typeof value} given` : shown(value)
    throw coreError('option_invalid', { owner, what: `the option ${path}`, expected: rule.expected, actual })
  }
  if (rule.table === undefined || typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return readTable(owner, `${path}.`, value as Readonly<Record<string, unknown>>, rule.table)
}

function unknownOption(owner: string, path: string, name: string, known: readonly string[]): Error {
  const near = suggest(name, known)
  const hint = near === undefined ? ` It takes ${known.join(', ')}.` : ` Did you mean ${path}${near}?`
  return coreError('option_unknown', { owner, name: path + name, hint: known.length > 0 ? hint : '' })
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
