import type { Command } from '../command.ts'

export const boomhauerCommand: Command = {
  usage: 'boomhauer [...words]',
  description: 'Serve the application while it is being written: every save is live, every mistake is shown',
  options: [
    ['--port <n>', 'Port to listen on'],
    ['--host <address>', 'Address to listen on'],
    ['--once', 'Build, start, say how that went, and end'],
    ['--root <folder>', 'Folder of the application'],
  ],
  anyOptions: true,
  // The button that applies pending migrations runs this program.
  async run(input) {
    const { runBoomhauer } = await import('@arlen/boomhauer')
    return runBoomhauer(input.argv, undefined, {
      actions: { migrate: [process.execPath, ...process.execArgv, process.argv[1]!, 'migrate'] },
      nodeArgs: process.execArgv,
    })
  },
}
