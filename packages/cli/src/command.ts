import { resolve } from 'node:path'
import { suggest } from '@arlen/core/options'

/** A command's access to its surroundings; tests provide their own. */
export interface Io {
  cwd: string
  env: Readonly<Record<string, string | undefined>>
  out(line: string): void
  err(line: string): void
  /** Whether a person can be asked. */
  isTerminal?: boolean
  /** Shows the current activity on a terminal, in place of the previous one; without a text, clears it. */
  status?(text?: string): void
  /**
   * Keeps standard output for `out()`: what the application or a library prints goes to standard error from now on.
   *
   * @returns undoes it
   */
  reserve?(): () => void
}

/**
 * One command of `arlen`. Each file in `commands/` holds one and calls a package to do the work. It imports the package only
 * when it runs, so that `arlen --help` and the other commands do not load it.
 */
export interface Command {
  /** The name and its positional arguments: `migrate [action]`. */
  usage: string
  description: string
  /** Flags and what they do: `['--dry-run', 'Print the plan and change nothing']`. `<glob...>` may be given more than once. */
  options?: readonly (readonly [flags: string, description: string])[]
  examples?: readonly string[]
  /** What may follow its name, for help and completion: `['rename <version>', 'Move it to the end']`. */
  actions?: readonly (readonly [form: string, description: string])[]
  /** Accepts options that are not listed and parses `argv` itself. */
  anyOptions?: boolean
  /**
   * What `--json` makes of standard output: one document, or one on each line as things happen. Absent for a command that has nothing
   * to report, such as a console; it has no `--json`.
   */
  json?: 'document' | 'lines'
  /** Resolves with the exit code; undefined means 0. An error is printed as one line, with exit code 1. */
  run(input: CommandInput, io: Io): Promise<number | undefined> | Promise<void>
}

const JSON_OPTION = { document: 'As JSON', lines: 'As JSON, one document on each line' }

/** The options of a command with their descriptions, `--json` among them if it reports. */
export function optionsOf({ options = [], json }: Pick<Command, 'options' | 'json'>): NonNullable<Command['options']> {
  return json === undefined ? options : [...options, ['--json', JSON_OPTION[json]]]
}

/** The first words of a command's actions. */
export function wordsOf({ actions = [] }: Pick<Command, 'actions'>): string[] {
  return actions.map(([form]) => form.split(' ')[0]!)
}

/** The arguments of a command. */
export interface CommandInput {
  args: readonly string[]
  options: Readonly<Record<string, unknown>>
  /** The arguments after the command's name, as typed. */
  argv: readonly string[]
}

/** An invalid command line: printed with a hint at `--help`, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** The end of a message about an unknown word: the most similar known one, or all of them. */
export function didYouMean(word: string, known: readonly string[], verb: string = 'takes'): string {
  const near = suggest(word, known)
  return near ? `did you mean ${near}?` : `it ${verb} ${known.join(', ')}`
}

/**
 * Looks up the first argument of a command.
 *
 * @throws UsageError for an unknown one, with the one that was probably meant
 */
export function chooseWord<T>(command: string, word: string | undefined, table: Readonly<Record<string, T>>): T {
  if (word !== undefined && Object.hasOwn(table, word)) return table[word]!
  const known = Object.keys(table)
  if (word === undefined) throw new UsageError(`${command} needs an argument; it takes ${known.join(', ')}`)
  throw new UsageError(`there is no ${command} ${word}; ${didYouMean(word, known)}`)
}

/**
 * Checks the number of words after an action.
 *
 * @param allowed - how many it takes: `[0, 1]`
 * @throws UsageError
 */
export function checkWords(action: string, allowed: readonly number[], words: readonly string[]): void {
  if (allowed.includes(words.length)) return
  const most = Math.max(...allowed)
  if (words.length > most) throw new UsageError(`${action} does not take ${words.slice(most).join(' ')}`)
  throw new UsageError(`${action} needs ${most === 1 ? 'an argument' : 'arguments'}`)
}

/**
 * Refuses options of a command's other actions, which would be ignored.
 *
 * @param allowed - the options of this action, by their names in `options`: `dryRun`
 * @throws UsageError
 */
export function checkOptions(action: string, allowed: readonly string[], { options }: CommandInput): void {
  for (const [name, value] of Object.entries(options)) {
    // `--no-canary` is an option that is true where it was not given.
    const isGiven = value !== undefined && !(name === 'canary' && value === true)
    if (!isGiven || name === 'json' || allowed.includes(name)) continue
    const flag = `${value === false ? '--no-' : '--'}${name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`
    throw new UsageError(`${action} does not take ${flag}`)
  }
}

/** Prints one object as JSON. */
export function printJson(io: Io, value: unknown): undefined {
  io.out(JSON.stringify(value, null, 2))
}

/** JSON in one line, in which what is not known is null: a reader finds the same members whatever the state. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => (each === undefined ? null : each))
}

/** The folder of the application: `--root`, else the working folder. */
export function rootOf(input: CommandInput, io: Io): string {
  return resolve(io.cwd, textOption(input, 'root') ?? '.')
}

/** The value of an option, or undefined if it was not given. */
export function textOption(input: CommandInput, name: string): string | undefined {
  const value = input.options[name]
  if (value === undefined || value === true || value === '') return undefined
  return String(value)
}
