import type { Events } from '../propane-events.ts'
import { childProcess } from './builtins.ts'

/** First descriptor of socket activation, as sd_listen_fds(3) has it. */
const FIRST_FD = 3

/** Descriptors that systemd (or systemd-socket-activate) passed to this process. */
export function activatedSockets(env: NodeJS.ProcessEnv = process.env, pid: number = process.pid): number[] {
  const count = Number(env.LISTEN_FDS ?? 0)
  if (Number(env.LISTEN_PID) !== pid || !Number.isInteger(count) || count < 1) return []
  return Array.from({ length: count }, (_, index) => FIRST_FD + index)
}

/** The interval for watchdog pings, half of its limit; undefined without a watchdog. */
export function watchdogInterval(env: NodeJS.ProcessEnv = process.env, pid: number = process.pid): number | undefined {
  const limit = Number(env.WATCHDOG_USEC ?? 0) / 1000
  const ours = env.WATCHDOG_PID === undefined || Number(env.WATCHDOG_PID) === pid
  return ours && limit > 0 ? limit / 2 : undefined
}

/**
 * Notifies the service manager, sd_notify(3). Node.js has no datagrams over unix sockets, so systemd's own tool sends them,
 * which requires `NotifyAccess=all` in the unit. Messages are sent in order. Outside of systemd it does nothing.
 */
export class ServiceNotifier {
  readonly #env: NodeJS.ProcessEnv
  readonly #onProblem: (message: string) => void
  #last: Promise<void> = Promise.resolve()
  #broken = false
  #watchdog: NodeJS.Timeout | undefined

  constructor(onProblem: (message: string) => void, env: NodeJS.ProcessEnv = process.env) {
    this.#env = env
    this.#onProblem = onProblem
  }

  /** Sends lines such as `READY=1`; resolves when systemd has them. */
  notify(...lines: string[]): Promise<void> {
    if (!this.#env.NOTIFY_SOCKET || this.#broken) return Promise.resolve()
    this.#last = this.#last.then(() => this.#send(lines))
    return this.#last
  }

  /** Pings the watchdog, now and from now on. */
  startWatchdog(): void {
    const interval = watchdogInterval(this.#env)
    if (interval === undefined || this.#watchdog) return
    void this.notify('WATCHDOG=1')
    this.#watchdog = setInterval(() => void this.notify('WATCHDOG=1'), interval)
    this.#watchdog.unref()
  }

  #send(lines: readonly string[]): Promise<void> {
    return new Promise(resolve => {
      childProcess.execFile('systemd-notify', [...lines], { env: this.#env, timeout: 5000 }, error => {
        if (error) {
          // A missing program stays missing; one that timed out on a busy machine may succeed next time.
          this.#broken = (error as NodeJS.ErrnoException).code === 'ENOENT'
          this.#onProblem(`systemd could not be notified: ${error.message.split('\n', 1)[0]}`)
        }
        resolve()
      })
    })
  }
}

/** Reports the primary's state changes after it was ready. */
export function tellSystemd(events: Events, systemd: ServiceNotifier): void {
  events.on('reload_started', () => {
    // Required with RELOADING=1, sd_notify(3).
    const monotonic = `MONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`
    void systemd.notify('RELOADING=1', monotonic, 'STATUS=Reloading')
  })
  events.on('reloaded', ({ workers, generation }) => {
    void systemd.notify('READY=1', `STATUS=${workers} workers serve, generation ${generation}`)
  })
  events.on('reload_failed', ({ reason }) => void systemd.notify('READY=1', `STATUS=Reload failed: ${reason}`))
  events.on('stopping', () => void systemd.notify('STOPPING=1', 'STATUS=Stopping'))
}
