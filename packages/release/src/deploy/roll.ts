import { setTimeout as sleep } from 'node:timers/promises'
import { releaseError } from '../errors.ts'
import type { DeployTarget } from './define-deploy.ts'
import { type Host, type HostResult, lastWords, onAll, UNREACHABLE } from './host.ts'
import { readRecord, removeRecord, writeRecord } from './record.ts'
import { switchScript, switchScripts } from './scripts.ts'

/** What happens during a deployment. */
export interface DeployEvent {
  host: string
  step: 'upload' | 'verify' | 'activate' | 'rollback' | 'health' | 'revert' | 'skip'
  detail: string
}

/** A release that is to run on hosts which have it already. */
export interface Roll {
  target: DeployTarget
  /** In the order in which they are switched. */
  hosts: readonly Host[]
  id: string
  action: 'activate' | 'rollback'
  onEvent: (event: DeployEvent) => void
}

/** Which hosts run a release now, and which ran it already. */
export interface RollResult {
  switched: string[]
  unchanged: string[]
}

const RETRY_MS = 500

/**
 * Switches one batch of hosts after the other. At the first that fails it stops, and those that were switched go back unless the target
 * says otherwise: also those which an earlier deployment of this release, one that was cut off, had switched.
 *
 * @throws deploy_failed with the host, the step, and what became of the others
 */
export async function rollHosts(roll: Roll): Promise<RollResult> {
  const { target, hosts, id } = roll
  const [lead] = hosts
  const from: Record<string, string | null> = {}
  await onAll(hosts, async host => {
    from[host.name] = (await host.current()) ?? null
  }).catch(failure('No host was switched.'))
  const earlier = await readRecord(lead!, id)
  const already = new Set(hosts.filter(host => from[host.name] === id))
  for (const host of already) from[host.name] = earlier?.from[host.name] ?? id
  await writeRecord(lead!, { id, from }).catch(failure('No host was switched.'))

  const done = new Set<Host>()
  const result: RollResult = { switched: [], unchanged: [] }
  const { batchSize = 1 } = target
  for (let start = 0; start < hosts.length; start += batchSize) {
    const batch = hosts.slice(start, start + batchSize)
    await onAll(batch, async host => {
      if (already.has(host)) {
        result.unchanged.push(host.name)
        if (from[host.name] !== id) done.add(host)
        roll.onEvent({ host: host.name, step: 'skip', detail: `${id} runs already` })
        return
      }
      await switchHost(roll, host, from[host.name] ?? undefined, () => done.add(host))
      result.switched.push(host.name)
    }).catch(async error => {
      throw await afterFailure(error as Error)
    })
  }
  await removeRecord(lead!)
  return result

  /** The first failure, with the state of the hosts that were switched before. */
  async function afterFailure(error: Error): Promise<Error> {
    const all = [...done]
    if (all.length === 0) return deployFailed(error, 'No host was switched.')
    if (target.onFailure === 'stop') return deployFailed(error, `${all.map(({ name }) => name).join(', ')} keep ${id}.`)
    const outcomes: string[] = []
    for (const host of all.toReversed()) outcomes.push(await revertHost(roll, host, from[host.name] ?? undefined))
    await removeRecord(lead!)
    return deployFailed(error, `${outcomes.join('; ')}.`)
  }
}

/** @param onSwitched - called when the host has to go back should another one fail, even if this one is not done */
async function switchHost(roll: Roll, host: Host, from: string | undefined, onSwitched: () => void): Promise<void> {
  const { target, id, action, onEvent } = roll
  const { beforeActivate, activate, start, health, afterActivate } = switchScripts(target, host, id)
  if (beforeActivate) await must(host, 'beforeActivate', await host.run(beforeActivate))
  onEvent({ host: host.name, step: action, detail: id })
  const script = action === 'activate' ? activate : switchScript(target, host, action, from ?? id, id)
  const result = await untilUnlocked(host, script, target.timeoutMs ?? 60_000)
  // The host may have been switched even if its response was lost.
  if (result.code === 0 || (await host.current()) === id) onSwitched()
  await must(host, action, result)
  if (start) await must(host, 'start', await host.run(start))
  const runs = start !== undefined || !result.stdout.includes('"reloaded":false')
  if (!runs) onEvent({ host: host.name, step: 'skip', detail: 'nothing runs there yet; start current/bin/app start' })
  if (health && runs) {
    onEvent({ host: host.name, step: 'health', detail: host.healthUrl! })
    await must(host, 'health', await host.run(health))
  }
  if (afterActivate) await must(host, 'afterActivate', await host.run(afterActivate))
}

/** The command of a deployment that was cut off may still be at work on the host, and is waited for. */
async function untilUnlocked(host: Host, script: string, timeoutMs: number): Promise<HostResult> {
  const end = performance.now() + timeoutMs
  for (;;) {
    const result = await host.run(script)
    const isLocked = result.code === 1 && result.stdout.includes('"code":"target_locked"')
    if (!isLocked || performance.now() > end) return result
    await sleep(RETRY_MS)
  }
}

/** Says what became of it. */
async function revertHost({ target, id, onEvent }: Roll, host: Host, from: string | undefined): Promise<string> {
  if (from === undefined) return `${host.name} had no release before and keeps ${id}`
  onEvent({ host: host.name, step: 'revert', detail: from })
  const result = await host.run(switchScript(target, host, 'rollback', id, from))
  return result.code === 0
    ? `${host.name} went back to ${from}`
    : `${host.name}: ${lastWords(result).replace(/\.$/, '')}`
}

/** Throws an Error that names the host and the step if a command there failed. */
export async function must(host: Host, step: string, result: HostResult): Promise<void> {
  if (result.code === 0) return
  const lost = result.code === UNREACHABLE ? ' (the connection failed; look at the host before you go on)' : ''
  throw new Error(`${host.name} failed at ${step}: ${lastWords(result)}${lost}`)
}

function deployFailed(cause: Error, outcome: string): Error {
  const reason = cause.message.replace(/\.$/, '')
  // What shows the lines of a file is not a sentence that the outcome could follow.
  return releaseError('deploy_failed', { reason: reason + (reason.includes('\n') ? '\n' : '. '), outcome }, { cause })
}

/** For `catch`: what failed, and what is true then. */
export function failure(outcome: string): (error: unknown) => never {
  return error => {
    throw deployFailed(error as Error, outcome)
  }
}
