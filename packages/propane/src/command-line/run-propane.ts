import { failureOf } from '@arlen/core/error-table'
import {
  type AccessoryInput,
  accessoriesFromEnv,
  checkVariables,
  invalidSettings,
  mergeAccessories,
  resolveAccessories,
} from '../accessories.ts'
import { MAX_WORKERS } from '../primary/check-workers.ts'
import { serve } from '../serve.ts'
import { fs } from '../system/builtins.ts'
import { type Arguments, parseArguments } from './arguments.ts'
import { command, describeResult, isCommand, locate, mistypedCommand, type Target } from './commands.ts'
import { readConfigFile } from './config-file.ts'
import { releaseSignals } from './early-signals.ts'
import { printAccessories, SHORT_USAGE, usage } from './usage.ts'
import { watchStatus } from './watch-status.ts'

const OK = 0
const FAILED = 1
const WRONG_USAGE = 2

/** The input and output of the command. */
export interface Io {
  env: NodeJS.ProcessEnv
  out: (text: string) => void
  error: (text: string) => void
  /** Path of the application that commands such as `stop` are for when they name none. Default: the only one that runs. */
  app?: string | undefined
  /** Writes control sequences, where `out` is a terminal that they can be sent to. */
  control?: ((sequence: string) => void) | undefined
}

/** Defaults from a program that calls this command for its own application. */
export interface RunDefaults {
  /** Path of the application's module. The command line must not name one then. */
  app: string
  /** Accessories, which flags and `ARLEN_PROPANE_*` variables override. */
  accessories: AccessoryInput
  /** Environment of the workers. */
  env: NodeJS.ProcessEnv
}

const PROCESS: Io = {
  env: process.env,
  out: text => process.stdout.write(text),
  error: text => process.stderr.write(text),
  control: process.stdout.isTTY ? sequence => process.stdout.write(sequence) : undefined,
}

/** The same, and whether everything is written as JSON. */
interface Output extends Io {
  json: boolean
}

/**
 * Runs the `propane` command and resolves with the exit code: 0 after a clean stop, 1 after a failure, 2 for incorrect usage.
 * Errors are written to `io.error`.
 *
 * @param argv - the arguments without the program
 * @param loadDefaults - called to start an application; its errors are rethrown
 */
export async function runPropane(
  argv: readonly string[],
  streams: Io = PROCESS,
  loadDefaults?: () => Promise<RunDefaults>,
): Promise<number> {
  const given = parseArguments(argv)
  const { positional, switches, problems } = given
  const io = { ...streams, json: switches.has('json') }
  if (switches.has('help')) {
    io.out(usage())
    return OK
  }
  if (switches.has('version')) {
    io.out(`${version()}\n`)
    return OK
  }
  if (problems[0] !== undefined) return misused(io, problems[0], SHORT_USAGE)
  const [first] = positional
  const meant = mistypedCommand(first)
  if (meant !== undefined) return misused(io, `there is no command ${first}; did you mean ${meant}?`)
  if (isCommand(first) && first !== 'start') return control(first, given, io)
  const words = first === 'start' ? positional.slice(1) : positional
  if (!loadDefaults) return start(words, given, io)
  if (words.length > 0) return misused(io, `start does not take ${words.join(' ')}`, SHORT_USAGE)
  return start([], given, io, await loadDefaults())
}

async function start(
  words: readonly string[],
  { accessories, applicationArgs: args, config, switches }: Arguments,
  io: Output,
  defaults?: RunDefaults,
): Promise<number> {
  const format = io.json ? { logFormat: 'json' } : {}
  const input = { ...defaults?.accessories, ...accessoriesFromEnv(io.env), ...format, ...accessories }
  const reread = config === undefined ? undefined : () => readConfigFile(config)
  try {
    const { misspelled, warnings } = checkVariables(io.env)
    for (const warning of warnings) io.error(printable(`propane: ${warning}\n`))
    const merged = mergeAccessories({ ...reread?.() }, input)
    const problems = [...misspelled, ...merged.problems]
    if (problems.length > 0) throw invalidSettings(problems)
    if (switches.has('print')) {
      io.out(io.json ? `${JSON.stringify(merged.accessories)}\n` : printAccessories(merged.accessories))
      return OK
    }
  } catch (error) {
    return failed(io, error, areSound(accessories) ? FAILED : WRONG_USAGE)
  }
  const app = defaults?.app ?? words[0]
  if (app === undefined) return misused(io, 'which application?', SHORT_USAGE)
  if (words.length > 1) {
    const hint = 'Arguments for the application follow --.'
    return misused(io, `one application, not ${words.length}. ${hint}`, SHORT_USAGE)
  }
  try {
    return await serve({ ...input, app, args, reread, env: defaults?.env })
  } catch (error) {
    return failed(io, error)
  }
}

async function control(name: string, given: Arguments, io: Output): Promise<number> {
  await releaseSignals() // for a command, signals have their usual meaning
  const { accessories, switches } = given
  const { json } = io
  const words = given.positional.slice(1)
  const { controlSocket, port } = { ...accessoriesFromEnv(io.env), ...accessories }
  const target = { controlSocket, env: io.env, port: port === undefined ? undefined : Number(port) }
  try {
    if (name === 'diagnose') return await runDiagnose(words, given, target, io)
    if (name === 'top' || (name === 'status' && switches.has('watch'))) {
      const print = (text: string) => io.out(printable(text))
      await watchStatus({
        path: await locate({ ...target, app: words[0] ?? io.app }),
        json,
        print,
        control: io.control,
      })
      return OK
    }
    const workers = name === 'scale' ? wholeNumber(words.shift()) : undefined
    if (name === 'scale' && (workers === undefined || workers < 1 || workers > MAX_WORKERS)) {
      return misused(io, `scale to how many workers, from 1 to ${MAX_WORKERS}? propane scale 4`)
    }
    const result = await command({ command: name, workers, ...target, app: words[0] ?? io.app })
    io.out(json ? `${JSON.stringify({ ok: true, result })}\n` : printable(describeResult(name, result)))
    return OK
  } catch (error) {
    return failed(io, error)
  }
}

async function runDiagnose(words: readonly string[], given: Arguments, target: Target, io: Output): Promise<number> {
  const { diagnoseWorker, readDiagnosis } = await import('./diagnose-worker.ts')
  const asked = readDiagnosis(words, given)
  if (typeof asked === 'string') return misused(io, asked)
  const file = await diagnoseWorker(asked, { ...target, app: asked.app ?? io.app })
  io.out(io.json ? `${JSON.stringify({ ok: true, result: { file } })}\n` : `${printable(file)}\n`)
  return OK
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined
}

/** Whether the flags alone are valid. If so, the error is in a file or the environment. */
function areSound(flags: AccessoryInput): boolean {
  try {
    resolveAccessories({ ...flags })
    return true
  } catch {
    return false
  }
}

/** Makes an external text safe for a terminal by replacing control characters with their codes. */
function printable(text: string): string {
  const code = (character: string) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`
  return text.replace(/[^\P{Cc}\n\t]/gu, code)
}

function version(): string {
  const file = new URL('../../package.json', import.meta.url)
  return (JSON.parse(fs.readFileSync(file, 'utf8')) as { version: string }).version
}

/** An invalid command line, and how it is written. */
function misused(io: Output, problem: string, usage: string = ''): number {
  if (!io.json) return failed(io, [problem, usage].filter(Boolean).join('\n'), WRONG_USAGE)
  const error = { code: 'usage_invalid', message: problem, remedy: 'All options: propane --help' }
  io.out(`${JSON.stringify({ ok: false, error })}\n`)
  return WRONG_USAGE
}

function failed(io: Output, error: unknown, code: number = FAILED): number {
  const failure = failureOf(error)
  if (io.json) io.out(`${JSON.stringify({ ok: false, ...failure })}\n`)
  else io.error(printable(`propane: ${failure.error.message}\n`))
  return code
}
