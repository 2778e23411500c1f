/** A command's access to its surroundings; tests provide their own. */
export interface Io {
  cwd: string
  env: Readonly<Record<string, string | undefined>>
  out(line: string): void
  err(line: string): void
}

/**
 * One command of `arlen`. Each file in `commands/` holds one and calls a package to do the work. It imports the package only
 * when it runs, so that `arlen --help` and the other commands do not load it.
 */
export interface Command {
  /** The name and its positional arguments: `migrate [action]`. */
  usage: string
  description: string
  /** Flags and what they do: `['--dry-run', 'Print the plan and change nothing']`. */
  options?: readonly (readonly [flags: string, description: string])[]
  examples?: readonly string[]
  /** Accepts options that are not listed and parses `argv` itself. */
  anyOptions?: boolean
  /** Resolves with the exit code; undefined means 0. An error is printed as one line, with exit code 1. */
  run(input: CommandInput, io: Io): Promise<number | undefined> | Promise<void>
}

/** What a command was called with. */
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

/** The value of an option, or undefined if it was not given. */
export function textOption(input: CommandInput, name: string): string | undefined {
  const value = input.options[name]
  if (value === undefined || value === true || value === '') return undefined
  return String(value)
}
