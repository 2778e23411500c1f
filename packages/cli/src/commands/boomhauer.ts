import type { Command } from '../command.ts'

const boomhauer: Omit<Command, 'usage'> = {
  description: 'Serve the application during development: every save is live, every mistake is shown',
  options: [
    ['--port <n>', 'Port to listen on'],
    ['--host <address>', 'Address to listen on'],
    ['--allow-host <name...>', 'Also accept this host name'],
    ['--env <name>', 'ARLEN_ENV of the application, default development'],
    ['--watch [glob...]', 'Further files to rebuild for'],
    ['--no-watch', 'Do not rebuild on changes'],
    ['--poll [ms]', 'Look for changes instead of being told of them'],
    ['--ignore <glob...>', 'Files whose changes are ignored'],
    ['--typecheck <mode>', 'notice (default), block or off'],
    ['--editor <name>', 'What opens from a link to a line'],
    ['--node-arg [argument...]', "Argument for Node.js in the application's process, such as --inspect"],
    ['--prepare-only', 'Check templates and types, without the application'],
    ['--print-routes', 'Start the application, print its routes, and end'],
    ['--once', 'Build and start, report the outcome, and exit'],
    ['--root <folder>', 'Folder of the application'],
  ],
  examples: ['arlen dev --port 4000', 'arlen dev src/server.ts', 'arlen dev --ignore "data/**" --typecheck block'],
  anyOptions: true,
  json: 'lines',
  // The button that applies pending migrations runs this program.
  async run(input, io) {
    const { runBoomhauer } = await import('@arlen/boomhauer')
    const color = process.stdout.isTTY === true && !io.env.NO_COLOR
    return runBoomhauer(
      input.argv,
      { out: io.out, color },
      {
        actions: { migrate: [process.execPath, ...process.execArgv, process.argv[1]!, 'migrate'] },
        nodeArgs: process.execArgv,
        root: io.cwd,
      },
    )
  },
}

export const boomhauerCommand: Command = { ...boomhauer, usage: 'boomhauer [...words]' }
/** The same, under the name that people try first. */
export const devCommand: Command = { ...boomhauer, usage: 'dev [...words]' }
