import { loadConfig } from 'arlen'
import { type CommandInput, type Io, textOption } from './command.ts'
import { cliError } from './errors.ts'

/**
 * The database a command means: `--dsn`, else that of the configuration.
 *
 * @throws ArlenError `database_missing`
 */
export function findDsn(input: CommandInput, root: string, io: Io): string {
  const given = textOption(input, 'dsn')
  if (given !== undefined) return given
  const environment = textOption(input, 'env')
  // Who migrates need not know the secrets that the application will be started with.
  const { config } = loadConfig({ root, env: io.env, lenient: true, ...(environment && { environment }) })
  if (config.db.url) return config.db.url
  throw cliError('database_missing')
}
