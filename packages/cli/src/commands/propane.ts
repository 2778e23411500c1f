import { resolve } from 'node:path'
import { READINESS_PATH } from '@arlen/core/health-paths'
import { type Command, textOption } from '../command.ts'
import { findAppModule } from '../load-app.ts'

export const propaneCommand: Command = {
  usage: 'propane [...words]',
  json: 'lines',
  actions: [
    ['start', 'Serve, as without a word'],
    ['status', 'Show the running one and its workers'],
    ['top', 'The same, again and again'],
    ['health', 'Exit with 0 if it is ready'],
    ['reload', 'Replace the workers one by one'],
    ['stop', 'Finish the requests and stop'],
    ['scale <n>', 'Change the number of workers'],
    ['upgrade', 'Replace the whole program, without losing a connection'],
    ['reopen-logs', 'Open the log file again, after it was moved'],
    ['metrics', 'Print the metrics for Prometheus'],
    ['diagnose <worker> <what>', 'Write its cpu profile, heap snapshot or stacks to a file'],
  ],
  description: 'Serve the application in production; or status, reload, stop, scale, upgrade a running one',
  options: [
    ['--workers <n>', 'Number of worker processes, or auto'],
    ['--port <n>', 'Port to listen on'],
    ['--host <address>', 'Address to listen on'],
    ['--control-socket <path>', 'That of the running one, if several run'],
    ['--root <folder>', 'Folder of the application'],
  ],
  examples: ['arlen propane --workers 4', 'arlen propane reload'],
  anyOptions: true,
  async run(input, io) {
    const { runPropane } = await import('@arlen/propane')
    const lines = {
      out: (text: string) => io.out(text.trimEnd()),
      error: (text: string) => io.err(text.trimEnd()),
      control: process.stdout.isTTY ? (sequence: string) => void process.stdout.write(sequence) : undefined,
    }
    const root = resolve(io.cwd, textOption(input, 'root') ?? '.')
    const propaneIo = { env: { ...io.env }, app: appIn(root), ...lines }
    return runPropane(withoutRoot(input.argv), propaneIo, async () => {
      const { loadConfig } = await import('arlen')
      const environment = io.env.ARLEN_ENV || io.env.NODE_ENV || 'production'
      // The workers apply production's rules to the application, including settings in its own code: createApp({ config }).
      const release = input.options.json === true ? io.reserve?.() : undefined
      const { http, propaneAccessories } = loadConfig({ root, env: io.env, environment, lenient: true }).config
      release?.()
      return {
        app: findAppModule(root),
        accessories: { host: http.host, port: http.port, probePath: READINESS_PATH, ...propaneAccessories },
        env: { ...io.env, ARLEN_ENV: environment },
      }
    })
  },
}

/** In the folder of an application, `arlen propane stop` is for that application alone. */
function appIn(root: string): string | undefined {
  try {
    return findAppModule(root)
  } catch {
    return undefined
  }
}

/** `--root` is this command's, other options are propane's, and arguments after `--` are the application's. */
function withoutRoot(argv: readonly string[]): string[] {
  const end = argv.indexOf('--')
  const own = end < 0 ? argv : argv.slice(0, end)
  const rest = own.filter((word, index) => !/^--root(?:=|$)/.test(word) && own[index - 1] !== '--root')
  return [...rest, ...argv.slice(own.length)]
}
