import type { ChildProcess } from 'node:child_process'
import { childProcess, fs } from '../system/builtins.ts'
import type { ListeningSocket } from '../system/listening-socket.ts'

/**
 * Replacing the primary itself: the old one starts its own command line again and hands the listening sockets over as
 * descriptors. Only when all workers of the new one serve does it step back: `up` says so, `go` answers.
 */
export interface Handover {
  /** Descriptors of the listening sockets in the new process. */
  fds: number[]
  /** The path of each that is a unix socket, else ''. */
  paths: string[]
  /** Generation the new primary goes on from. */
  generation: number
  /** How many workers there were, scaling included. */
  workers: number
  /** Process id of the old primary. */
  pid: number
}

const VARIABLE = 'PROPANE_HANDOVER'

/** First descriptor behind stdin, stdout, stderr and the channel. */
const FIRST_FD = 4

/** What an older primary hands over to this process, if one does. */
export function handedOver(env: NodeJS.ProcessEnv = process.env): Handover | undefined {
  const text = env[VARIABLE]
  return text === undefined ? undefined : (JSON.parse(text) as Handover)
}

/** In the new primary: says that it can take over, and resolves when the old one has stepped back, or is gone. */
export function announce(): Promise<void> {
  if (!process.connected) return Promise.resolve()
  return new Promise(resolve => {
    process.once('disconnect', resolve)
    process.once('message', () => process.disconnect?.())
    process.send?.({ propane: 'up' })
  })
}

/** In the old primary: a new one that boots. */
export class Successor {
  readonly pid: number
  /** Resolves when it can take over, rejects with the reason when it never will. */
  readonly up: Promise<void>
  readonly #child: ChildProcess

  /** `cwd` is where this process was started, with its links: they may lead elsewhere by now. */
  constructor(
    sockets: readonly ListeningSocket[],
    state: Pick<Handover, 'generation' | 'workers'>,
    cwd: string,
    timeoutMs: number,
  ) {
    const fds = sockets.map(({ fd }) => fd)
    const handover: Handover = {
      fds: fds.map((_, index) => FIRST_FD + index),
      paths: sockets.map(({ path = '' }) => path),
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
    this.up.catch(() => undefined) // whoever awaits it hears of it
  }

  /** This process has let go of everything but its workers. */
  go(): void {
    this.#child.send({ propane: 'go' }, () => this.#child.unref())
  }

  /** The old primary is to stop while the new one still boots: so is the new one. */
  abandon(): void {
    this.#child.kill('SIGTERM')
  }
}
