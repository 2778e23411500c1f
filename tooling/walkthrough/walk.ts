import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { readersEnvironment } from './machine.ts'
import { type Step, shows } from './steps.ts'

/** How long a page may take to show what was just saved. */
const PATIENCE_MS = 300_000

/** Follows a page's steps in a folder, as a reader would. @throws with the line of the page at which it fails */
export async function walk(steps: readonly Step[], folder: string): Promise<void> {
  const port = await freePort()
  const reader = new Reader(folder, readersEnvironment(folder), port)
  try {
    for (const step of steps) {
      await reader.take(step).catch(cause => {
        throw new Error(`line ${step.line}: ${(cause as Error).message}\n${reader.serverOutput.slice(-3000)}`, {
          cause,
        })
      })
    }
  } finally {
    await reader.stopServing()
  }
}

class Reader {
  serverOutput = ''
  #cwd: string
  #server: ChildProcess | undefined
  readonly #env: NodeJS.ProcessEnv
  readonly #port: number

  constructor(folder: string, env: NodeJS.ProcessEnv, port: number) {
    this.#cwd = folder
    this.#env = env
    this.#port = port
  }

  async take(step: Step): Promise<void> {
    if (step.kind === 'write') {
      const path = join(this.#cwd, step.file)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, step.text)
    } else if (step.kind === 'serve') await this.#serve(step.command)
    else await this.#run(step.commands, step.expected)
  }

  async #run(commands: readonly string[], expected: string | undefined): Promise<void> {
    const asks = this.#server !== undefined && commands.every(command => command.startsWith('curl '))
    const deadline = performance.now() + (asks ? PATIENCE_MS : 0)
    for (;;) {
      const result = await this.#runAll(commands)
      const isRight = expected === undefined ? result.code === 0 : shows(result.output, expected)
      if (isRight) return
      if (performance.now() > deadline) {
        throw new Error(`expected ${expected ?? 'success'}\ngot (exit code ${result.code})\n${result.output}`)
      }
      await new Promise(done => setTimeout(done, 200))
    }
  }

  async #runAll(commands: readonly string[]): Promise<{ code: number; output: string }> {
    let result = { code: 0, output: '' }
    for (const command of commands) {
      const [, to] = /^cd (\S+)$/.exec(command) ?? []
      if (to !== undefined) this.#cwd = join(this.#cwd, to)
      else result = await this.#shell(command.replaceAll('localhost:3000', `127.0.0.1:${this.#port}`))
      if (result.code !== 0) return result
    }
    return result
  }

  #shell(command: string): Promise<{ code: number; output: string }> {
    return new Promise(done => {
      const options = { cwd: this.#cwd, env: this.#env, timeout: 300_000 }
      execFile('/bin/sh', ['-c', command], options, (error, stdout, stderr) => {
        done({ code: error ? Number(error.code ?? 1) : 0, output: stdout + stderr })
      })
    })
  }

  async #serve(command: string): Promise<void> {
    await this.stopServing()
    const child = spawn('/bin/sh', ['-c', `${command} --port ${this.#port}`], {
      cwd: this.#cwd,
      env: this.#env,
      detached: true,
    })
    this.#server = child
    for (const stream of [child.stdout, child.stderr]) stream.on('data', text => (this.serverOutput += text))
    const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`${command} ended with ${code}`)))
    ended.catch(() => undefined)
    const deadline = performance.now() + PATIENCE_MS
    for (;;) {
      const isUp = await Promise.race([
        fetch(`http://127.0.0.1:${this.#port}/`).then(
          () => true,
          () => false,
        ),
        ended,
      ])
      if (isUp) return
      if (performance.now() > deadline) throw new Error(`${command} does not answer`)
      await new Promise(done => setTimeout(done, 100))
    }
  }

  async stopServing(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    if (!server || server.exitCode !== null || server.signalCode !== null) return
    const ended = once(server, 'exit')
    process.kill(-server.pid!, 'SIGTERM')
    const timer = setTimeout(() => process.kill(-server.pid!, 'SIGKILL'), 15_000)
    await ended
    clearTimeout(timer)
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
