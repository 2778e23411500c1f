import type { ChildProcess } from 'node:child_process'
import type { SharedPorts } from '../pool/shared-ports.ts'
import { childProcess, fs } from '../system/builtins.ts'
import type { ListeningSocket } from '../system/listening-socket.ts'
import { type FromSuccessor, HANDOVER_VARIABLE, type Handover } from './handover.ts'

/** First descriptor after stdin, stdout, stderr and the channel. */
const FIRST_FD = 4

/**
 * Starts a program and ends at once, so that the program becomes a child of the service manager. systemd lets only a main
 * process that is its own child end gracefully; it kills the service of any other one.
 */
const ORPHANED = ['/bin/sh', '-c', '"$@" &', 'sh']

export interface SuccessorOptions {
  sockets: readonly ListeningSocket[]
  sharedPorts: SharedPorts
  state: Pick<Handover, 'generation' | 'workers'>
  /** Where this process was started, with its links, which may point elsewhere by now. */
  cwd: string
  timeoutMs: number
}

/** In the old primary: the new one that is booting. */
export class Successor {
  /** Its process id; 0 until it runs. */
  pid = 0
  /** Resolves when it can take over; rejects with the reason if it never will. */
  readonly up: Promise<void>
  readonly #child: ChildProcess

  constructor(options: SuccessorOptions) {
    const isService = process.env.NOTIFY_SOCKET !== undefined
    this.#child = spawnSuccessor(options, isService ? ORPHANED : [])
    this.up = this.#watch(options.timeoutMs, isService)
    this.up.catch(() => undefined) // reported to those who await it
  }

  /** Tells the new primary that this process has released everything except its workers. */
  go(): void {
    this.#child.send({ propane: 'go' }, () => this.#child.unref())
  }

  /** Stops the new primary because the old one must stop while the new one is still booting. */
  abandon(): void {
    this.#kill('SIGTERM')
  }

  #watch(timeoutMs: number, isService: boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#kill('SIGKILL')
        reject(new Error(`it was not ready within ${Math.round(timeoutMs / 1000)}s`))
      }, timeoutMs)
      const ended = (how: string) => {
        clearTimeout(timer)
        reject(new Error(`the new primary ended before it was ready${how}`))
      }
      this.#child.on('message', value => {
        const message = value as FromSuccessor
        if (message.propane === 'started') this.pid = message.pid
        else {
          clearTimeout(timer)
          resolve()
        }
      })
      this.#child.once('error', reject)
      // What became of a process that is not a child of ours is not known.
      if (isService) this.#child.once('disconnect', () => ended('; see its log'))
      else this.#child.once('exit', (code, signal) => ended(` (${signal ?? `exit code ${code}`})`))
    })
  }

  #kill(signal: NodeJS.Signals): void {
    try {
      if (this.pid > 0) process.kill(this.pid, signal)
      else this.#child.kill(signal)
    } catch {
      // it is gone
    }
  }
}

function spawnSuccessor(
  { sockets, sharedPorts, state, cwd }: SuccessorOptions,
  launcher: readonly string[],
): ChildProcess {
  const shared = sharedPorts.bound()
  const all = [...sockets, ...shared.map(({ socket }) => socket)]
  const fds = all.map(({ fd }) => fd)
  const handover: Handover = {
    fds: fds.map((_, index) => FIRST_FD + index),
    paths: all.map(({ path = '' }) => path),
    activated: sockets.map(({ activated = null }) => activated),
    shared: shared.map(({ wanted }) => wanted),
    ...state,
    pid: process.pid,
  }
  const env: NodeJS.ProcessEnv = { ...process.env, PWD: cwd, [HANDOVER_VARIABLE]: JSON.stringify(handover) }
  // These named the old process.
  for (const name of ['LISTEN_PID', 'LISTEN_FDS', 'WATCHDOG_PID']) delete env[name]
  const command = [...launcher, process.execPath, ...process.execArgv, ...process.argv.slice(1)]
  return childProcess.spawn(command[0]!, command.slice(1), {
    cwd: fs.existsSync(cwd) ? cwd : '/',
    env,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc', ...fds],
  })
}
