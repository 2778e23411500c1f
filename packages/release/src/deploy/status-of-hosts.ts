import { readOptions } from '@arlen/core/options'
import type { TargetStatus } from '../target/inspect.ts'
import { defineDeploy } from './define-deploy.ts'
import { type Host, hostsOf, lastWords, quote } from './host.ts'
import { HOSTS_OPTIONS, type HostsOptions } from './hosts-options.ts'
import { currentCommand } from './scripts.ts'

/** What runs on a host. */
export interface HostStatus {
  host: string
  current: string | undefined
  previous: string | undefined
  /** Workers that serve, and how many there should be; undefined if propane does not run there. */
  workers: { serving: number; desired: number } | undefined
  /** The last thing that was done there: `2026-11-29T12:00:00Z ann activate r2: ok`. */
  last: string | undefined
  /** Why nothing more is known. */
  problem: string | undefined
}

/**
 * Reads what runs on each host of a target. An unreachable host has a `problem`.
 *
 * @returns the state of each host; with `dryRun`, the commands alone
 * @throws option_unknown, option_invalid, host_unknown
 */
export async function statusOfHosts(given: HostsOptions): Promise<{ hosts: HostStatus[]; commands: string[] }> {
  const { target, only, dryRun = false } = readOptions('statusOfHosts()', given, HOSTS_OPTIONS)
  defineDeploy({ targets: { target } })
  const commands: string[] = []
  const hosts = await Promise.all(hostsOf(target, only, dryRun ? commands : undefined).map(statusOf))
  return { hosts: dryRun ? [] : hosts, commands }
}

async function statusOf(host: Host): Promise<HostStatus> {
  const nothing = { current: undefined, previous: undefined, workers: undefined, last: undefined, problem: undefined }
  const release = currentCommand(host, 'release', 'status', '--target', host.path, '--json')
  const result = await host.run(
    `if [ -e ${quote(host.path)}/current ]; then ${release} && ${currentCommand(host, 'status', '--json')}; else echo none; fi`,
  )
  const lines = result.stdout.trim().split('\n')
  if (lines[0] === 'none') return { host: host.name, ...nothing }
  const status = parse<InJson<TargetStatus>>(lines[0])
  if (!status) return { host: host.name, ...nothing, problem: lastWords(result) }
  const propane = parse<{ result?: { serving: number; desired: number } }>(lines[1])?.result
  const entry = status.history?.at(-1)
  return {
    host: host.name,
    current: status.current ?? undefined,
    previous: status.previous ?? undefined,
    workers: propane && { serving: propane.serving, desired: propane.desired },
    last: entry && `${entry.at} ${entry.user} ${entry.action} ${entry.to ?? ''}: ${entry.outcome}`,
    problem: status.interrupted
      ? `the last ${status.interrupted.action} was killed at ${status.interrupted.step}`
      : undefined,
  }
}

/** What is not known is null there, or is missing. */
type InJson<T> = { [Name in keyof T]: T[Name] | null }

function parse<T>(line: string | undefined): T | undefined {
  try {
    return JSON.parse(line ?? '') as T
  } catch {
    return undefined
  }
}
