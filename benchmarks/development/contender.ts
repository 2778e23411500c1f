import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { request } from 'node:http'
import { createRequire } from 'node:module'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { type Kind, makeApplication } from './application.ts'

export const CONTENDERS = ['boomhauer', 'node --watch', 'tsx watch'] as const
export type Name = (typeof CONTENDERS)[number]

const ROOT = join(import.meta.dirname, '../..')
const DEADLINE_MS = 30_000

/** Groups of processes that would go on, restarting and trying again, after a benchmark that is interrupted. */
const running = new Set<number>()
process.once('exit', () => {
  for (const pid of running) {
    try {
      process.kill(-pid, 'SIGKILL')
    } catch {
      // it has ended by itself
    }
  }
})
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.once(signal, () => process.exit(code))
}

/** One of the watchers, serving an application of its own. */
export class Contender {
  readonly name: Name
  /** Requests that failed, other than by waiting, while a new version was on its way. */
  lost = 0
  /** Milliseconds from its start to the first page. */
  startMs = 0
  readonly #application: ReturnType<typeof makeApplication>
  readonly #port: number
  readonly #process: ChildProcess
  #count = 0

  private constructor(name: Name, kind: Kind, port: number, env: Readonly<Record<string, string>>) {
    this.name = name
    this.#application = makeApplication(kind)
    this.#port = port
    const { root } = this.#application
    this.#process = spawn(process.execPath, argumentsOf(name, port), {
      cwd: root,
      env: {
        ...process.env,
        NODE_OPTIONS: '',
        ...env,
        ARLEN_ENV: 'development',
        NODE_ENV: 'development',
        PORT: String(port),
      },
      stdio: 'ignore',
      detached: true,
    })
    running.add(this.pid)
  }

  static async start(name: Name, kind: Kind, env: Readonly<Record<string, string>>): Promise<Contender> {
    const port = await freePort()
    const started = performance.now()
    const contender = new Contender(name, kind, port, env)
    await contender.#until(({ body }) => body === 'first')
    contender.startMs = performance.now() - started
    contender.lost = 0
    return contender
  }

  get pid(): number {
    return this.#process.pid!
  }

  /** Milliseconds from a save to the first answer of the new code. */
  async save(): Promise<number> {
    const version = `v${++this.#count}`
    const saved = performance.now()
    this.#application.save(version)
    await this.#until(({ body }) => body === version)
    return performance.now() - saved
  }

  /** Milliseconds from a save of the template to the first page that has it; undefined if there is none. */
  async saveTemplate(): Promise<number | undefined> {
    const { saveTemplate } = this.#application
    if (!saveTemplate) return undefined
    const version = `t${++this.#count}`
    const saved = performance.now()
    saveTemplate(version)
    await this.#until(({ body }) => body === `${version}\n`, '/page')
    return performance.now() - saved
  }

  /** Milliseconds from a save that breaks the application to the page that says so. */
  async break(): Promise<number> {
    const saved = performance.now()
    this.#application.break()
    await this.#until(({ status, body }) => status === 500 && body.includes('version.ts'))
    return performance.now() - saved
  }

  async stop(): Promise<void> {
    const exit = once(this.#process, 'exit')
    process.kill(this.pid, 'SIGTERM')
    const timer = setTimeout(() => process.kill(-this.pid, 'SIGKILL'), 5_000)
    await exit
    running.delete(this.pid)
    clearTimeout(timer)
    this.#application.remove()
  }

  async #until(wanted: (answer: { status: number; body: string }) => boolean, path = '/version'): Promise<void> {
    const deadline = performance.now() + DEADLINE_MS
    while (performance.now() < deadline) {
      const answer = await ask(this.#port, path)
      if (answer === undefined) this.lost++
      else if (wanted(answer)) return
      await new Promise(resolve => setTimeout(resolve, 2))
    }
    throw new Error(`${this.name} did not answer as expected within ${DEADLINE_MS / 1000} s`)
  }
}

/** As users have it: compiled packages, no special conditions. */
function argumentsOf(name: Name, port: number): string[] {
  if (name === 'boomhauer') {
    return [join(ROOT, 'packages/boomhauer/dist/bin.js'), 'app.ts', '--port', String(port), '--typecheck', 'notice']
  }
  if (name === 'node --watch') return ['--watch', '--enable-source-maps', 'main.ts']
  return [createRequire(import.meta.url).resolve('tsx/cli'), 'watch', '--clear-screen=false', 'main.ts']
}

function ask(port: number, path: string): Promise<{ status: number; body: string } | undefined> {
  const { promise, resolve } = Promise.withResolvers<{ status: number; body: string } | undefined>()
  request({ host: '127.0.0.1', port, path, agent: false, headers: { accept: 'application/json' } }, res => {
    let body = ''
    res.on('data', chunk => {
      body += chunk
    })
    res.once('end', () => resolve({ status: res.statusCode ?? 0, body }))
    res.once('error', () => resolve(undefined))
  })
    .once('error', () => resolve(undefined))
    .end()
  return promise
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
