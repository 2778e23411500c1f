import { ArlenError, failureOf } from '@arlen/core'
import { suggest } from '@arlen/core/options'
import { type Command as CacCommand, cac } from 'cac'
import { type Command, type CommandInput, type Io, optionsOf, UsageError } from './command.ts'
import { helpSections } from './help.ts'
import { readValues } from './option-values.ts'
import { processIo } from './terminal.ts'

/**
 * Runs the `arlen` command line.
 *
 * @param io - default: those of this process
 * @returns the exit code: 0 for success, 1 for a failure (one line on standard error gives the reason, with `--json` an object
 *   on standard output), 2 for an invalid command line
 */
export async function runCli(
  argv: readonly string[],
  commands: readonly Command[],
  version: string,
  io: Io = processIo(),
): Promise<number> {
  const cli = cac('arlen')
  const names = commands.map(command => command.usage.split(' ')[0]!)
  let outcome: Promise<unknown> | undefined

  for (const command of commands) {
    const entry = cli.command(command.usage, command.description)
    for (const [flags, description] of optionsOf(command)) entry.option(flags, description)
    for (const example of command.examples ?? []) entry.example(example)
    if (command.anyOptions) entry.allowUnknownOptions()
    entry.action((...parameters: unknown[]) => {
      const { '--': _, ...options } = parameters.pop() as Record<string, unknown>
      const args = parameters.flat().filter((arg): arg is string => arg !== undefined)
      const input: CommandInput = { args, options, argv: argv.slice(argv.indexOf(entry.name) + 1) }
      if (command.json === 'document' && options.json === true) io.reserve?.()
      outcome = command.run(input, io)
    })
  }
  cli.help(sections => helpSections(sections, commands[names.indexOf(cli.matchedCommandName ?? '')]))
  cli.version(version)

  try {
    const typed = argv[0] === 'help' ? [...argv.slice(1), '--help'] : argv
    refuseUnknownCommand(typed[0], names)
    cli.parse(['node', 'arlen', ...typed], { run: false })
    if (cli.options.help || cli.options.version) return 0
    const { matchedCommand } = cli
    if (!matchedCommand) {
      refuseUnknownCommand(cli.args[0], names)
      refuseUnknownOptions('arlen', [cli.globalCommand], cli.options)
      cli.outputHelp()
      return 0
    }
    if (!matchedCommand.config.allowUnknownOptions) {
      refuseUnknownOptions(matchedCommand.name, [matchedCommand, cli.globalCommand], cli.options)
      cli.options = readValues(matchedCommand, cli.options, argv)
    }
    refuseWords(matchedCommand, cli.args)
    cli.runMatchedCommand()
    const code = await outcome
    return typeof code === 'number' ? code : 0
  } catch (error) {
    const end = argv.indexOf('--')
    return report(error, io, (end < 0 ? argv : argv.slice(0, end)).includes('--json'))
  }
}

function refuseUnknownCommand(word: string | undefined, names: readonly string[]): void {
  if (word === undefined || word.startsWith('-') || names.includes(word)) return
  const meant = suggest(word, names)
  throw new UsageError(`there is no command ${word}${meant ? `; did you mean ${meant}?` : ''}`)
}

/** Rejects words as cac would, in plain English. */
function refuseWords({ name, args, rawName }: CacCommand, given: readonly string[]): void {
  const missing = args.filter(({ required }) => required)[given.length]
  if (missing !== undefined) throw new UsageError(`${name} needs a ${missing.value}: arlen ${rawName}`)
  if (args.some(({ variadic }) => variadic) || given.length <= args.length) return
  throw new UsageError(`${name} does not take ${given.slice(args.length).join(' ')}`)
}

/** Rejects unknown options as cac would, but names the option that was probably meant. */
function refuseUnknownOptions(
  who: string,
  commands: readonly CacCommand[],
  given: Readonly<Record<string, unknown>>,
): void {
  for (const name of Object.keys(given)) {
    if (name === '--' || commands.some(command => command.hasOption(name))) continue
    const dashes = name.length === 1 ? '-' : given[name] === false ? '--no-' : '--'
    const flag = dashes + name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)
    const known = commands.flatMap(({ options }) =>
      options.map(({ rawName }) => /--[\w-]+/.exec(rawName)?.[0] ?? rawName),
    )
    const meant = suggest(flag, known) ?? known.find(candidate => flag.length > 3 && candidate.startsWith(flag))
    throw new UsageError(`${who} has no option ${flag}${meant ? `; did you mean ${meant}?` : ''}`)
  }
}

const USAGE_REMEDY = 'Run arlen --help for the commands, arlen <command> --help for one.'

/** The code of a program that parses its own arguments, and says itself what to do. */
const ARGUMENTS = 'arguments_invalid'

function report(error: unknown, io: Io, asJson: boolean): number {
  const isUsage = error instanceof UsageError || (error instanceof Error && error.name === 'CACError')
  const known = error instanceof ArlenError ? error : undefined
  const failure = failureOf(error)
  if (isUsage) Object.assign(failure.error, { code: 'usage_invalid', remedy: USAGE_REMEDY })
  if (asJson) io.out(JSON.stringify(failure))
  else {
    io.err(`arlen: ${failure.error.message}`)
    if (isUsage) io.err(USAGE_REMEDY)
  }
  // Show the stack of a bug in arlen or the application; the message of an ArlenError says everything.
  if (!isUsage && !known && error instanceof Error && error.stack) {
    io.err(error.stack.split('\n').slice(1).join('\n'))
  }
  return isUsage || known?.code === ARGUMENTS ? 2 : 1
}
