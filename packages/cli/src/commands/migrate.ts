import { join, resolve } from 'node:path'
import { type MigrationEvent, migrate, type Step } from '@arlen/pg'
import { loadConfig } from 'arlen'
import { type Command, type CommandInput, type Io, textOption, UsageError } from '../command.ts'
import { cliError } from '../errors.ts'

export const migrateCommand: Command = {
  usage: 'migrate [...words]',
  description: 'Apply the migrations of db/migrations that have not been applied',
  options: [
    ['--env <name>', 'Environment whose configuration names the database'],
    ['--dsn <uri>', 'PostgreSQL connection URI, instead of the configured one'],
    ['--dry-run', 'Print the plan and change nothing'],
    ['--check', 'With --dry-run: run the plan in a transaction that is rolled back'],
    ['--root <folder>', 'Folder of the application'],
  ],
  examples: ['arlen migrate --env production --dry-run'],
  async run(input, io) {
    if (input.args.length > 0) throw new UsageError(`migrate does not take ${input.args.join(' ')}`)
    const root = resolve(io.cwd, textOption(input, 'root') ?? '.')
    const dryRun = input.options.dryRun === true
    const { steps } = await migrate({
      dsn: dsnOf(input, root, io),
      dir: join(root, 'db/migrations'),
      dryRun,
      check: input.options.check === true,
      onEvent: event => tell(event, dryRun, io),
    })
    if (steps.length === 0) io.out('Nothing to migrate.')
  },
}

function dsnOf(input: CommandInput, root: string, io: Io): string {
  const given = textOption(input, 'dsn')
  if (given !== undefined) return given
  const environment = textOption(input, 'env')
  const { url } = loadConfig({ root, env: io.env, ...(environment && { environment }) }).config.db
  if (url) return url
  throw cliError('database_missing')
}

function tell(event: MigrationEvent, dryRun: boolean, io: Io): void {
  switch (event.type) {
    case 'plan':
      if (dryRun) for (const step of event.steps) io.out(`would apply ${label(step)}`)
      break
    case 'waiting':
      io.out(`waiting for another migrator: ${event.holder}`)
      break
    case 'retry':
      io.out(`${label(event.step)} waits for a lock, attempt ${event.attempt}: ${event.blockers}`)
      break
    case 'progress':
      io.out(`${label(event.step)} ${event.message}`)
      break
    case 'repaired':
      io.out(`repaired ${label(event.step)}: ${event.action}`)
      break
    case 'done':
      io.out(`applied ${label(event.step)} in ${Math.round(event.durationMs)} ms`)
  }
}

function label(step: Step): string {
  return `${step.version}_${step.name}`
}
