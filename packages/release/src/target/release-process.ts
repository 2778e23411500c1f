import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'

/** How a command of a release ended. */
export interface CommandResult {
  code: number
  stdout: string
  stderr: string
}

type Env = Readonly<Record<string, string | undefined>>

/** More output than this says nothing new. */
const MAX_OUTPUT = 2 ** 20

/** Runs a command and waits for it to end. When its time is over, it is killed with all that it has started. A missing program is exit code 127. */
export function runCommand(
  [file, ...args]: readonly string[],
  env: Env,
  { timeoutMs, cwd }: { timeoutMs: number; cwd: string },
): Promise<CommandResult> {
  return new Promise(resolve => {
    const child = spawn(file!, args, { env, cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
    const output = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        output[name] = (output[name] + text).slice(-MAX_OUTPUT)
      })
    }
    const timer = setTimeout(() => {
      output.stderr += `\nstopped after ${timeoutMs} ms`
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    }, timeoutMs)
    child.once('error', error => {
      clearTimeout(timer)
      resolve({ code: 127, ...output, stderr: `${output.stderr}\n${error.message}` })
    })
    child.once('close', code => {
      clearTimeout(timer)
      resolve({ code: code ?? 137, ...output })
    })
  })
}

/** A release that was started next to the running one. */
export class StartedRelease {
  readonly #child: ChildProcess
  readonly #lines: string[] = []
  readonly #exited: Promise<void>
  /** How it ended, once it has. */
  end: string | undefined

  constructor(dir: string, args: readonly string[], env: Env) {
    this.#child = spawn(process.execPath, [join(dir, 'bin/app'), 'start', ...args], {
      cwd: dir,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [this.#child.stdout!, this.#child.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => this.#keep(text))
    }
    this.#exited = new Promise(resolve => {
      this.#child.once('error', error => {
        this.end ??= error.message
        resolve()
      })
      this.#child.once('close', (code, signal) => {
        this.end ??= signal ? `it was ended by ${signal}` : `it ended with exit code ${code}`
        resolve()
      })
    })
  }

  /** The last lines of its output. */
  get log(): string {
    return this.#lines.slice(-20).join('\n')
  }

  #keep(text: string): void {
    this.#lines.push(...text.split('\n').filter(line => line !== ''))
    if (this.#lines.length > 200) this.#lines.splice(0, this.#lines.length - 100)
  }

  /** Ends it with TERM, or with KILL if that takes too long. */
  async stop(graceMs: number): Promise<void> {
    if (this.end !== undefined) return
    this.#child.kill('SIGTERM')
    const kill = setTimeout(() => this.#child.kill('SIGKILL'), graceMs)
    await this.#exited
    clearTimeout(kill)
  }
}
