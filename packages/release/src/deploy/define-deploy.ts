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
  /** The environment whose configuration applies. Default `production`. */
  environment?: string
  /** The hosts' Node.js. Default `node`, from the PATH of an ssh login. */
  node?: string
  /** How many hosts are switched at the same time. Default 1. */
  batchSize?: number
  /** What happens to switched hosts if another one fails. Default `revert`: they go back. */
  onFailure?: 'revert' | 'stop'
  /** As in `arlen release activate`: `auto`, `none`, or a command on the host, such as `sudo systemctl reload shop`. */
  reload?: string
  /** Paths that a release must serve successfully before the switch. */
  requests?: readonly string[]
  /** Time limit in milliseconds for the canary on a host, and again for the reload. Default 60,000. */
  timeoutMs?: number
  /** Commands on each host, in its target folder. */
  hooks?: { beforeActivate?: string; afterActivate?: string }
}

/** One machine. */
export interface DeployHost {
  /** An ssh destination: `deploy@web1.example.com`, or a name in your ssh configuration. */
  address: string
  /** More ssh options: `['-p', '2222']`. */
  ssh?: readonly string[]
  /** The target folder, if it differs from the others'. */
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
 * Validates the settings of a deployment, and types them.
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
