/** What a command may touch of the world; tests give their own. */
export interface Io {
  cwd: string
  env: Readonly<Record<string, string | undefined>>
  out(line: string): void
  err(line: string): void
}

/**
 * One command of `arlen`. A file of `commands/` holds one of these and calls a package for the work, which it imports when it
 * runs and no sooner: `arlen --help` and every other command do without.
 */
export interface Command {
  /** The name and its positional arguments: `migrate [action]`. */
  usage: string
  description: string
  /** Flags and what they do: `['--dry-run', 'Print the plan and change nothing']`. */
  options?: readonly (readonly [flags: string, description: string])[]
  examples?: readonly string[]
  /** Takes options that are not listed, and reads them from `argv` itself. */
  anyOptions?: boolean
  /** Resolves to the exit code; nothing means 0. What it throws is printed as one line, and the exit code is 1. */
  run(input: CommandInput, io: Io): Promise<number | undefined> | Promise<void>
}

/** What a command was called with. */
export interface CommandInput {
  args: readonly string[]
  options: Readonly<Record<string, unknown>>
  /** What stood after the name of the command, as it was typed. */
  argv: readonly string[]
}

/** The command line itself is wrong: printed with a hint at `--help`, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** The text of an option, or undefined where it was not given. */
export function textOption(input: CommandInput, name: string): string | undefined {
  const value = input.options[name]
  if (value === undefined || value === true || value === '') return undefined
  return String(value)
}
