import { type CommandInput, type Io, textOption } from './command.ts'
import { cliError } from './errors.ts'

/**
 * Runs something on the database that a command means: `--dsn`, else that of the configuration, else, outside
 * production, the application's embedded PostgreSQL.
 *
 * @throws ArlenError `database_missing`
 */
export async function withDsn<T>(
  input: CommandInput,
  root: string,
  io: Io,
  run: (dsn: string) => Promise<T>,
): Promise<T> {
  const given = textOption(input, 'dsn')
  if (given !== undefined) return run(given)
  // Where the application goes through a pooler, migrations need a way past it.
  if (io.env.MIGRATION_DATABASE_URL) return run(io.env.MIGRATION_DATABASE_URL)
  const { environmentName, isProduction, loadConfig, startEmbedded } = await import('arlen')
  const environment = textOption(input, 'env') ?? environmentName(io.env)
  // Who migrates need not know the secrets that the application will be started with.
  const { url } = loadConfig({ root, env: io.env, environment, lenient: true }).config.db
  if (url) return run(url)
  if (isProduction(environment)) throw cliError('database_missing')
  const server = await startEmbedded({ root, environment })
  try {
    return await run(server.dsn)
  } finally {
    await server.stop()
  }
}
