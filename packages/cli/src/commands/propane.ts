import { resolve } from 'node:path'
import { type Command, textOption, UsageError } from '../command.ts'
import { findAppModule } from '../load-app.ts'

export const propaneCommand: Command = {
  usage: 'propane [...words]',
  description: 'Serve the application in production; or status, reload, stop, scale, upgrade a running one',
  options: [
    ['--workers <n>', 'Number of worker processes, or auto'],
    ['--port <n>', 'Port to listen on'],
    ['--host <address>', 'Address to listen on'],
    ['--root <folder>', 'Folder of the application'],
  ],
  examples: ['arlen propane --workers 4', 'arlen propane reload'],
  anyOptions: true,
  async run(input, io) {
    const { accessoriesFromEnv, main, parseArguments, serve } = await import('@arlen/propane')
    const root = resolve(io.cwd, textOption(input, 'root') ?? '.')
    const argv = withoutRoot(input.argv)
    const { accessories, problems, positional } = parseArguments(argv)
    const [action = 'start', ...rest] = positional
    if (action !== 'start') return main(argv)
    const problem = problems[0] ?? (rest.length > 0 ? `propane start does not take ${rest.join(' ')}` : undefined)
    if (problem !== undefined) throw new UsageError(problem)
    const { loadConfig } = await import('arlen')
    const environment = io.env.ARLEN_ENV ?? io.env.NODE_ENV ?? 'production'
    const { config } = loadConfig({ root, env: io.env, environment })
    return serve({
      host: config.http.host,
      port: config.http.port,
      probePath: '/readyz',
      ...config.propaneAccessories,
      ...accessoriesFromEnv(io.env),
      ...accessories,
      app: findAppModule(root),
      env: { ...io.env, ARLEN_ENV: environment },
    })
  },
}

/** `--root` is ours; what is left is propane's. */
function withoutRoot(argv: readonly string[]): string[] {
  return argv.filter((word, index) => !word.startsWith('--root') && argv[index - 1] !== '--root')
}
