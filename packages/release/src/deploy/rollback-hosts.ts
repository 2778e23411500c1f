import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { releaseError } from '../errors.ts'
import { defineDeploy } from './define-deploy.ts'
import type { DeployResult } from './deploy-release.ts'
import { withHooks } from './hooks.ts'
import { type Host, hostsOf } from './host.ts'
import { HOSTS_OPTIONS, type HostsOptions } from './hosts-options.ts'
import { underLease } from './lease.ts'
import { type DeployEvent, failure, must, rollHosts } from './roll.ts'
import { currentCommand } from './scripts.ts'
import { type HostStatus, statusOfHosts } from './status-of-hosts.ts'

/** Options of {@link rollbackHosts}. */
export interface RollbackHostsOptions extends HostsOptions {
  /** The release to go back to. Default: the one that ran before, which must be the same on all hosts. */
  to?: string | undefined
  /** Called when a step begins on a host. */
  onEvent?: ((event: DeployEvent) => void) | undefined
}

const OPTIONS: OptionTable<RollbackHostsOptions> = { ...HOSTS_OPTIONS, to: option.text, onEvent: option.func }

/**
 * Goes back to an earlier release on all hosts of a target, one batch of them after the other.
 *
 * @throws no_previous, host_unknown, deploy_locked, hosts_differ if they do not agree on what ran before, and deploy_failed
 */
export async function rollbackHosts(given: RollbackHostsOptions): Promise<DeployResult> {
  const { target, only, to, dryRun = false, onEvent = () => {} } = readOptions('rollbackHosts()', given, OPTIONS)
  defineDeploy({ targets: { target } })
  const commands: string[] = []
  const hosts = hostsOf(target, only, dryRun ? commands : undefined)
  const id = to ?? (dryRun ? 'PREVIOUS' : previousOf((await statusOfHosts({ target, only })).hosts))
  const rolled = await withHooks(target, id, dryRun ? commands : undefined, () =>
    underLease(hosts, `rolling back to ${id}`, dryRun, () =>
      rollHosts({ target, hosts, id, action: 'rollback', onEvent }),
    ),
  )
  const { switched, unchanged } = dryRun ? { switched: [], unchanged: [] } : rolled
  return { id, switched, unchanged, commands }
}

function previousOf(hosts: readonly HostStatus[]): string {
  const unknown = hosts.find(({ problem }) => problem !== undefined)
  if (unknown) throw failure('No host was switched.')(new Error(`${unknown.host}: ${unknown.problem}`))
  const previous = [...new Set(hosts.map(host => host.previous))]
  const [id] = previous
  if (previous.length > 1) {
    const each = hosts.map(host => `${host.host} ran ${host.previous ?? 'nothing'}`).join(', ')
    throw releaseError('hosts_differ', {
      what: `before this release, ${each}`,
      advice: 'Name the release to go back to.',
    })
  }
  if (id === undefined) throw releaseError('no_previous')
  return id
}

/**
 * Applies contract steps from one host, once all hosts run the same release. Afterwards, none can go back to an older release.
 *
 * @returns what the command said
 * @throws hosts_differ, host_unknown, deploy_locked, deploy_failed
 */
export async function contractHosts(given: HostsOptions): Promise<{ said: string; commands: string[] }> {
  const { target, dryRun = false } = readOptions('contractHosts()', given, HOSTS_OPTIONS)
  defineDeploy({ targets: { target } })
  const commands: string[] = []
  const hosts = hostsOf(target, [], dryRun ? commands : undefined)
  const [lead] = hosts
  return underLease(hosts, 'contracting', dryRun, async () => {
    if (!dryRun) await requireOneRelease(hosts)
    const { environment = 'production' } = target
    const result = await lead!.run(
      currentCommand(lead!, 'release', 'contract', '--target', lead!.path, '--env', environment),
    )
    await must(lead!, 'contract', result).catch(failure('The other hosts were not touched.'))
    return { said: result.stdout.trim(), commands }
  })
}

async function requireOneRelease(hosts: readonly Host[]): Promise<void> {
  const all = await Promise.all(hosts.map(host => host.current())).catch(failure('Nothing was applied.'))
  if (new Set(all).size === 1) return
  const each = hosts.map(({ name }, index) => `${name} runs ${all[index] ?? 'nothing'}`).join(', ')
  throw releaseError('hosts_differ', { what: each, advice: 'Deploy the newest release to all of them first.' })
}
