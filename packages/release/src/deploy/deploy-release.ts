import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { releaseError } from '../errors.ts'
import { type DeployTarget, defineDeploy } from './define-deploy.ts'
import { Host, type HostResult, lastWords, quote } from './host.ts'

/** Options of {@link deployRelease}. */
export interface DeployOptions {
  target: DeployTarget
  /** The release's archive, as written by `archiveRelease()`. */
  archive: string
  /** Returns the commands and runs none. Default false. */
  dryRun?: boolean | undefined
  /** Called when a step begins on a host, and with its output. */
  onEvent?: ((event: DeployEvent) => void) | undefined
}

/** The events of a deployment. */
export interface DeployEvent {
  host: string
  step: 'upload' | 'verify' | 'activate' | 'revert' | 'skip'
  detail: string
}

/** What {@link deployRelease} did. */
export interface DeployResult {
  id: string
  /** Hosts on which the release runs now. */
  switched: string[]
  /** Hosts on which it was already running. */
  unchanged: string[]
  /** With `dryRun`: every command, in order. */
  commands: string[]
}

const OPTIONS: OptionTable<DeployOptions> = {
  target: option.required(option.object),
  archive: option.required(option.text),
  dryRun: option.boolean,
  onEvent: option.func,
}

// Checks the archive before anything is unpacked. Runs on the host, which may lack zstd and sha256sum.
const UNPACK = [
  "const fs=require('node:fs')",
  'const[,file,wanted]=process.argv',
  "const found=require('node:crypto').createHash('sha256').update(fs.readFileSync(file)).digest('hex')",
  "if(found!==wanted){console.error('the archive did not arrive whole');process.exit(9)}",
  "fs.createReadStream(file).pipe(require('node:zlib').createZstdDecompress()).pipe(process.stdout)",
].join(';')

/**
 * Uploads a release to all hosts of a target, verifies it there, and switches one batch of hosts after the other. The first
 * host applies the migrations, under the database's lock. Stops at the first host that fails; switched hosts go back unless
 * the target says otherwise. Finished steps are not repeated, so an interrupted deployment can be run again.
 *
 * @throws archive_missing, and deploy_failed with the host, the step, and the state of the others
 */
export async function deployRelease(given: DeployOptions): Promise<DeployResult> {
  const { target, archive, dryRun = false, onEvent = () => {} } = readOptions('deployRelease()', given, OPTIONS)
  defineDeploy({ targets: { target } })
  const id = basename(archive).replace(/\.tar\.zst$/, '')
  const hosts = target.hosts.map(host => new Host(host, target))
  const sha256 = createHash('sha256')
    .update(await readArchive(archive))
    .digest('hex')
  const scripts = (host: Host) => deployScripts(target, host, id, sha256)
  if (dryRun) {
    const commands = hosts.flatMap(host => {
      const { upload, unpack, verify, activate, afterActivate } = scripts(host)
      const upon = (script: string) => host.commandFor(script).map(quote).join(' ')
      const last = afterActivate === undefined ? [] : [upon(afterActivate)]
      return [`${upon(upload)} < ${quote(archive)}`, upon(unpack), upon(verify), upon(activate), ...last]
    })
    return { id, switched: [], unchanged: [], commands }
  }

  await onAll(hosts, async host => {
    const { isThere, upload, unpack, verify } = scripts(host)
    if ((await host.run(isThere)).code !== 0) {
      onEvent({ host: host.name, step: 'upload', detail: basename(archive) })
      await must(host, 'upload', await host.run(upload, { input: archive }))
      await must(host, 'unpack', await host.run(unpack))
    }
    onEvent({ host: host.name, step: 'verify', detail: id })
    await must(host, 'verify', await host.run(verify))
  }).catch(error => {
    throw deployFailed(error as Error, 'No host was switched.')
  })

  const done: { host: Host; from: string }[] = []
  const unchanged: string[] = []
  const { batchSize = 1 } = target
  for (let start = 0; start < hosts.length; start += batchSize) {
    const batch = hosts.slice(start, start + batchSize)
    try {
      await onAll(batch, async host => {
        const from = await currentOf(host)
        if (basename(from) === id) {
          unchanged.push(host.name)
          onEvent({ host: host.name, step: 'skip', detail: `${id} runs already` })
          return
        }
        onEvent({ host: host.name, step: 'activate', detail: id })
        const { activate, afterActivate } = scripts(host)
        const result = await host.run(activate)
        // The host may have been switched even if its response was lost.
        if (result.code === 0 || basename(await currentOf(host)) === id) done.push({ host, from: basename(from) })
        await must(host, 'activate', result)
        if (afterActivate !== undefined) await must(host, 'afterActivate', await host.run(afterActivate))
      })
    } catch (error) {
      throw await afterFailure(error as Error)
    }
  }
  return { id, switched: done.map(({ host }) => host.name), unchanged, commands: [] }

  /** The first failure, with the state of the hosts that were switched before. */
  async function afterFailure(error: Error): Promise<Error> {
    if (done.length === 0 || target.onFailure === 'stop') {
      const rest = done.length === 0 ? 'No host was switched.' : `${names(done)} keep ${id}.`
      return deployFailed(error, rest)
    }
    const outcomes: string[] = []
    for (const { host, from } of done.toReversed()) {
      if (from === '') {
        outcomes.push(`${host.name} had no release before and keeps ${id}`)
        continue
      }
      onEvent({ host: host.name, step: 'revert', detail: from })
      const result = await host.run(revertScript(target, host, id, from))
      outcomes.push(result.code === 0 ? `${host.name} went back to ${from}` : `${host.name}: ${lastWords(result)}`)
    }
    return releaseError(
      'deploy_failed',
      { reason: error.message, outcome: `${outcomes.join('; ')}.` },
      { cause: error },
    )
  }
}

async function readArchive(file: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch (cause) {
    throw releaseError('archive_missing', { file }, { cause })
  }
}

function deployFailed(cause: Error, outcome: string): Error {
  return releaseError('deploy_failed', { reason: cause.message.replace(/\.$/, ''), outcome }, { cause })
}

async function currentOf(host: Host): Promise<string> {
  return (await host.run(`readlink ${quote(join(host.path, 'current'))}`)).stdout.trim()
}

function names(done: readonly { host: Host }[]): string {
  return done.map(({ host }) => host.name).join(', ')
}

/** Runs a step on several hosts in parallel, and waits for all of them before it throws the first failure. */
async function onAll(hosts: readonly Host[], step: (host: Host) => Promise<void>): Promise<void> {
  const outcomes = await Promise.allSettled(hosts.map(step))
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
}

async function must(host: Host, step: string, result: HostResult): Promise<void> {
  if (result.code !== 0) throw new Error(`${host.name} failed at ${step}: ${lastWords(result)}`)
}

/** The shell commands that run on a host. */
function deployScripts(target: DeployTarget, host: Host, id: string, sha256: string) {
  const { node = 'node', hooks = {} } = target
  const path = quote(host.path)
  const release = quote(join(host.path, 'releases', id))
  const archive = quote(join(host.path, '.arlen', `${id}.tar.zst`))
  const incoming = quote(join(host.path, 'releases', `.incoming-${id}`))
  return {
    isThere: `test -f ${release}/manifest.json`,
    upload: `test -d ${path}/.arlen && cat > ${archive}.partial && mv ${archive}.partial ${archive}`,
    // Only a complete release gets the name of one.
    unpack: [
      `if [ -d ${incoming} ]; then chmod -R u+w ${incoming} && rm -rf ${incoming}; fi && mkdir ${incoming}`,
      `{ ${quote(node)} -e ${quote(UNPACK)} ${archive} ${sha256} || echo failed > ${incoming}/failed; } | tar -x -f - -C ${incoming}`,
      `test ! -e ${incoming}/failed && chmod u+w ${incoming}/${quote(id)} && mv ${incoming}/${quote(id)} ${release}`,
      `chmod 555 ${release} && rmdir ${incoming} && rm ${archive}`,
    ].join(' && '),
    verify: `${quote(node)} ${release}/bin/app release verify ${quote(id)} --target ${path}`,
    activate: [
      ...(hooks.beforeActivate === undefined ? [] : [`cd ${path} && ${hooks.beforeActivate}`]),
      activateScript(target, host, id, id),
    ].join(' && '),
    afterActivate: hooks.afterActivate === undefined ? undefined : `cd ${path} && ${hooks.afterActivate}`,
  }
}

/** Activates a release with its own command or that of another one. */
function activateScript(target: DeployTarget, host: Host, by: string, id: string): string {
  const { node = 'node', environment = 'production', reload = 'auto', requests = [], timeoutMs = 60_000 } = target
  const words = [node, join(host.path, 'releases', by, 'bin/app'), 'release', 'activate', id, '--target', host.path]
  words.push('--env', environment, '--reload', reload, '--timeout', String(timeoutMs / 1000), '--json')
  for (const path of requests) words.push('--request', path)
  return words.map(quote).join(' ')
}

/** The newer release takes the host back, because the older one may lack features. */
function revertScript(target: DeployTarget, host: Host, by: string, id: string): string {
  return activateScript(target, host, by, id).replace(' release activate ', ' release rollback ')
}
