import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { DeployConfig, DeployTarget } from '@arlen/release'
import { type Command, type CommandInput, chooseWord, didYouMean, type Io, textOption, UsageError } from '../command.ts'
import { cliError } from '../errors.ts'

interface Task {
  target: DeployTarget
  root: string
  input: CommandInput
  io: Io
}

const ACTIONS: Readonly<Record<string, (task: Task) => Promise<number>>> = { release, init, doctor }

export const deployCommand: Command = {
  usage: 'deploy [target] [...words]',
  description: 'Bring a release to the machines of config/deploy.ts and switch them; or init, doctor them',
  options: [
    ['--archive <file>', 'A release that is built already, instead of the commit that is checked out'],
    ['--sign <key>', 'Sign the archive with this private Ed25519 key (PEM)'],
    ['--dry-run', 'Print every command and run none on a host'],
    ['--root <folder>', 'Folder of the application'],
    ['--json', 'Print the result as JSON'],
  ],
  examples: ['arlen deploy production doctor', 'arlen deploy production --dry-run', 'arlen deploy production'],
  async run(input, io) {
    const [name, action = 'release', ...rest] = input.args
    const root = resolve(io.cwd, textOption(input, 'root') ?? '.')
    const { targets } = await readDeployConfig(root)
    if (name === undefined) throw new UsageError(`deploy needs a target: ${Object.keys(targets).join(', ')}`)
    const target = Object.hasOwn(targets, name) ? targets[name] : undefined
    if (!target)
      throw new UsageError(`config/deploy.ts has no target ${name}; ${didYouMean(name, Object.keys(targets))}`)
    const run = chooseWord(`deploy ${name}`, action, ACTIONS)
    if (rest.length > 0) throw new UsageError(`deploy ${name} ${action} takes nothing else`)
    return run({ target, root, input, io })
  },
}

async function readDeployConfig(root: string): Promise<DeployConfig> {
  const file = ['config/deploy.ts', 'config/deploy.js'].map(name => join(root, name)).find(existsSync)
  if (!file) throw cliError('deploy_config_missing', { root })
  const { default: config } = (await import(pathToFileURL(file).href)) as { default?: DeployConfig }
  const { defineDeploy } = await import('@arlen/release')
  return defineDeploy(config ?? ({} as DeployConfig))
}

async function release({ target, root, input, io }: Task): Promise<number> {
  const { archiveRelease, buildRelease, deployRelease } = await import('@arlen/release')
  const given = textOption(input, 'archive')
  const json = input.options.json === true
  const build = async () => {
    const { dir } = await buildRelease({ root })
    return (await archiveRelease(dir, { keyFile: textOption(input, 'sign') })).file
  }
  const result = await deployRelease({
    target,
    archive: given === undefined ? await build() : resolve(io.cwd, given),
    dryRun: input.options.dryRun === true,
    onEvent: ({ host, step, detail }) => io.err(`${host.padEnd(24)} ${step.padEnd(9)} ${detail}`),
  })
  if (json) io.out(JSON.stringify(result))
  else if (input.options.dryRun === true) for (const command of result.commands) io.out(command)
  else io.out(`${result.id} runs on ${[...result.switched, ...result.unchanged].join(', ')}.`)
  return 0
}

async function init(task: Task): Promise<number> {
  const { initHosts } = await import('@arlen/release')
  return report(
    task,
    await initHosts(task.target),
    'is a target. Put the environment of the application into shared/env',
  )
}

async function doctor(task: Task): Promise<number> {
  const { inspectHosts } = await import('@arlen/release')
  return report(task, await inspectHosts(task.target), 'is ready')
}

function report(
  { input, io }: Task,
  hosts: Awaited<ReturnType<typeof import('@arlen/release').inspectHosts>>,
  good: string,
): number {
  if (input.options.json === true) io.out(JSON.stringify(hosts))
  else {
    for (const { host, current, problems } of hosts) {
      if (problems.length === 0) io.out(`${host} ${good}${current === undefined ? '' : `; it runs ${current}`}.`)
      for (const problem of problems) io.err(`${host}: ${problem}`)
    }
  }
  return hosts.some(({ problems }) => problems.length > 0) ? 1 : 0
}
