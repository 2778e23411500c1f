import type { Command } from '../command.ts'

const boomhauer: Omit<Command, 'usage'> = {
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

export const boomhauerCommand: Command = { ...boomhauer, usage: 'boomhauer [...words]' }
/** The same, under the name that people try first. */
export const devCommand: Command = { ...boomhauer, usage: 'dev [...words]' }
