import { spawn } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { releaseError } from '../errors.ts'
import type { DeployHost, DeployRole, DeployTarget } from './define-deploy.ts'

/** What a command on a host said. */
export interface HostResult {
  code: number
  stdout: string
  stderr: string
}

/** How a command is run on a host. */
export interface RunOptions {
  /** A file that becomes its input. */
  input?: string
  /** Called with every line it writes, as it comes. */
  onLine?: (line: string) => void
  /** Its exit code in a dry run. Default 0. */
  assume?: number
}

/** The exit code of ssh itself: the host was not reached, or the connection broke. */
export const UNREACHABLE = 255

// A host that does not answer must not hold the others up, and a question for a password would wait forever.
const SSH_OPTIONS = ['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=10', '-o', 'ServerAliveInterval=5']

/** One machine, by the system's ssh. */
export class Host {
  readonly name: string
  readonly roles: readonly DeployRole[]
  /** The target folder on it. */
  readonly path: string
  /** Its Node.js. */
  readonly node: string
  readonly unit: string | undefined
  readonly start: string
  readonly reload: string
  /** Undefined on hosts that answer no requests. */
  readonly healthUrl: string | undefined
  readonly #ssh: readonly string[]
  readonly #recorded: string[] | undefined

  /** @param recorded - where commands are written down instead of being run */
  constructor(host: DeployHost, target: DeployTarget, recorded?: string[]) {
    const { address, ssh = [], roles = ['web'], user = target.user } = host
    this.name = address
    this.roles = roles
    this.path = host.path ?? target.path
    this.node = target.node ?? (target.bringNode === true ? join(this.path, 'node/bin/node') : 'node')
    this.unit = host.unit ?? target.unit
    this.start = host.start ?? target.start ?? 'bin/app start'
    this.reload = host.reload ?? target.reload ?? 'auto'
    this.healthUrl = roles.includes('web') ? (host.healthUrl ?? target.healthUrl) : undefined
    const login = user === undefined || address.includes('@') ? [] : ['-l', user]
    this.#ssh = [...SSH_OPTIONS, ...login, ...ssh, address]
    this.#recorded = recorded
  }

  /** The command of this machine that runs a shell command on the host. */
  commandFor(script: string): readonly string[] {
    return ['ssh', ...this.#ssh, script]
  }

  /** Runs a shell command on the host to its end. */
  async run(script: string, { input, onLine, assume = 0 }: RunOptions = {}): Promise<HostResult> {
    const [file, ...args] = this.commandFor(script)
    if (this.#recorded) {
      const command = [file!, ...args].map(quote).join(' ')
      this.#recorded.push(input === undefined ? command : `${command} < ${quote(input)}`)
      return { code: assume, stdout: '', stderr: '' }
    }
    const child = spawn(file!, args, { stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'] })
    const output = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'] as const) {
      let rest = ''
      child[name]!.setEncoding('utf8').on('data', (text: string) => {
        if (!onLine) {
          output[name] += text
          return
        }
        const lines = (rest + text).split('\n')
        rest = lines.pop()!
        for (const line of lines) onLine(line)
      })
      child[name]!.on('end', () => rest !== '' && onLine?.(rest))
    }
    const ended = new Promise<number>(resolve => {
      child.once('error', error => {
        output.stderr += error.message
        resolve(127)
      })
      child.once('close', code => resolve(code ?? UNREACHABLE))
    })
    // A host that hangs up in the middle of an upload says so by its exit code.
    if (input !== undefined) await pipeline(createReadStream(input), child.stdin!).catch(() => undefined)
    return { code: await ended, ...output }
  }

  /** The id of the release that runs on it; undefined if none does. Throws an Error if the host is not reached. */
  async current(): Promise<string | undefined> {
    const result = await this.run(`readlink ${quote(join(this.path, 'current'))}`)
    if (result.code === UNREACHABLE) throw new Error(`${this.name} is not reached: ${lastWords(result)}`)
    return result.stdout.trim().split('/').at(-1) || undefined
  }
}

/**
 * The hosts of a target, in the order in which they are switched.
 *
 * @param only - the addresses or roles that are meant; empty for all
 * @throws host_unknown
 */
export function hostsOf(target: DeployTarget, only: readonly string[] = [], recorded?: string[]): Host[] {
  const { order = [] } = target
  const hosts = target.hosts.map(host => new Host(host, target, recorded))
  const isMeant = (host: Host, word: string) => host.name === word || (host.roles as readonly string[]).includes(word)
  const unknown = only.find(word => !hosts.some(host => isMeant(host, word)))
  if (unknown !== undefined) {
    throw releaseError('host_unknown', { name: unknown, known: hosts.map(({ name }) => name).join(', ') })
  }
  const rank = ({ roles }: Host) => {
    const first = order.findIndex(role => roles.includes(role))
    return first < 0 ? order.length : first
  }
  return hosts
    .filter(host => only.length === 0 || only.some(word => isMeant(host, word)))
    .sort((a, b) => rank(a) - rank(b))
}

/** Runs a step on several hosts in parallel, and waits for all of them before it throws the first failure. */
export async function onAll(hosts: readonly Host[], step: (host: Host) => Promise<void>): Promise<void> {
  const outcomes = await Promise.allSettled(hosts.map(step))
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
}

/** Quotes an argument for a POSIX shell. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

/**
 * What a failed command said last: the message of the error that ended a Node.js process, or else the last lines. With `--json`,
 * `arlen` says it as `{"error":{"message":…}}`.
 */
export function lastWords({ code, stdout, stderr }: HostResult): string {
  const lines = `${stderr}\n${stdout}`.split('\n').filter(line => line.trim() !== '')
  return (crashMessage(lines) ?? lines.slice(-5).map(messageOf)).join('\n') || `exit code ${code}`
}

/** The message above a stack trace; undefined if there is none. The lines after a stack trace say less than its message. */
function crashMessage(lines: readonly string[]): string[] | undefined {
  const end = lines.findIndex(line => /^ {4}at /.test(line))
  const start = lines
    .slice(0, Math.max(end, 0))
    .findLastIndex(line => /^(?:Uncaught )?\w*(?:Error|Exception)\b/.test(line))
  return start === -1 ? undefined : lines.slice(start, end)
}

function messageOf(line: string): string {
  if (!line.startsWith('{')) return line
  try {
    const { error } = JSON.parse(line) as { error?: { message?: string } | string }
    return (typeof error === 'string' ? error : error?.message) ?? line
  } catch {
    return line
  }
}
