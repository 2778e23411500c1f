import { type ChildProcess, spawn } from 'node:child_process'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { SOURCE } from './helpers.ts'

export const BIN: string = path.join(import.meta.dirname, '..', 'src', 'bin.ts')

export interface LogLine {
  level: string
  msg: string
  [member: string]: unknown
}

/** The `propane` command in a process of its own. */
export class Bin {
  readonly child: ChildProcess
  readonly lines: LogLine[] = []
  stdout = ''
  stderr = ''
  readonly exit: Promise<number | NodeJS.Signals>
  #waiting: (() => void)[] = []
  #closed = false

  constructor(
    args: readonly string[],
    options: { env?: NodeJS.ProcessEnv; cwd?: string; wrapper?: readonly string[] } = {},
  ) {
    const { env = {}, cwd, wrapper = [] } = options
    const command = [...wrapper, process.execPath, ...SOURCE, BIN, ...args]
    this.child = spawn(command[0]!, command.slice(1), {
      env: { ...process.env, NODE_OPTIONS: '', ARLEN_PROPANE_PRE_STOP_DELAY: '0', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(cwd !== undefined && { cwd }),
    })
    let rest = ''
    this.child.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
      this.stdout += chunk
      const parts = (rest + chunk).split('\n')
      rest = parts.pop()!
      for (const line of parts) this.#line(line)
      for (const wake of this.#waiting.splice(0)) wake()
    })
    this.child.stderr!.setEncoding('utf8').on('data', (chunk: string) => {
      this.stderr += chunk
    })
    this.exit = new Promise(resolve => this.child.once('close', (code, signal) => resolve(signal ?? code ?? -1)))
    void this.exit.then(() => {
      this.#closed = true
      for (const wake of this.#waiting.splice(0)) wake()
    })
    onTestFinished(async () => {
      this.child.kill('SIGKILL')
      await this.exit
    })
  }

  /** The first line of the log that has this in its message, now or later. Throws when there will be none. */
  async line(part: string): Promise<LogLine> {
    for (;;) {
      const found = this.lines.find(line => line.msg.includes(part))
      if (found) return found
      if (this.#closed) throw new Error(`ended without saying ${part}:\n${this.stdout}${this.stderr}`)
      await new Promise<void>(resolve => this.#waiting.push(resolve))
    }
  }

  /** Waits until it serves, and gives its URL. */
  async serving(): Promise<string> {
    const { address } = await this.line('serving on')
    return `http://${address as string}`
  }

  #line(text: string): void {
    if (text.startsWith('{')) this.lines.push(JSON.parse(text) as LogLine)
  }
}

/** Runs it to its end. */
export async function runBin(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ code: number | NodeJS.Signals; stdout: string; stderr: string }> {
  const bin = new Bin(args, { env })
  const code = await bin.exit
  return { code, stdout: bin.stdout, stderr: bin.stderr }
}
