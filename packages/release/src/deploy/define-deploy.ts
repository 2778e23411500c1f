import { type OptionTable, option, readOptions } from '@arlen/core/options'

/** Where an application is deployed to: the default export of `config/deploy.ts`. */
export interface DeployConfig {
  /** By name: `production`, `staging`. */
  targets: Readonly<Record<string, DeployTarget>>
}

/** The machines that run one instance of an application. */
export interface DeployTarget {
  /** In the order in which they are switched. */
  hosts: readonly DeployHost[]
  /** The target folder on each host: `/srv/shop`. */
  path: string
  /** The environment whose configuration counts. Default `production`. */
  environment?: string
  /** The Node.js of the hosts. Default `node`, from the PATH of a login by ssh. */
  node?: string
  /** How many hosts are switched at once. Default 1. */
  batchSize?: number
  /** What becomes of hosts that were switched when another one fails. Default `revert`: they go back. */
  onFailure?: 'revert' | 'stop'
  /** As of `arlen release activate`: `auto`, `none`, or a command on the host, such as `sudo systemctl reload shop`. */
  reload?: string
  /** Paths that a release must answer before the switch. */
  requests?: readonly string[]
  /** Time in milliseconds for the canary on a host, and again for the reload. Default 60,000. */
  timeoutMs?: number
  /** Commands on each host, in its target folder. */
  hooks?: { beforeActivate?: string; afterActivate?: string }
}

/** One machine. */
export interface DeployHost {
  /** As ssh takes it: `deploy@web1.example.com`, or a name of your ssh configuration. */
  address: string
  /** More options of ssh: `['-p', '2222']`. */
  ssh?: readonly string[]
  /** Where it differs from the others. */
  path?: string
}

const HOST: OptionTable<DeployHost> = {
  address: option.required(option.text),
  ssh: option.listOf(option.text),
  path: option.text,
}

const TARGET: OptionTable<DeployTarget> = {
  hosts: option.required(option.listOf(option.object)),
  path: option.required(option.text),
  environment: option.text,
  node: option.text,
  batchSize: option.integer(1),
  onFailure: option.oneOf('revert', 'stop'),
  reload: option.text,
  requests: option.listOf(option.text),
  timeoutMs: option.durationMs(1),
  hooks: option.nested({ beforeActivate: option.text, afterActivate: option.text }),
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
  for (const [name, target] of Object.entries(targets)) {
    const { hosts } = readOptions(`defineDeploy() target ${name}`, target, TARGET)
    for (const host of hosts) readOptions(`defineDeploy() host of ${name}`, host, HOST)
  }
  return config
}
