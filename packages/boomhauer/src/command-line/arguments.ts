import { parseArgs } from 'node:util'
import { suggest } from '@arlen/core/options'
import { boomhauerError } from '../errors.ts'
import type { BoomhauerOptions } from '../options.ts'

/** The mode of operation. */
export type Mode = 'serve' | 'once' | 'prepare-only' | 'print-routes' | 'help'

export const USAGE = `Usage: boomhauer [module] [options]

Serves an application during development: every save is live at once, every mistake is shown where it is.
The module's default export is the application. Default: app.ts, app.js, src/app.ts or src/app.js.

  --port <number>         port, default 3000; 0 for any free port
  --host <address>        address, default 127.0.0.1
  --allow-host <name>     also accept this host name (repeatable; .example.test includes its subdomains)
  --env <name>            ARLEN_ENV of the application, default development
  --root <folder>         folder of the application, default the working directory
  --watch <glob>          further files to rebuild for, such as content or 'locales/*.po' (repeatable)
  --no-watch              do not rebuild on changes
  --poll [ms]             poll for changes instead of relying on notifications
  --ignore <glob>         files whose changes are ignored (repeatable)
  --typecheck <mode>      notice (default), block or off
  --editor <name>         vscode, cursor, zed, webstorm, … or a link with {file}, {line} and {column}
  --node-arg <argument>   argument for Node.js in the application's process, such as --inspect (repeatable)
  --once                  build and start, report the outcome, and exit
  --prepare-only          check templates and types without starting the application
  --print-routes          start the application, print its routes, and exit
  --json                  report as JSON: each event on a line, or one document with --once, --prepare-only and --print-routes
`

type Kind = { type: 'string' | 'boolean'; multiple?: true; short?: string }

const OPTIONS: Readonly<Record<string, Kind>> = {
  port: { type: 'string' },
  host: { type: 'string' },
  'allow-host': { type: 'string', multiple: true },
  env: { type: 'string' },
  root: { type: 'string' },
  watch: { type: 'string', multiple: true },
  'no-watch': { type: 'boolean' },
  poll: { type: 'boolean' }, // a number may follow
  ignore: { type: 'string', multiple: true },
  typecheck: { type: 'string' },
  editor: { type: 'string' },
  'node-arg': { type: 'string', multiple: true },
  once: { type: 'boolean' },
  'prepare-only': { type: 'boolean' },
  'print-routes': { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
}

/**
 * Reads a command line.
 *
 * @param argv - the arguments without the program
 * @throws ArlenError `arguments_invalid`
 */
export function parseArguments(argv: readonly string[]): { mode: Mode; json?: true; options: BoomhauerOptions } {
  const { positionals, values } = read(argv)
  const text = (name: string) => values.get(name)?.at(-1)
  const mode = (['help', 'once', 'prepare-only', 'print-routes'] as const).find(name => values.has(name)) ?? 'serve'
  const poll = text('poll')
  const options = {
    entry: positionals[0],
    port: portOf(text('port')),
    host: text('host'),
    allowedHosts: values.get('allow-host'),
    env: text('env'),
    root: text('root'),
    ignore: values.get('ignore'),
    typecheck: text('typecheck'),
    editor: text('editor'),
    nodeArgs: values.get('node-arg'),
    poll: poll === '' ? true : numberOf('poll', poll),
    watch: mode === 'serve' && !values.has('no-watch') && (values.get('watch') ?? true),
  }
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  return { mode, ...(values.has('json') && { json: true }), options: Object.fromEntries(given) as BoomhauerOptions }
}

/** The values by option, '' for options without a value, and the positional arguments. */
function read(argv: readonly string[]): { positionals: string[]; values: Map<string, string[]> } {
  const { tokens } = parseArgs({
    args: [...argv],
    options: OPTIONS,
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const positionals: string[] = []
  const values = new Map<string, string[]>()
  let pollAt = -1
  for (const token of tokens) {
    if (token.kind === 'option') {
      const { name, value } = token
      checkOption(token)
      if (name === 'poll' && value === undefined) pollAt = token.index
      values.set(name, [...(values.get(name) ?? []), value ?? ''])
    } else if (token.kind === 'positional') {
      if (token.index === pollAt + 1 && pollAt >= 0 && /^\d+$/.test(token.value)) values.set('poll', [token.value])
      else positionals.push(token.value)
    }
  }
  if (positionals.length > 1) throw wrong(`one module, not ${positionals.length}: ${positionals.join(', ')}.`)
  return { positionals, values }
}

interface OptionToken {
  name: string
  rawName: string
  value?: string | undefined
  inlineValue?: boolean | undefined
}

function checkOption({ name, rawName, value, inlineValue }: OptionToken): void {
  const option = Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined
  if (!option) {
    const meant = suggest(name, Object.keys(OPTIONS))
    throw wrong(`there is no option ${rawName}${meant === undefined ? '.' : `; did you mean --${meant}?`}`)
  }
  const missing = value === undefined || (!inlineValue && value.startsWith('--') && name !== 'node-arg')
  if (option.type === 'string' && missing) throw wrong(`${rawName} needs a value.`)
  if (option.type === 'boolean' && inlineValue && name !== 'poll') throw wrong(`${rawName} takes no value.`)
}

function portOf(text: string | undefined): number | undefined {
  const port = numberOf('port', text)
  if (port === undefined || (Number.isInteger(port) && port >= 0 && port <= 65_535)) return port
  throw wrong(`--port must be a whole number from 0 to 65535, not ${text}.`)
}

function numberOf(option: string, text: string | undefined): number | undefined {
  const value = Number(text)
  if (text === undefined || (text.trim() !== '' && Number.isFinite(value))) return text === undefined ? text : value
  throw wrong(`--${option} must be a number, not ${text}.`)
}

function wrong(problem: string): Error {
  return boomhauerError('arguments_invalid', { problem })
}
