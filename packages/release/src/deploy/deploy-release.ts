import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { readSignatures } from '../build/archive.ts'
import { inspectArchive } from '../build/inspect-archive.ts'
import { releaseError } from '../errors.ts'
import { defineDeploy } from './define-deploy.ts'
import { withHooks } from './hooks.ts'
import { type Host, hostsOf, onAll } from './host.ts'
import { HOSTS_OPTIONS, type HostsOptions } from './hosts-options.ts'
import { underLease } from './lease.ts'
import { type DeployEvent, failure, must, rollHosts } from './roll.ts'
import { type DeployArchive, uploadScripts } from './scripts.ts'

/** Options of {@link deployRelease}. */
export interface DeployOptions extends HostsOptions {
  /** The release's archive, as written by `archiveRelease()`. */
  archive: string
  /** Called when a step begins on a host, and with its output. */
  onEvent?: ((event: DeployEvent) => void) | undefined
}

/** What {@link deployRelease} did. */
export interface DeployResult {
  id: string
  /** Hosts on which the release runs now. */
  switched: string[]
  /** Hosts on which it was running already. */
  unchanged: string[]
  /** With `dryRun`: every command, in order. */
  commands: string[]
}

const OPTIONS: OptionTable<DeployOptions> = {
  ...HOSTS_OPTIONS,
  archive: option.required(option.text),
  onEvent: option.func,
}

/**
 * Uploads a release to all hosts of a target, verifies it there, and switches one batch of hosts after another. The first
 * host applies the migrations, under the database's lock. Stops at the first host that fails; switched hosts go back unless
 * the target says otherwise. Finished steps are not repeated, so an interrupted deployment can be run again.
 *
 * @throws archive_missing, archive_invalid, host_unknown, deploy_locked, and deploy_failed with the host, the step, and the state of the others
 */
export async function deployRelease(given: DeployOptions): Promise<DeployResult> {
  const {
    target,
    only,
    archive: file,
    dryRun = false,
    onEvent = () => {},
  } = readOptions('deployRelease()', given, OPTIONS)
  defineDeploy({ targets: { target } })
  const commands: string[] = []
  const hosts = hostsOf(target, only, dryRun ? commands : undefined)
  const archive = await readArchive(file)
  const { id } = archive
  const rolled = await withHooks(target, id, dryRun ? commands : undefined, () =>
    underLease(hosts, `deploying ${id}`, dryRun, async () => {
      await onAll(hosts, host => bring(host, archive, onEvent)).catch(failure('No host was switched.'))
      return rollHosts({ target, hosts, id, action: 'activate', onEvent })
    }),
  )
  const { switched, unchanged } = dryRun ? { switched: [], unchanged: [] } : rolled
  return { id, switched, unchanged, commands }
}

async function bring(host: Host, archive: DeployArchive, onEvent: (event: DeployEvent) => void): Promise<void> {
  const { whatIsThere, upload, unpack, cleanUp, verify } = uploadScripts(host, archive)
  const there = await host.run(whatIsThere)
  await must(host, 'upload', there)
  const found = there.stdout.trim() || 'none'
  if (found !== 'none' && found !== archive.manifestSha256) throw differs(host, archive.id)
  if (found === 'none') {
    onEvent({ host: host.name, step: 'upload', detail: basename(archive.file) })
    try {
      await must(host, 'upload', await host.run(upload, { input: archive.file }))
      await must(host, 'unpack', await host.run(unpack))
    } catch (error) {
      await host.run(cleanUp)
      throw error
    }
  }
  onEvent({ host: host.name, step: 'verify', detail: archive.id })
  await must(host, 'verify', await host.run(verify))
}

function differs(host: Host, id: string): Error {
  return releaseError('release_differs', { where: host.name, id, dir: join(host.path, 'releases', id) })
}

async function readArchive(file: string): Promise<DeployArchive> {
  const facts = await inspectArchive(file)
  const sha256 = createHash('sha256')
    .update(await readFile(file))
    .digest('hex')
  return { file, ...facts, sha256, signatures: await readSignatures(file) }
}
