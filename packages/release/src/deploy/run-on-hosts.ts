import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { releaseError } from '../errors.ts'
import { defineDeploy } from './define-deploy.ts'
import { type Host, hostsOf, quote, UNREACHABLE } from './host.ts'
import { HOSTS_OPTIONS, type HostsOptions } from './hosts-options.ts'

/** Options of {@link runOnHosts}. */
export interface RunOnHostsOptions extends HostsOptions {
  /** A shell command. It is run in the folder of the release that runs, or in the target folder where none does. */
  command: string
  /** Called with every line that a host says. */
  onLine?: ((host: string, line: string) => void) | undefined
}

/** Options of {@link logsOfHosts}. */
export interface LogsOptions extends HostsOptions {
  /** How many lines of each host. Default 100. */
  lines?: number | undefined
  /** Go on with what is written from now on, until the connection ends. Default false. */
  follow?: boolean | undefined
  /** Called with every line of a host's log, as it comes. */
  onLine?: ((host: string, line: string) => void) | undefined
}

/** How a command ended on each host; `255` where ssh did not get there. */
export interface HostsRun {
  codes: Record<string, number>
  /** With `dryRun`: every command. */
  commands: string[]
}

const RUN_OPTIONS: OptionTable<RunOnHostsOptions> = {
  ...HOSTS_OPTIONS,
  command: option.required(option.text),
  onLine: option.func,
}
const LOGS_OPTIONS: OptionTable<LogsOptions> = {
  ...HOSTS_OPTIONS,
  lines: option.integer(1),
  follow: option.boolean,
  onLine: option.func,
}

/**
 * Runs one command on all hosts of a target at once.
 *
 * @returns the exit code for each host
 * @throws option_unknown, option_invalid, host_unknown
 */
export async function runOnHosts(given: RunOnHostsOptions): Promise<HostsRun> {
  const { command, ...options } = readOptions('runOnHosts()', given, RUN_OPTIONS)
  return onHosts(options, ({ path, node }) => {
    // The Node.js that was brought is there for what the command starts.
    const search = node.includes('/') ? `PATH=${quote(node.slice(0, node.lastIndexOf('/')))}:$PATH && ` : ''
    return `${search}cd ${quote(path)} && { test ! -e current || cd current; } && ${command}`
  })
}

/**
 * Reads the last lines of the application's log on all hosts of a target.
 *
 * @throws option_unknown, option_invalid, host_unknown
 */
export async function logsOfHosts(given: LogsOptions): Promise<HostsRun> {
  const { lines = 100, follow = false, ...options } = readOptions('logsOfHosts()', given, LOGS_OPTIONS)
  const { logFile } = options.target
  return onHosts(options, ({ name, path, unit }) => {
    if (logFile !== undefined) return `cd ${quote(path)} && tail -n ${lines} ${follow ? '-F ' : ''}-- ${quote(logFile)}`
    if (unit === undefined) throw releaseError('log_unknown', { host: name })
    return `journalctl --unit ${quote(unit)} --no-pager --output cat --lines ${lines}${follow ? ' --follow' : ''}`
  })
}

async function onHosts(
  { target, only, dryRun = false, onLine = () => {} }: HostsOptions & Pick<RunOnHostsOptions, 'onLine'>,
  scriptFor: (host: Host) => string,
): Promise<HostsRun> {
  defineDeploy({ targets: { target } })
  const commands: string[] = []
  const hosts = hostsOf(target, only, dryRun ? commands : undefined)
  const scripts = hosts.map(scriptFor)
  const results = await Promise.all(
    hosts.map(async (host, index) => {
      const { code, stderr } = await host.run(scripts[index]!, { onLine: line => onLine(host.name, line) })
      if (code === UNREACHABLE && stderr !== '') onLine(host.name, stderr.trim())
      return [host.name, code] as const
    }),
  )
  return { codes: Object.fromEntries(results), commands }
}
