import { parseArgs } from 'node:util'
import { boomhauerError } from '../errors.ts'
import type { BoomhauerOptions } from '../options.ts'

/** What to do, as opposed to how. */
export type Mode = 'serve' | 'once' | 'prepare-only' | 'print-routes' | 'help'

export const USAGE = `Usage: boomhauer [module] [options]

Serves an application while it is being written: every save is live at once, every mistake is shown where it is.
The module's default export is the application; without one it is app.ts, app.js, src/app.ts or src/app.js.

  --port <number>         default 3000; 0 is any
  --host <address>        default 127.0.0.1
  --allow-host <name>     answer for this host name too (repeatable; .example.test is all below it)
  --env <name>            ARLEN_ENV of the application, default development
  --root <folder>         default the working folder
  --no-watch              do not rebuild on changes
  --poll [ms]             read the folder again and again instead of being notified
  --ignore <glob>         files whose changes mean nothing (repeatable)
  --typecheck <how>       notice (default), block or off
  --editor <name>         vscode, cursor, zed, webstorm, … or a link with {file}, {line} and {column}
  --node-arg <argument>   for Node.js in the application's process, such as --inspect (repeatable)
  --once                  build, start, say how that went, and end
  --prepare-only          check templates and types without starting the application
  --print-routes          start the application, print its routes, and end
`

const OPTIONS = {
  port: { type: 'string' },
  host: { type: 'string' },
  'allow-host': { type: 'string', multiple: true },
  env: { type: 'string' },
  root: { type: 'string' },
  watch: { type: 'boolean' },
  poll: { type: 'boolean' },
  ignore: { type: 'string', multiple: true },
  typecheck: { type: 'string' },
  editor: { type: 'string' },
  'node-arg': { type: 'string', multiple: true },
  once: { type: 'boolean' },
  'prepare-only': { type: 'boolean' },
  'print-routes': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

/** @throws ArlenError `invalid_option` */
export function parseArguments(argv: readonly string[]): { mode: Mode; options: BoomhauerOptions } {
  // `--poll` takes a number or nothing, which parseArgs has no word for.
  const pollMs = argv.flatMap(
    (arg, i) => /^--poll=(.+)$/.exec(arg)?.[1] ?? (arg === '--poll' ? argv[i + 1] : undefined) ?? [],
  )
  const poll = pollMs.map(Number).find(ms => Number.isFinite(ms))
  const rest = argv.filter((arg, i) => !(argv[i - 1] === '--poll' && poll !== undefined && arg === String(poll)))
  const args = rest.map(arg => (arg.startsWith('--poll=') ? '--poll' : arg))
  const { values, positionals } = parse(args)
  const mode = (['help', 'once', 'prepare-only', 'print-routes'] as const).find(name => values[name]) ?? 'serve'
  return {
    mode,
    options: {
      ...(positionals[0] !== undefined && { entry: positionals[0] }),
      ...(values.port !== undefined && { port: numberOf('port', values.port) }),
      ...(values.host !== undefined && { host: values.host }),
      ...(values['allow-host'] && { allowedHosts: values['allow-host'] }),
      ...(values.env !== undefined && { env: values.env }),
      ...(values.root !== undefined && { root: values.root }),
      ...(values.ignore && { ignore: values.ignore }),
      ...(values.typecheck !== undefined && { typecheck: values.typecheck as 'notice' }),
      ...(values.editor !== undefined && { editor: values.editor }),
      ...(values['node-arg'] && { nodeArgs: values['node-arg'] }),
      ...(values.poll && { poll: poll ?? true }),
      watch: (values.watch ?? true) && mode === 'serve',
    },
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true, allowNegative: true })
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause)
    throw boomhauerError('invalid_option', { option: 'arguments', problem: `are wrong: ${problem}` }, { cause })
  }
}

function numberOf(option: string, text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isFinite(value)) return value
  throw boomhauerError('invalid_option', { option, problem: `must be a number, not ${text}` })
}
