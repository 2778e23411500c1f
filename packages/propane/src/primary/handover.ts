import type { ChildProcess } from 'node:child_process'
import type { SharedPort, SharedPorts } from '../pool/shared-ports.ts'
import { childProcess, fs } from '../system/builtins.ts'
import type { ListeningSocket } from '../system/listening-socket.ts'

/**
 * Replaces the primary itself: the old one starts its own command line again and passes the listening sockets as
 * descriptors. It steps back only when all workers of the new one serve: `up` says so, `go` answers.
 */
export interface Handover {
  /** Descriptors of the listening sockets in the new process. */
  fds: number[]
  /** The path of each that is a unix socket, else ''. */
  paths: string[]
  /** What the last of these descriptors are: further ports that workers share. */
  shared: SharedPort[]
  /** The generation from which the new primary continues. */
  generation: number
  /** How many workers there were, scaling included. */
  workers: number
  /** Process id of the old primary. */
  pid: number
}

const VARIABLE = 'PROPANE_HANDOVER'

/** First descriptor after stdin, stdout, stderr and the channel. */
const FIRST_FD = 4

/** What an older primary hands over to this process; undefined if there is none. */
export function handedOver(env: NodeJS.ProcessEnv = process.env): Handover | undefined {
  const text = env[VARIABLE]
  return text === undefined ? undefined : (JSON.parse(text) as Handover)
}

/** In the new primary: reports that it can take over, and resolves when the old one has stepped back or is gone. */
export function announce(): Promise<void> {
  if (!process.connected) return Promise.resolve()
  return new Promise(resolve => {
    process.once('disconnect', resolve)
    process.once('message', () => process.disconnect?.())
    process.send?.({ propane: 'up' })
  })
}

/** In the old primary: the new one that is booting. */
export class Successor {
  readonly pid: number
  /** Resolves when it can take over; rejects with the reason if it never will. */
  readonly up: Promise<void>
  readonly #child: ChildProcess

  /** `cwd` is where this process was started, with its links, which may point elsewhere by now. */
  constructor(
    sockets: readonly ListeningSocket[],
    sharedPorts: SharedPorts,
    state: Pick<Handover, 'generation' | 'workers'>,
    cwd: string,
    timeoutMs: number,
  ) {
    const shared = sharedPorts.bound()
    const all = [...sockets, ...shared.map(({ socket }) => socket)]
    const fds = all.map(({ fd }) => fd)
    const handover: Handover = {
      fds: fds.map((_, index) => FIRST_FD + index),
      paths: all.map(({ path = '' }) => path),
      shared: shared.map(({ wanted }) => wanted),
      ...state,
      pid: process.pid,
    }
    const env: NodeJS.ProcessEnv = { ...process.env, PWD: cwd, [VARIABLE]: JSON.stringify(handover) }
    // These named the old process.
    for (const name of ['LISTEN_PID', 'LISTEN_FDS', 'WATCHDOG_PID']) delete env[name]
    this.#child = childProcess.spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
      cwd: fs.existsSync(cwd) ? cwd : '/',
      env,
      stdio: ['inherit', 'inherit', 'inherit', 'ipc', ...fds],
    })
    this.pid = this.#child.pid ?? 0
    this.up = new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#child.kill('SIGKILL')
        reject(new Error(`it was not ready within ${Math.round(timeoutMs / 1000)}s`))
      }, timeoutMs)
      this.#child.once('message', () => {
        clearTimeout(timer)
        resolve()
      })
      this.#child.once('error', reject)
      this.#child.once('exit', (code, signal) => {
        clearTimeout(timer)
        reject(new Error(`the new primary ended before it was ready (${signal ?? `exit code ${code}`})`))
      })
    })
    this.up.catch(() => undefined) // reported to those who await it
  }

  /** Tells the new primary that this process has released everything except its workers. */
  go(): void {
    this.#child.send({ propane: 'go' }, () => this.#child.unref())
  }

  /** Stops the new primary because the old one must stop while the new one is still booting. */
  abandon(): void {
    this.#child.kill('SIGTERM')
  }
}
