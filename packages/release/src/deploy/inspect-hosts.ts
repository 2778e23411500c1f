import { join } from 'node:path'
import type { DeployTarget } from './define-deploy.ts'
import { Host, lastWords, quote } from './host.ts'

/** The state of a host. */
export interface HostReport {
  host: string
  /** The release that runs there; undefined if there is none or the host is unreachable. */
  current: string | undefined
  /** Everything that would prevent a deployment, each with its remedy. Empty if all is well. */
  problems: string[]
}

const MIN_FREE_MIB = 500
const MAX_CLOCK_SKEW_S = 30

/** Creates the target folder on every host, with whatever is missing in it. Reports for each host what it could not do. */
export async function initHosts(target: DeployTarget): Promise<HostReport[]> {
  return Promise.all(
    target.hosts.map(async each => {
      const host = new Host(each, target)
      const path = quote(host.path)
      const env = quote(join(host.path, 'shared/env'))
      const result = await host.run(
        `mkdir -p ${path}/releases && mkdir -p -m 750 ${path}/shared ${path}/.arlen && { test -e ${env} || (umask 077; : > ${env}); }`,
      )
      const advice = 'Make the folder as root, and give it to the user of ssh'
      const problems = result.code === 0 ? [] : [`${host.path} cannot be made: ${lastWords(result)}. ${advice}.`]
      return { host: host.name, current: undefined, problems }
    }),
  )
}

/**
 * Checks for everything that would prevent a deployment: ssh, Node.js, tar, disk, clock, permissions, the environment file.
 */
export async function inspectHosts(target: DeployTarget): Promise<HostReport[]> {
  return Promise.all(target.hosts.map(each => inspectHost(target, new Host(each, target))))
}

async function inspectHost({ node = 'node' }: DeployTarget, host: Host): Promise<HostReport> {
  const path = quote(host.path)
  const script = [
    'echo "reached yes"',
    'echo "time $(date +%s)"',
    `echo "node $(${quote(node)} -p 'process.versions.node+" "+typeof process.getBuiltinModule("node:zlib").createZstdDecompress' 2>&1 | tail -1)"`,
    'command -v tar >/dev/null && echo "tar yes"',
    `test -d ${path}/.arlen && test -w ${path}/releases && test -w ${path} && echo "writable yes"`,
    `test -s ${path}/shared/env && echo "env yes"`,
    `echo "free $(df -Pm ${path} 2>/dev/null | awk 'NR==2{print $4}')"`,
    `echo "current $(readlink ${path}/current)"`,
  ].join('; ')
  const asked = Date.now() / 1000
  const result = await host.run(script)
  const found = new Map(result.stdout.split('\n').map(line => [line.split(' ')[0]!, line.slice(line.indexOf(' ') + 1)]))
  if (!found.has('reached')) {
    return { host: host.name, current: undefined, problems: [`ssh does not get there: ${lastWords(result)}`] }
  }
  const problems: string[] = []
  if (!/^\d+\.\d+\.\d+ function$/.test(found.get('node') ?? '')) {
    problems.push(
      `${node} is not a Node.js with zstd (22.15 or newer): ${found.get('node')}. Set "node" of the target to its path.`,
    )
  }
  if (!found.has('tar')) problems.push('tar is missing. Install it.')
  if (!found.has('writable'))
    problems.push(`${host.path} is not a target this user may write. Run arlen deploy <target> init.`)
  else if (!found.has('env'))
    problems.push(`${host.path}/shared/env is empty. Put the environment of the application there.`)
  const free = Number(found.get('free'))
  if (free > 0 && free < MIN_FREE_MIB)
    problems.push(`only ${free} MiB are free on the disk. Run arlen release prune there.`)
  const skew = Math.round(Math.abs(Number(found.get('time')) - asked))
  if (skew > MAX_CLOCK_SKEW_S) problems.push(`its clock is ${skew} s off. Run an NTP client there.`)
  const current = found.get('current')?.split('/').at(-1)
  return { host: host.name, current: current || undefined, problems }
}
