import { join } from 'node:path'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { satisfies } from 'semver'
import { type DeployTarget, defineDeploy } from './define-deploy.ts'
import { type Host, hostsOf, lastWords, quote } from './host.ts'
import { HOSTS_OPTIONS, type HostsOptions } from './hosts-options.ts'
import type { HostReport } from './init-hosts.ts'

/** Options of {@link inspectHosts}. */
export interface InspectOptions extends HostsOptions {
  /** Variables that must be set in the environment of the application, besides those that the target names. */
  required?: readonly string[] | undefined
  /** The Node.js versions on which the application runs. Default: any that can unpack a release. */
  nodeRange?: string | undefined
}

const OPTIONS: OptionTable<InspectOptions> = {
  ...HOSTS_OPTIONS,
  required: option.listOf(option.text),
  nodeRange: option.text,
}

const MIN_FREE_MIB = 500
const MAX_CLOCK_SKEW_S = 30

// Says which variables are set, never to what, and whether a PostgreSQL answers where the application will look for it.
const ENVIRONMENT = [
  "const fs=require('node:fs'),net=require('node:net')",
  "const env=require('node:util').parseEnv(fs.readFileSync(process.argv[1],'utf8'))",
  "console.log('names '+Object.keys(env).filter(name=>env[name]!=='').join(','))",
  "console.log('open '+((fs.statSync(process.argv[1]).mode&7)!==0))",
  "const dsn=env.DATABASE_URL??''",
  "const word=name=>new RegExp('(?:^|\\\\s)'+name+'=([^\\\\s]+)').exec(dsn)?.[1]",
  'const url=/^postgres(ql)?:/.test(dsn)?new URL(dsn):undefined',
  "const host=(url?url.searchParams.get('host')??decodeURIComponent(url.hostname):word('host'))||'localhost'",
  "const port=Number((url?url.port||url.searchParams.get('port'):word('port'))||5432)",
  "const say=text=>{console.log('database '+text);process.exit()}",
  "if(dsn==='')say('none')",
  "const socket=net.connect(host.startsWith('/')?{path:host+'/.s.PGSQL.'+port}:{host:host.split(',')[0].replace(/[\\[\\]]/g,''),port})",
  "socket.setTimeout(5000,()=>say('no answer'))",
  "socket.on('error',error=>say(error.code??error.message)).on('connect',()=>socket.write(Buffer.from('0000000804d2162f','hex')))",
  "socket.on('data',data=>say(/^[SN]/.test(data.toString('latin1'))?'yes':'something that is not PostgreSQL'))",
].join(';')

/**
 * Checks what a deployment needs: ssh, Node.js, tar, disk, clock, permissions, the unit, the names of the environment variables,
 * and the database.
 *
 * @returns a report for each host, with the problems found
 * @throws option_unknown, option_invalid, host_unknown
 */
export async function inspectHosts(given: InspectOptions): Promise<{ hosts: HostReport[]; commands: string[] }> {
  const { target, only, dryRun = false, required = [], nodeRange } = readOptions('inspectHosts()', given, OPTIONS)
  defineDeploy({ targets: { target } })
  const commands: string[] = []
  const hosts = hostsOf(target, only, dryRun ? commands : undefined)
  const names = [...new Set([...(target.requiredEnvironment ?? []), ...required])]
  const reports = await Promise.all(hosts.map(host => inspectHost(target, host, names, nodeRange)))
  return { hosts: reports, commands }
}

async function inspectHost(
  target: DeployTarget,
  host: Host,
  required: readonly string[],
  nodeRange: string | undefined,
): Promise<HostReport> {
  const asked = Date.now() / 1000
  const result = await host.run(probeScript(host))
  const answered = Date.now() / 1000
  const found = new Map(result.stdout.split('\n').map(line => [line.split(' ')[0]!, line.slice(line.indexOf(' ') + 1)]))
  if (!found.has('reached')) {
    return { host: host.name, current: undefined, problems: [`ssh does not get there: ${lastWords(result)}`] }
  }
  const time = Number(found.get('time'))
  const skew = Math.round(Math.max(0, asked - 1 - time, time - answered - 1))
  const problems = [
    ...nodeProblems(host, found.get('node') ?? '', nodeRange),
    ...(found.has('tar') ? [] : ['tar is missing. Install it.']),
    ...folderProblems(host, found, required),
    ...unitProblems(host, found),
    ...(host.unit === undefined || target.logFile !== undefined || found.has('journal') ? [] : [journalProblem(found)]),
    ...(skew > MAX_CLOCK_SKEW_S ? [`its clock is ${skew} s off. Run an NTP client there.`] : []),
  ]
  if (target.reload?.startsWith('sudo ') && found.get('sudo') !== 'yes') {
    problems.push(`"${target.reload}" needs a sudo that asks nothing. Allow it in /etc/sudoers.d.`)
  }
  const current = found.get('current')?.split('/').at(-1)
  return { host: host.name, current: current || undefined, problems }
}

function probeScript(host: Host): string {
  const path = quote(host.path)
  const node = quote(host.node)
  const env = quote(join(host.path, 'shared/env'))
  const unit = host.unit && quote(host.unit)
  return [
    'echo "reached yes"',
    'echo "time $(date +%s)"',
    `echo "node $(${node} -p 'process.versions.node+" "+typeof process.getBuiltinModule("node:zlib").createZstdDecompress' 2>&1 | tail -1)"`,
    'command -v tar >/dev/null && echo "tar yes"',
    `test -d ${path}/.arlen && test -w ${path}/releases && test -w ${path} && test -w ${path}/.arlen && echo "writable yes"`,
    `test -s ${env} && echo "env yes" && ${node} -e ${quote(ENVIRONMENT)} ${env} 2>/dev/null`,
    `echo "free $(df -Pm ${path} 2>/dev/null | awk 'NR==2{print $4}')"`,
    `echo "inodes $(df -Pi ${path} 2>/dev/null | awk 'NR==2{print $4}')"`,
    `echo "current $(readlink ${path}/current)"`,
    `sudo -n -l ${host.reload.replace(/^sudo (?:-n )?/, '')} >/dev/null 2>&1 && echo "sudo yes"`,
    '{ test "$(id -u)" = 0 || id -nG | grep -qwE "adm|systemd-journal|wheel"; } && echo "journal yes"',
    'echo "user $(id -un)"',
    ...(unit
      ? [`echo "unit $(systemctl show --property LoadState,UnitFileState,ActiveState ${unit} 2>&1 | tr '\\n' ' ')"`]
      : []),
  ].join('; ')
}

function nodeProblems(host: Host, said: string, range: string | undefined): string[] {
  const version = /^(\d+\.\d+\.\d+) function$/.exec(said)?.[1]
  if (version === undefined) {
    const advice = 'Set "node" of the target to its path, or "bringNode" and run init.'
    return [`${host.node} is not a Node.js with zstd (22.15 or newer): ${said}. ${advice}`]
  }
  if (range === undefined || satisfies(version, range)) return []
  return [`its Node.js is ${version}; the application runs on ${range}.`]
}

function folderProblems(host: Host, found: ReadonlyMap<string, string>, required: readonly string[]): string[] {
  if (!found.has('writable'))
    return [`${host.path} is not a target this user may write. Run arlen deploy <target> init.`]
  const problems: string[] = []
  const free = Number(found.get('free'))
  if (found.get('free') !== '' && free < MIN_FREE_MIB) {
    problems.push(`only ${free} MiB are free on the disk. Run arlen release prune there.`)
  }
  if (found.get('inodes') === '0') problems.push('the disk has no inodes left. Remove files there.')
  const env = `${host.path}/shared/env`
  if (!found.has('env')) return [...problems, `${env} is empty. Put the environment of the application there.`]
  if (found.get('open') === 'true') problems.push(`${env} may be read by everybody. Run chmod o= ${env} there.`)
  const names = new Set((found.get('names') ?? '').split(','))
  const missing = found.has('names') ? required.filter(name => !names.has(name)) : []
  if (missing.length > 0) problems.push(`${env} lacks ${missing.join(', ')}.`)
  const database = found.get('database')
  if (database !== undefined && database !== 'none' && database !== 'yes') {
    problems.push(`the database of DATABASE_URL does not answer: ${database}.`)
  }
  return problems
}

function journalProblem(found: ReadonlyMap<string, string>): string {
  return `its user may not read the journal, for logs. Run there as root: usermod -aG systemd-journal ${found.get('user')}`
}

function unitProblems(host: Host, found: ReadonlyMap<string, string>): string[] {
  if (host.unit === undefined) return []
  const said = found.get('unit') ?? ''
  const state = (name: string) => new RegExp(`${name}=(\\S+)`).exec(said)?.[1]
  if (state('LoadState') !== 'loaded')
    return [`the unit ${host.unit} is not there (${said.trim() || 'no systemd'}). Run arlen deploy <target> init.`]
  const problems: string[] = []
  if (state('UnitFileState') !== 'enabled')
    problems.push(`the unit ${host.unit} does not start with the machine. Run systemctl enable ${host.unit} there.`)
  if (state('ActiveState') === 'failed')
    problems.push(`the unit ${host.unit} has failed. Run arlen deploy <target> logs.`)
  return problems
}
