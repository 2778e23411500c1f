import { join } from 'node:path'
import { readOptions } from '@arlen/core/options'
import { currentPlatform, platformName } from '../build/platform.ts'
import { type DeployTarget, defineDeploy } from './define-deploy.ts'
import { type Host, hostsOf, lastWords, quote, UNREACHABLE } from './host.ts'
import { HOSTS_OPTIONS, type HostsOptions } from './hosts-options.ts'
import { AS_ROOT } from './scripts.ts'
import { socketText, unitText } from './unit.ts'

/** What a host is like. */
export interface HostReport {
  host: string
  /** The release that runs there; undefined if none does or the host does not answer. */
  current: string | undefined
  /** What keeps a deployment from working, each with what to do. Empty is good. */
  problems: string[]
}

/**
 * Prepares every host of a target: folders, `shared/env`, Node.js with `bringNode`, the unit and its socket. May be called again.
 *
 * @returns a report for each host, with the problems that remain
 * @throws option_unknown, option_invalid, host_unknown
 */
export async function initHosts(given: HostsOptions): Promise<{ hosts: HostReport[]; commands: string[] }> {
  const { target, only, dryRun = false } = readOptions('initHosts()', given, HOSTS_OPTIONS)
  defineDeploy({ targets: { target } })
  const commands: string[] = []
  const hosts = hostsOf(target, only, dryRun ? commands : undefined)
  const reports = await Promise.all(
    hosts.map(async host => ({ host: host.name, current: undefined, problems: await initHost(target, host) })),
  )
  return { hosts: reports, commands }
}

async function initHost(target: DeployTarget, host: Host): Promise<string[]> {
  const folders = await host.run(folderScript(target, host))
  if (folders.code === UNREACHABLE) return [`ssh does not get there: ${lastWords(folders)}`]
  if (folders.code !== 0) {
    const advice = `Run there as root: install -d -o "$USER" ${host.path}`
    return [`${host.path} cannot be made: ${lastWords(folders)}. ${advice}`]
  }
  const problems: string[] = []
  if (target.bringNode === true) problems.push(...(await bringNode(host)))
  if (host.unit !== undefined && problems.length === 0) problems.push(...(await installUnit(target, host)))
  return problems
}

function folderScript({ environmentFile }: DeployTarget, host: Host): string {
  const path = quote(host.path)
  const env = quote(join(host.path, 'shared/env'))
  const makeEnv =
    environmentFile === undefined
      ? `{ test -e ${env} || (umask 077; : > ${env}); }`
      : `{ test -L ${env} || test ! -s ${env} || { echo "shared/env is a file; move what is in it to ${environmentFile}" >&2; exit 1; }; } && ln -sfn ${quote(environmentFile)} ${env}`
  const steps = [
    `{ test -d ${path} || mkdir -p ${path} 2>/dev/null || as_root install -d -o "$(id -u)" -g "$(id -g)" ${path}; }`,
    `mkdir -p ${path}/releases`,
    `mkdir -p -m 750 ${path}/shared ${path}/.arlen`,
    makeEnv,
  ]
  return `${AS_ROOT}; ${steps.join(' && ')}`
}

/** Brings the program that runs this one, where the host is of the same kind. */
async function bringNode(host: Host): Promise<string[]> {
  const file = quote(host.node)
  const here = platformName(currentPlatform())
  const script = 'uname -s; uname -m; ls /lib/ld-musl-* >/dev/null 2>&1 && echo musl'
  const lines = (await host.run(script)).stdout.trim().toLowerCase().split('\n')
  const arch = { x86_64: 'x64', amd64: 'x64', aarch64: 'arm64' }[lines[1] ?? ''] ?? lines[1]
  const there = `${lines[0]}-${arch}${lines[2] === 'musl' ? '-musl' : ''}`
  if (lines[0] !== '' && there !== here) {
    return [
      `Node.js of this machine (${here}) does not run there (${there}). Install Node.js, and set "node" to its path.`,
    ]
  }
  const { version } = process
  const found = await host.run(`${file} --version 2>/dev/null`, { assume: 1 })
  if (found.code === 0 && found.stdout.trim() === version) return []
  const result = await host.run(
    `mkdir -p "$(dirname ${file})" && cat > ${file}.partial && chmod 755 ${file}.partial && ${file}.partial --version >/dev/null && mv ${file}.partial ${file}`,
    { input: process.execPath },
  )
  if (result.code === 0) return []
  const lacksLibrary = result.stderr.includes('cannot open shared object file')
  const advice = lacksLibrary
    ? ' Install the package of this library: on Debian, apt-get install libatomic1 libstdc++6.'
    : ''
  return [`Node.js ${version} could not be brought: ${lastWords(result).replace(/\.$/, '')}.${advice}`]
}

async function installUnit({ listen }: DeployTarget, host: Host): Promise<string[]> {
  const facts = await host.run(`id -un; dirname "$(command -v ${quote(host.node)} || echo ${quote(host.node)})"`)
  const [user = 'nobody', nodeFolder = '/usr/bin'] = facts.stdout.trim().split('\n')
  const files: [name: string, text: string][] = [
    [`${host.unit}.service`, unitText(host, { user: user || 'nobody', nodeFolder })],
  ]
  if (listen !== undefined && host.roles.includes('web')) files.push([`${host.unit}.socket`, socketText(host, listen)])
  const kept = files.map(([name]) => join(host.path, 'shared', name))
  const write = files.map(([, text], index) => `printf %s ${quote(text)} > ${quote(kept[index]!)}`)
  const written = await host.run(write.join(' && '))
  if (written.code !== 0) return [`the unit could not be written: ${lastWords(written)}`]
  const names = files.map(([name]) => quote(name)).join(' ')
  const install = [
    `as_root install -m 644 ${kept.map(quote).join(' ')} /etc/systemd/system/`,
    'as_root systemctl daemon-reload',
    `as_root systemctl enable ${names}`,
  ].join(' && ')
  const result = await host.run(
    `${AS_ROOT}; command -v systemctl >/dev/null || { echo 'systemd is not there' >&2; exit 1; }; ${install}`,
  )
  if (result.code === 0) return []
  return [
    `the unit could not be installed: ${lastWords(result)}. It is in ${kept.join(' and ')}; run there as root: ${install.replaceAll('as_root ', '')}`,
  ]
}
