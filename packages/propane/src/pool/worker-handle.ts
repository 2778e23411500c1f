import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { WorkerOptions } from '../protocol.ts'
import { envelope, type FromWorker, fromWorker, type ToWorker } from '../protocol.ts'
import { childProcess } from '../system/builtins.ts'
import { type Identity, identityEnv } from '../system/identities.ts'
import type { ListeningSocket } from '../system/listening-socket.ts'
import { RANDOM_INSPECTOR_PORT } from './exec-argv.ts'
import { canCountRates, countRates } from './rate-counts.ts'

export interface WorkerProcessOptions {
  workerOptions: WorkerOptions
  execArgv: readonly string[]
  env: NodeJS.ProcessEnv
  cwd: string
  /** The identity that it runs as. */
  identity: Identity
  onMessage: (message: FromWorker) => void
  /** Receives its output; undefined at the end, which may come after the process is gone. */
  onOutput: (chunk: Buffer | undefined, stream: 'stdout' | 'stderr') => void
  /** Called once, when the process is gone. */
  onExit: (code: number | null, signal: NodeJS.Signals | null) => void
}

const MAIN = fileURLToPath(
  new URL(`../worker/worker-main.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url),
)

/** The primary's handle on one worker process. */
export class WorkerHandle {
  readonly #child: ChildProcess
  readonly pid: number
  #gone = false

  constructor(options: WorkerProcessOptions) {
    const { scoreboard, ...workerOptions } = options.workerOptions
    const board = scoreboard && { fd: 4, cell: scoreboard.cell }
    this.#child = childProcess.fork(MAIN, [], {
      cwd: options.cwd,
      execArgv: [RANDOM_INSPECTOR_PORT, ...options.execArgv],
      env: {
        ...options.env,
        ...identityEnv(options.identity),
        ...(canCountRates && { PROPANE_RATE_PRIMARY: '1' }),
        PROPANE_WORKER_OPTIONS: JSON.stringify({
          ...workerOptions,
          identity: options.identity,
          ...(board && { scoreboard: board }),
        }),
      },
      // 4 is the scoreboard: the descriptor a worker finds it at.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc', ...(scoreboard ? [scoreboard.fd] : [])],
    })
    this.pid = this.#child.pid ?? 0
    for (const stream of ['stdout', 'stderr'] as const) {
      this.#child[stream]?.on('data', (chunk: Buffer) => options.onOutput(chunk, stream))
      this.#child[stream]?.once('close', () => options.onOutput(undefined, stream))
    }
    this.#child.on('message', value => {
      const message = fromWorker(value)
      if (message) options.onMessage(message)
      else countRates(value, answer => this.#answer(answer))
    })
    const exit = (code: number | null, signal: NodeJS.Signals | null) => {
      if (this.#gone) return
      this.#gone = true
      options.onExit(code, signal)
    }
    // `exit`, not `close`: a grandchild that holds the pipes open must not delay a respawn.
    this.#child.once('exit', (code, signal) => setImmediate(exit, code, signal))
    this.#child.once('error', error => {
      if (this.pid !== 0) return
      // It could not be started: out of memory, too many processes, or Node.js was removed.
      options.onMessage({ type: 'failed', reason: error.message })
      exit(null, null)
    })
  }

  /**
   * Sends a message, optionally with a copy of a socket, which may be closed here once `sent` is called. It does not matter
   * if a worker that is exiting misses it.
   */
  send(message: ToWorker, socket?: ListeningSocket, sent: () => void = () => undefined): void {
    if (!this.#child.connected) sent()
    else this.#child.send(envelope(message), socket?.handle as never, { keepOpen: true }, () => sent())
  }

  #answer(message: object): void {
    if (this.#child.connected) this.#child.send(message, () => undefined)
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }
}
