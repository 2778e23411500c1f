import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ArlenError } from '@arlen/core'
import type { DeployConfig, DeployEvent, DeployTarget, HostReport } from '@arlen/release'
import {
  type Command,
  type CommandInput,
  checkOptions,
  checkWords,
  didYouMean,
  type Io,
  jsonLine,
  textOption,
  UsageError,
} from '../command.ts'
import { cliError } from '../errors.ts'

interface Task {
  target: DeployTarget
  root: string
  /** What follows the action. */
  words: readonly string[]
  input: CommandInput
  io: Io
}

interface Action {
  /** How many words may follow. */
  words: readonly number[]
  /** Besides those of all actions. */
  options?: readonly string[]
  run(task: Task): Promise<number>
}

/** The options of all actions. */
const SHARED = ['root', 'host', 'dryRun']

const ACTIONS: Readonly<Record<string, Action>> = {
  release: { words: [0], options: ['archive', 'sign', 'platform'], run: release },
  rollback: { words: [0, 1], run: rollback },
  contract: { words: [0], run: contract },
  init: { words: [0], run: init },
  doctor: { words: [0], run: doctor },
  status: { words: [0], run: status },
  logs: { words: [0], options: ['lines', 'follow'], run: logs },
  run: { words: Array.from({ length: 100 }, (_, index) => index + 1), run },
}

export const deployCommand: Command = {
  usage: 'deploy <target> [...words]',
  json: 'document',
  description: `Ship a release to the machines in config/deploy.ts and switch them; or ${Object.keys(ACTIONS).slice(1).join(', ')}`,
  options: [
    ['--archive <file>', 'Use this release archive instead of building the commit that is checked out'],
    ['--sign <key>', 'Sign the archive with this private Ed25519 key, of openssl (PEM) or minisign'],
    ['--platform <names>', 'Where its native modules are to run, such as linux-x64,linux-arm64; default here'],
    ['--host <name...>', 'Only this host, or the hosts with this role'],
    ['--dry-run', 'Print every command and run none on a host'],
    ['--lines <n>', 'logs: number of lines per host, default 100'],
    ['--follow', 'logs: keep printing new lines'],
    ['--root <folder>', 'Folder of the application'],
  ],
  examples: [
    'arlen deploy production doctor',
    'arlen deploy production --dry-run',
    'arlen deploy production',
    'arlen deploy production rollback',
    "arlen deploy production run 'bin/app migrate status'",
    'arlen deploy production run -- df -h .',
  ],
  async run(input, io) {
    const [name = '', action = 'release', ...typed] = input.args
    const end = input.argv.indexOf('--')
    const words = [...typed, ...(end < 0 ? [] : input.argv.slice(end + 1))]
    const root = resolve(io.cwd, textOption(input, 'root') ?? '.')
    const { targets } = await readDeployConfig(root)
    const target = Object.hasOwn(targets, name) ? targets[name] : undefined
    if (!target) {
      throw new UsageError(`config/deploy.ts has no target ${name}; ${didYouMean(name, Object.keys(targets), 'has')}`)
    }
    const chosen = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined
    if (!chosen)
      throw new UsageError(`there is no deploy ${name} ${action}; ${didYouMean(action, Object.keys(ACTIONS))}`)
    checkWords(`deploy ${name} ${action}`, chosen.words, words)
    checkOptions(`deploy ${name} ${action}`, [...SHARED, ...(chosen.options ?? [])], input)
    return chosen.run({ target, root, words, input, io })
  },
}

async function readDeployConfig(root: string): Promise<DeployConfig> {
  const file = ['config/deploy.ts', 'config/deploy.js'].map(name => join(root, name)).find(existsSync)
  if (!file) throw cliError('deploy_config_missing', { root })
  const { defineDeploy } = await import('@arlen/release')
  const invalid = (reason: string, cause?: unknown) => cliError('deploy_config_invalid', { file, reason }, { cause })
  const { default: config } = (await import(pathToFileURL(file).href).catch(error => {
    // An option that defineDeploy() refuses says everything itself.
    if (error instanceof ArlenError) throw error
    throw invalid(
      String((error as Error).message ?? error)
        .split('\n')[0]!
        .replace(/\.$/, ''),
      error,
    )
  })) as { default?: DeployConfig }
  if (config === undefined) throw invalid('it has no default export')
  return defineDeploy(config)
}

/** What all commands on hosts take. */
function shared({ target, input }: Task) {
  const only = [input.options.host ?? []].flat().map(String)
  return { target, only, dryRun: input.options.dryRun === true }
}

/** Prints the commands of a dry run, or the result: as JSON where that is asked for, else as lines. */
function print({ input, io }: Task, result: { commands: string[] }, lines: readonly string[]): void {
  const said = input.options.dryRun === true ? result.commands : lines
  if (input.options.json === true) io.out(jsonLine(result))
  else for (const line of said) io.out(line)
}

function onEvent({ io, input }: Task) {
  return ({ host, step, detail }: DeployEvent) => {
    if (input.options.dryRun !== true) io.err(`${host.padEnd(24)} ${step.padEnd(9)} ${detail}`)
  }
}

async function release(task: Task): Promise<number> {
  const { root, input, io } = task
  const { archiveRelease, buildRelease, deployRelease } = await import('@arlen/release')
  const given = textOption(input, 'archive')
  for (const name of ['sign', 'platform']) {
    if (given !== undefined && input.options[name] !== undefined) {
      throw new UsageError(`--${name} is for what is built; give it to the build of ${given}`)
    }
  }
  const build = async () => {
    const platform = textOption(input, 'platform')
    const { dir } = await buildRelease({ root, ...(platform !== undefined && { platforms: platform.split(',') }) })
    const keyFile = textOption(input, 'sign')
    return (await archiveRelease(dir, { keyFile, password: io.env.ARLEN_SIGN_PASSWORD })).file
  }
  const archive = given === undefined ? await build() : resolve(io.cwd, given)
  const result = await deployRelease({ ...shared(task), archive, onEvent: onEvent(task) })
  print(task, result, [`${result.id} runs on ${[...result.switched, ...result.unchanged].join(', ')}.`])
  return 0
}

async function rollback(task: Task): Promise<number> {
  const { rollbackHosts } = await import('@arlen/release')
  const result = await rollbackHosts({ ...shared(task), to: task.words[0], onEvent: onEvent(task) })
  print(task, result, [`${result.id} runs on ${[...result.switched, ...result.unchanged].join(', ')}.`])
  return 0
}

async function contract(task: Task): Promise<number> {
  const { contractHosts } = await import('@arlen/release')
  const { only, ...options } = shared(task)
  if (only.length > 0) throw new UsageError('deploy contract concerns all hosts; leave --host out')
  const result = await contractHosts(options)
  print(task, result, [result.said])
  return 0
}

async function init(task: Task): Promise<number> {
  const { initHosts } = await import('@arlen/release')
  return report(
    task,
    await initHosts(shared(task)),
    'is a target. Put the environment of the application into shared/env',
  )
}

async function doctor(task: Task): Promise<number> {
  const { inspectHosts } = await import('@arlen/release')
  const { requirementsOf } = await import('../deploy/requirements.ts')
  const requirements = requirementsOf(task.root, task.target.environment ?? 'production')
  return report(task, await inspectHosts({ ...shared(task), ...requirements }), 'is ready')
}

function report(task: Task, result: { hosts: HostReport[]; commands: string[] }, good: string): number {
  const { hosts } = result
  if (task.input.options.dryRun === true) {
    print(task, result, [])
    return 0
  }
  const fit = hosts.filter(({ problems }) => problems.length === 0)
  print(
    task,
    result,
    fit.map(({ host, current }) => `${host} ${good}${current === undefined ? '' : `; it runs ${current}`}.`),
  )
  if (task.input.options.json !== true) {
    for (const { host, problems } of hosts) for (const problem of problems) task.io.err(`${host}: ${problem}`)
  }
  return fit.length === hosts.length ? 0 : 1
}

async function status(task: Task): Promise<number> {
  const { statusOfHosts } = await import('@arlen/release')
  const { hosts, commands } = await statusOfHosts(shared(task))
  if (task.input.options.dryRun === true) {
    print(task, { commands }, [])
    return 0
  }
  const width = Math.max(...hosts.map(({ host }) => host.length))
  const lines = hosts.flatMap(({ host, current, previous, workers, last, problem }) => {
    const serves = workers ? `${workers.serving} of ${workers.desired} workers serve` : 'nothing serves'
    const known = `${current ?? 'no release'}, before it ${previous ?? 'none'}; ${serves}${last ? `; ${last}` : ''}`
    if (current === undefined && problem !== undefined) return [`${host.padEnd(width)}  ${problem}`]
    return [`${host.padEnd(width)}  ${known}${problem ? `; ${problem}` : ''}`]
  })
  const isOne = new Set(hosts.map(({ current }) => current)).size === 1
  if (task.input.options.json === true) task.io.out(jsonLine(hosts))
  else for (const line of isOne ? lines : [...lines, 'They do not run the same release.']) task.io.out(line)
  return isOne && hosts.every(({ problem }) => problem === undefined) ? 0 : 1
}

async function logs(task: Task): Promise<number> {
  const { logsOfHosts } = await import('@arlen/release')
  const { input } = task
  const lines = textOption(input, 'lines')
  if (lines !== undefined && !/^[1-9]\d*$/.test(lines)) throw new UsageError('--lines takes a number, such as 100')
  const options = { lines: lines === undefined ? undefined : Number(lines), follow: input.options.follow === true }
  return ended(task, await logsOfHosts({ ...shared(task), ...options, onLine: tell(task) }))
}

async function run(task: Task): Promise<number> {
  const { runOnHosts } = await import('@arlen/release')
  return ended(task, await runOnHosts({ ...shared(task), command: task.words.join(' '), onLine: tell(task) }))
}

function tell({ io, input }: Task) {
  const say = input.options.json === true ? io.err : io.out
  return (host: string, line: string) => say(`${host}: ${line}`)
}

function ended(task: Task, result: { codes: Record<string, number>; commands: string[] }): number {
  print(task, result, [])
  const failed = Object.entries(result.codes).filter(([, code]) => code !== 0)
  for (const [host, code] of failed) task.io.err(`${host}: exit code ${code}`)
  return failed.length === 0 ? 0 : 1
}
