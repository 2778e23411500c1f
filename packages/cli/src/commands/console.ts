import { type Command, rootOf, textOption } from '../command.ts'
import { loadApp } from '../load-app.ts'

export const consoleCommand: Command = {
  usage: 'console',
  description: 'Open a JavaScript console with the application, its database and its mail; promises are awaited',
  options: [
    ['--env <name>', 'Environment, instead of ARLEN_ENV'],
    ['--root <folder>', 'Folder of the application'],
  ],
  examples: ['arlen console', "echo 'db.value(`select count(*) from users`)' | arlen console"],
  async run(input, io) {
    const environment = textOption(input, 'env')
    // The application reads its environment from the process when it is loaded.
    if (environment !== undefined) process.env.ARLEN_ENV = environment
    const app = await loadApp(rootOf(input, io))
    await app.start()
    const [{ runConsole }, { sql }, { formatRoutes }] = await Promise.all([
      import('../console/console.ts'),
      import('@arlen/pg'),
      import('@arlen/router'),
    ])
    const isTerminal = io.isTerminal ?? false
    if (isTerminal)
      io.out('app, config, db, log, mail, sql`…`, routes(), request(path): all promises are awaited. Ctrl-D leaves.')
    const helpers = {
      sql,
      routes: () => void io.out(formatRoutes(app.router.list())),
      /** A response of the application. */
      request: (path: string, init?: RequestInit) => app.fetch(new Request(new URL(path, 'http://localhost'), init)),
    }
    try {
      return await runConsole({ app, input: process.stdin, output: process.stdout, isTerminal, helpers })
    } finally {
      await app.close({ graceMs: 0 })
    }
  },
}
