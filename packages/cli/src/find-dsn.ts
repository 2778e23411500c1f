import { appRootOf } from './app-root.ts'
import { type CommandInput, type Io, textOption } from './command.ts'
import { cliError } from './errors.ts'

/**
 * Runs a function with the DSN of a command's database: `--dsn`, else the configured one, else, outside production, the
 * application's embedded PostgreSQL.
 *
 * @throws ArlenError `database_missing`, `app_missing`, `root_missing`
 */
export async function withDsn<T>(
  input: CommandInput,
  root: string,
  io: Io,
  run: (dsn: string) => Promise<T>,
): Promise<T> {
  const given = textOption(input, 'dsn')
  if (given !== undefined) return run(given)
  // If the application uses a pooler, migrations need a direct connection.
  if (io.env.MIGRATION_DATABASE_URL) return run(io.env.MIGRATION_DATABASE_URL)
  const { environmentName, isProduction, loadConfig, startEmbedded } = await import('arlen')
  const environment = textOption(input, 'env') ?? environmentName(io.env)
  // Migrations do not need the application's secrets.
  const { url } = loadConfig({ root, env: io.env, environment, lenient: true }).config.db
  if (url) return run(url)
  if (isProduction(environment)) throw cliError('database_missing')
  // A database started in a folder without an application would never be found again.
  appRootOf(input, io)
  const server = await startEmbedded({ root, environment })
  try {
    return await run(server.dsn)
  } finally {
    await server.stop()
  }
}
