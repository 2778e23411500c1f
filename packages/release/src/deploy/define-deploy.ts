import { invalidOption, type OptionTable, option, readOptions } from '@arlen/core/options'
import { WATCH_OPTIONS, type WatchOptions } from '../target/watch.ts'

/** Where an application is deployed to: the default export of `config/deploy.ts`. */
export interface DeployConfig {
  /** By name: `production`, `staging`. */
  targets: Readonly<Record<string, DeployTarget>>
}

/** What a machine does: answer requests, or work in the background. */
export type DeployRole = 'web' | 'jobs'

/** The machines that run one instance of an application. */
export interface DeployTarget {
  /** In the order in which they are switched, where `order` does not say otherwise. */
  hosts: readonly DeployHost[]
  /** The target folder on each host: `/srv/shop`. */
  path: string
  /** Who logs in by ssh and runs the application. Default: as `address` and your ssh configuration say. */
  user?: string
  /** The environment whose configuration applies. Default `production`. */
  environment?: string
  /** The file on each host with the variables of the application, `shared/env` then leads to it. Default: `shared/env` itself. */
  environmentFile?: string
  /** Variables that `doctor` looks for, besides those that Arlen knows to be required. */
  requiredEnvironment?: readonly string[]
  /** The hosts' Node.js. Default `node`, from the PATH of an ssh login. */
  node?: string
  /** `init` brings this machine's Node.js to `node/bin/node` in the target folder, which is then used. Default false. */
  bringNode?: boolean
  /** The systemd unit that runs the application: `shop`. `init` installs it. */
  unit?: string
  /** Where the unit's application listens, as systemd's `ListenStream` takes it. `init` then installs a socket, too. */
  listen?: string
  /** What the unit runs, in the release. Default `bin/app start`. */
  start?: string
  /** A file that the application's log goes to, for `logs`. Default: the journal of the unit. */
  logFile?: string
  /** Asked on each web host after it was switched, until it answers with 2xx: `http://127.0.0.1:3000/readyz`. */
  healthUrl?: string
  /** Which role is switched first: `['jobs', 'web']`. Default: hosts are taken as they are listed. */
  order?: readonly DeployRole[]
  /** How many hosts are switched at the same time. Default 1. */
  batchSize?: number
  /** What happens to switched hosts if another one fails. Default `revert`: they go back. */
  onFailure?: 'revert' | 'stop'
  /** As in `arlen release activate`: `auto`, `none`, or a command on the host, such as `sudo systemctl reload shop`. */
  reload?: string
  /** Paths that a release must serve successfully before the switch, on web hosts. */
  requests?: readonly string[]
  /** Watches each host after its switch; it goes back by itself when errors rise. Default: not watched. */
  watch?: WatchOptions
  /** Time limit in milliseconds for the canary on a host, again for the reload, and again for `healthUrl`. Default 60,000. */
  timeoutMs?: number
  hooks?: DeployHooks
}

/** Shell commands around a deployment. They find `ARLEN_RELEASE` and `ARLEN_TARGET` in their environment. */
export interface DeployHooks {
  /** On this machine, before anything is uploaded. If it fails, nothing is done. */
  beforeDeploy?: string
  /** On this machine, whatever became of it: `ARLEN_OUTCOME` is `ok` or `failed`. */
  afterDeploy?: string
  /** On each host, in its target folder, before it is switched. */
  beforeActivate?: string
  /** On each host, in its target folder, after it was switched. */
  afterActivate?: string
}

/** One machine. What it sets stands in for what the target says. */
export interface DeployHost {
  /** An ssh destination: `web1.example.com`, `deploy@web1.example.com`, or a name in your ssh configuration. */
  address: string
  /** Default `['web']`. */
  roles?: readonly DeployRole[]
  /** More ssh options: `['-p', '2222']`. */
  ssh?: readonly string[]
  user?: string
  path?: string
  unit?: string
  start?: string
  reload?: string
  healthUrl?: string
}

const role = option.oneOf('web', 'jobs')

const HOST: OptionTable<DeployHost> = {
  address: option.required(option.text),
  roles: option.listOf(role),
  ssh: option.listOf(option.text),
  user: option.text,
  path: option.text,
  unit: option.text,
  start: option.text,
  reload: option.text,
  healthUrl: option.text,
}

const TARGET: OptionTable<DeployTarget> = {
  hosts: option.required(option.listOf(option.object)),
  path: option.required(option.text),
  user: option.text,
  environment: option.text,
  environmentFile: option.text,
  requiredEnvironment: option.listOf(option.text),
  node: option.text,
  bringNode: option.boolean,
  unit: option.text,
  listen: option.text,
  start: option.text,
  logFile: option.text,
  healthUrl: option.text,
  order: option.listOf(role),
  batchSize: option.integer(1),
  onFailure: option.oneOf('revert', 'stop'),
  reload: option.text,
  requests: option.listOf(option.text),
  watch: option.nested(WATCH_OPTIONS),
  timeoutMs: option.durationMs(1),
  hooks: option.nested({
    beforeDeploy: option.text,
    afterDeploy: option.text,
    beforeActivate: option.text,
    afterActivate: option.text,
  }),
}

/**
 * Checks the settings of a deployment, and gives them their type.
 *
 * ```ts
 * export default defineDeploy({
 *   targets: { production: { path: '/srv/shop', hosts: [{ address: 'deploy@web1.example.com' }] } },
 * })
 * ```
 *
 * @throws option_unknown, option_invalid
 */
export function defineDeploy(config: DeployConfig): DeployConfig {
  const { targets } = readOptions('defineDeploy()', config, {
    targets: option.required(option.recordOf(option.object)),
  })
  for (const [name, target] of Object.entries(targets)) checkTarget(name, target)
  return config
}

function checkTarget(name: string, target: DeployTarget): void {
  const owner = `defineDeploy() target ${name}`
  const { hosts, requests = [], ...settings } = readOptions(owner, target, TARGET)
  if (hosts.length === 0) throw invalidOption(owner, 'hosts', 'must name a host')
  for (const path of requests) {
    if (!path.startsWith('/')) throw invalidOption(owner, 'requests', `must be paths that begin with /, not ${path}`)
  }
  checkSettings(owner, settings)
  const seen = new Set<string>()
  for (const host of hosts) {
    const { address, ...own } = readOptions(`defineDeploy() host of ${name}`, host, HOST)
    // ssh would take it for an option.
    if (address === '' || /^-|\s/.test(address)) throw invalidOption(owner, 'hosts', `must not name "${address}"`)
    checkSettings(`${owner}, host ${address},`, own)
    const folder = own.path ?? settings.path
    if (seen.has(`${address} ${folder}`)) throw invalidOption(owner, 'hosts', `must name ${address} once`)
    seen.add(`${address} ${folder}`)
  }
}

/** What a target and its hosts share, and what would only fail on the hosts. */
function checkSettings(
  owner: string,
  {
    path,
    environmentFile,
    healthUrl,
    unit,
  }: Partial<Pick<DeployTarget, 'path' | 'environmentFile' | 'healthUrl' | 'unit'>>,
): void {
  for (const [option, folder] of Object.entries({ path, environmentFile })) {
    if (folder !== undefined && !folder.startsWith('/')) throw invalidOption(owner, option, 'must be absolute')
  }
  const { protocol } = URL.parse(healthUrl ?? 'http://x') ?? {}
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw invalidOption(owner, 'healthUrl', `must be a URL such as http://127.0.0.1:3000/readyz, not ${healthUrl}`)
  }
  if (unit !== undefined && !UNIT.test(unit)) {
    throw invalidOption(
      owner,
      'unit',
      `must be the name of a systemd unit without its ending, such as shop, not ${unit}`,
    )
  }
}

/** Names of units, less those that a shell or a path would take for something else. See systemd.unit(5). */
const UNIT = /^[A-Za-z0-9_][\w:.@-]*(?<!\.service)$/
