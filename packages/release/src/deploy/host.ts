import { spawn } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import type { DeployHost, DeployTarget } from './define-deploy.ts'

/** The output of a command on a host. */
export interface HostResult {
  code: number
  stdout: string
  stderr: string
}

// An unreachable host must not delay the others, and a password prompt would wait forever.
const SSH_OPTIONS = ['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=10', '-o', 'ServerAliveInterval=10']

/** One machine, reached with the system's ssh. */
export class Host {
  readonly name: string
  /** The target folder on it. */
  readonly path: string
  readonly #ssh: readonly string[]

  constructor({ address, ssh = [], path }: DeployHost, target: DeployTarget) {
    this.name = address
    this.path = path ?? target.path
    this.#ssh = [...SSH_OPTIONS, ...ssh, address]
  }

  /** The local command that runs a shell command on the host. */
  commandFor(script: string): readonly string[] {
    return ['ssh', ...this.#ssh, script]
  }

  /** Runs a shell command on the host, with a file's content as its input if one is given. */
  async run(script: string, { input }: { input?: string } = {}): Promise<HostResult> {
    const [file, ...args] = this.commandFor(script)
    const child = spawn(file!, args, { stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'] })
    const output = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]!.setEncoding('utf8').on('data', (text: string) => {
        output[name] += text
      })
    }
    const ended = new Promise<number>(resolve => {
      child.once('error', error => {
        output.stderr += error.message
        resolve(127)
      })
      child.once('close', code => resolve(code ?? 255))
    })
    // If a host hangs up during an upload, its exit code reports it.
    if (input !== undefined) await pipeline(createReadStream(input), child.stdin!).catch(() => undefined)
    return { code: await ended, ...output }
  }
}

/** Quotes a word for the shell. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

/** The last lines of a failed command's output. With `--json`, `arlen` writes `{"error":{"message":…}}`. */
export function lastWords({ code, stdout, stderr }: HostResult): string {
  const lines = `${stderr}\n${stdout}`.split('\n').filter(line => line.trim() !== '')
  return lines.slice(-5).map(messageOf).join('\n') || `exit code ${code}`
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
