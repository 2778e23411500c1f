import { type OptionTable, option, readOptions, suggest } from '@arlen/core/options'
import { sendCommand } from '../control/control-client.ts'
import { defaultControlPath, findControlSockets } from '../control/control-path.ts'
import { formatStatus } from '../control/format-status.ts'
import { propaneError } from '../errors.ts'
import type { PropaneStatus } from '../observation/status.ts'
import { logicalPath } from '../release.ts'
import { fs } from '../system/builtins.ts'

/** The commands for a running propane, with descriptions. */
export const COMMANDS: Readonly<Record<string, string>> = {
  status: 'show the workers and their state; with --watch as `top`',
  top: 'show them live, with rates and latency, until Ctrl-C or q',
  health: 'exit with 0 while workers serve, for health checks',
  reload: 'rolling reload; waits for the outcome',
  stop: 'graceful stop; waits until it has stopped',
  scale: 'change the number of workers: propane scale 4',
  upgrade: 'replace the primary itself, without downtime',
  'reopen-logs': 'reopen the log file',
  metrics: 'print metrics in the Prometheus text format',
  diagnose:
    'write a CPU profile, a heap snapshot or the stacks of a worker to a file: propane diagnose 2 cpu|heap|stacks',
}

/** Those that watch from outside; they are not sent to propane. */
const OUTSIDE: ReadonlySet<string> = new Set(['top', 'diagnose'])

/** Which running propane is meant. */
export interface Target {
  /** The control socket, if known. */
  controlSocket?: string | undefined
  /** The application as given at the start, from which the control socket is derived. */
  app?: string | undefined
  /** The port, if several instances of the application run. */
  port?: number | undefined
  /** Default: this process's. */
  env?: NodeJS.ProcessEnv | undefined
}

/**
 * Finds the control socket of a running propane: the given one, that of the application, or the only one.
 *
 * @throws propane_not_running, or command_failed if several run and it is not clear which is meant
 */
export async function locate({ controlSocket, app, port, env = process.env }: Target): Promise<string> {
  if (controlSocket && controlSocket !== 'auto') return controlSocket
  const path = app === undefined ? undefined : logicalPath(app, env)
  if (path !== undefined && port !== undefined) return defaultControlPath(path, port, env)
  const found = await findControlSockets(path, env)
  if (found.length === 1) return found[0]!
  if (found.length === 0) throw propaneError('propane_not_running', { path: 'any control socket of this user' })
  const list = found.map(file => `--control-socket ${file}`).join('\n  ')
  throw propaneError('command_failed', { reason: `several instances of propane are running; choose one:\n  ${list}` })
}

/** Options of {@link command}. */
export interface CommandOptions extends Target {
  command: string
  /** For `scale`. */
  workers?: number | undefined
}

const OPTIONS: OptionTable<CommandOptions> = {
  command: option.required(option.string),
  workers: option.integer(0),
  controlSocket: option.string,
  app: option.string,
  port: option.integer(0, 65_535),
  env: option.object,
}

/**
 * Sends a command to a running propane and resolves with its outcome. `propane` and `arlen propane` call this.
 *
 * @throws propane_not_running, command_failed, reload_failed, upgrade_failed, propane_stopping
 */
export async function command(options: CommandOptions): Promise<unknown> {
  const { command, workers, ...target } = readOptions('command()', options, OPTIONS)
  if (!Object.hasOwn(COMMANDS, command) || OUTSIDE.has(command)) {
    throw propaneError('command_failed', { reason: `unknown command ${command}` })
  }
  return sendCommand(await locate(target), { command, ...(workers !== undefined && { workers }) })
}

/** Formats the result of a command for a terminal. */
export function describeResult(command: string, result: unknown): string {
  if (command === 'status') return formatStatus(result as PropaneStatus)
  if (command === 'health') {
    const { serving, desired } = result as { serving: number; desired: number }
    return `${serving} of ${desired} workers serve\n`
  }
  if (command === 'metrics') return result as string
  if (command === 'reload') {
    const { generation, release } = result as { generation: number; release: string }
    return `reloaded: generation ${generation}${release && `, release ${release}`}\n`
  }
  if (command === 'scale') return `${(result as { workers: number }).workers} workers serve\n`
  if (command === 'upgrade') return `process ${(result as { pid: number }).pid} has taken over\n`
  return command === 'stop' ? 'stopped\n' : 'done\n'
}

/** The command that a misspelled word probably means, unless the word looks like a file. */
export function mistypedCommand(word: string | undefined): string | undefined {
  if (word === undefined || !/^[a-z-]+$/.test(word) || isCommand(word) || fs.existsSync(word)) return undefined
  return suggest(word, ['start', ...Object.keys(COMMANDS)])
}

/** Whether a word on the command line is a command. A file of that name is an application instead. */
export function isCommand(word: string | undefined): word is string {
  return word !== undefined && (word === 'start' || Object.hasOwn(COMMANDS, word)) && !fs.existsSync(word)
}
