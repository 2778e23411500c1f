import type { Command } from 'cac'
import { UsageError } from './command.ts'

type Values = Readonly<Record<string, unknown>>

/**
 * The options with their values as they were typed. cac reads `0002` as the number 2 and an empty text as 0.
 *
 * @throws UsageError for an empty value, and for an option that is given twice, unless it is one such as `--include <glob...>`
 */
export function readValues(command: Command, given: Values, argv: readonly string[]): Record<string, unknown> {
  const typed = typedValues(argv)
  const read: Record<string, unknown> = { ...given }
  for (const { name, rawName, isBoolean, required } of command.options) {
    const value = given[name]
    if (isBoolean && Array.isArray(value)) read[name] = value.at(-1)
    if (required !== true || value === undefined || typeof value === 'boolean') continue
    const values = typed.get(name) ?? []
    const flag = `--${rawName.replace(/^.*--/, '').replace(/ .*/, '')}`
    if (values.includes('') || values.length === 0) throw new UsageError(`${flag} needs a value`)
    const isRepeatable = rawName.endsWith('...>')
    if (values.length > 1 && !isRepeatable) throw new UsageError(`${flag} is given ${values.length} times`)
    read[name] = isRepeatable ? values : values[0]
  }
  return read
}

/** The texts after `--name` or in `--name=text`, by the name as cac writes it: `maxErrorRate`. */
function typedValues(argv: readonly string[]): Map<string, string[]> {
  const end = argv.indexOf('--')
  const words = end < 0 ? argv : argv.slice(0, end)
  const values = new Map<string, string[]>()
  for (const [index, word] of words.entries()) {
    const [, flag, inline] = /^--([\w-]+)(?:=(.*))?$/s.exec(word) ?? []
    if (flag === undefined) continue
    const name = flag.replace(/([a-z])-([a-z])/g, (_, left: string, right: string) => left + right.toUpperCase())
    values.set(name, [...(values.get(name) ?? []), inline ?? words[index + 1] ?? ''])
  }
  return values
}
