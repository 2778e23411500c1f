import { ArlenError } from '@arlen/core'
import { suggest } from '@arlen/core/options'
import { type Command as CacCommand, cac } from 'cac'
import { type Command, type CommandInput, type Io, UsageError } from './command.ts'

/**
 * Runs the `arlen` command line.
 *
 * @returns the exit code: 0 for success, 1 for a failure (one line on standard error gives the reason, with `--json` an object
 *   on standard output), 2 for an invalid command line
 */
export async function runCli(
  argv: readonly string[],
  commands: readonly Command[],
  version: string,
  io: Io,
): Promise<number> {
  const cli = cac('arlen')
  const names = commands.map(command => command.usage.split(' ')[0]!)
  let outcome: Promise<unknown> | undefined

  for (const command of commands) {
    const entry = cli.command(command.usage, command.description)
    for (const [flags, description] of command.options ?? []) entry.option(flags, description)
    for (const example of command.examples ?? []) entry.example(example)
    if (command.anyOptions) entry.allowUnknownOptions()
    entry.action((...parameters: unknown[]) => {
      const { '--': _, ...options } = parameters.pop() as Record<string, unknown>
      const args = parameters.flat().filter((arg): arg is string => arg !== undefined)
      const input: CommandInput = { args, options, argv: argv.slice(argv.indexOf(entry.name) + 1) }
      outcome = command.run(input, io)
    })
  }
  cli.help()
  cli.version(version)

  try {
    cli.parse(['node', 'arlen', ...(argv[0] === 'help' ? [...argv.slice(1), '--help'] : argv)], { run: false })
    if (cli.options.help || cli.options.version) return 0
    if (!cli.matchedCommand) {
      const word = cli.args[0]
      if (word === undefined) {
        refuseUnknownOptions('arlen', [cli.globalCommand], cli.options)
        cli.outputHelp()
        return 0
      }
      const meant = suggest(word, names)
      throw new UsageError(`there is no command ${word}${meant ? `; did you mean ${meant}?` : ''}`)
    }
    if (!cli.matchedCommand.config.allowUnknownOptions) {
      refuseUnknownOptions(cli.matchedCommand.name, [cli.matchedCommand, cli.globalCommand], cli.options)
    }
    cli.runMatchedCommand()
    const code = await outcome
    return typeof code === 'number' ? code : 0
  } catch (error) {
    const wantsJson = cli.matchedCommand?.hasOption('json') && argv.includes('--json')
    return report(error, io, wantsJson === true)
  }
}

/** Rejects unknown options as cac would, but names the option that was probably meant. */
function refuseUnknownOptions(
  who: string,
  commands: readonly CacCommand[],
  given: Readonly<Record<string, unknown>>,
): void {
  for (const name of Object.keys(given)) {
    if (name === '--' || commands.some(command => command.hasOption(name))) continue
    const flag = name.length === 1 ? `-${name}` : `--${name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`
    const known = commands.flatMap(({ options }) =>
      options.map(({ rawName }) => /--[\w-]+/.exec(rawName)?.[0] ?? rawName),
    )
    const meant = suggest(flag, known) ?? known.find(candidate => flag.length > 3 && candidate.startsWith(flag))
    throw new UsageError(`${who} has no option ${flag}${meant ? `; did you mean ${meant}?` : ''}`)
  }
}

function report(error: unknown, io: Io, asJson: boolean): number {
  const usage = error instanceof UsageError || (error instanceof Error && error.name === 'CACError')
  const message = error instanceof Error ? error.message : String(error)
  if (asJson) {
    const code = usage ? 'usage_invalid' : error instanceof ArlenError ? error.code : 'failed'
    io.out(JSON.stringify({ error: { code, message } }))
    return usage ? 2 : 1
  }
  io.err(`arlen: ${message}`)
  if (usage) {
    io.err('Run arlen --help for the commands, arlen <command> --help for one.')
    return 2
  }
  // A program that parses its own arguments gives its own hint.
  if (error instanceof ArlenError && error.code === 'arguments_invalid') return 2
  // Show the stack of a bug in arlen or the application; the message of an ArlenError says everything.
  if (!(error instanceof ArlenError) && error instanceof Error && error.stack) {
    io.err(error.stack.split('\n').slice(1).join('\n'))
  }
  return 1
}
