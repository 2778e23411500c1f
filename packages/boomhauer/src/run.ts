import { once } from 'node:events'
import { parseArguments, USAGE } from './arguments.ts'
import { Boomhauer } from './boomhauer.ts'
import { resolveOptions } from './options.ts'
import { report } from './terminal.ts'

export interface Io {
  out: (line: string) => void
  color: boolean
}

const terminal: Io = {
  out: line => console.log(line),
  color: process.stdout.isTTY === true && !process.env.NO_COLOR,
}

/**
 * The command line of the development server, from its arguments to the exit code: 0 it was ended or went well, 1 the
 * application is broken.
 *
 * @throws ArlenError when it cannot be done at all
 */
export async function runBoomhauer(argv: readonly string[], io: Io = terminal): Promise<number> {
  const { mode, options } = parseArguments(argv)
  if (mode === 'help') {
    io.out(USAGE)
    return 0
  }
  const server = new Boomhauer(resolveOptions(options))
  report(server, { write: io.out, color: io.color })
  const ended = Promise.withResolvers<void>()
  const end = () => ended.resolve()
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.once(signal, end)
  try {
    const outcome = Promise.race([once(server, 'ready').then(() => 0), once(server, 'failed').then(() => 1)])
    await server.start()
    if (mode !== 'serve') return await Promise.race([outcome, ended.promise.then(() => 1)])
    io.out(`boomhauer at ${server.url}`)
    await ended.promise
    return 0
  } finally {
    for (const signal of signals) process.off(signal, end)
    await server.close()
  }
}
