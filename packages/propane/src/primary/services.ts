import type { Accessories } from '../accessories.ts'
import { defaultControlPath } from '../control/control-path.ts'
import { type ControlRequest, ControlServer } from '../control/control-server.ts'
import { propaneError } from '../errors.ts'
import { serveMetrics } from '../observation/metrics.ts'
import { PidFile } from '../system/pid-file.ts'

export interface ServiceOptions {
  accessories: Accessories
  /** The application as given, absolute. */
  app: string
  /** Port or path that distinguishes instances of one application. */
  at: number | string
  command: (request: ControlRequest) => Promise<unknown>
  metrics: () => string
  warn: (message: string) => void
}

/** The services of a primary besides its sockets and workers: pid file, control socket, metrics. */
export class Services {
  readonly #options: ServiceOptions
  readonly #pidFile: PidFile | undefined
  #control: ControlServer | undefined
  #closeMetrics: (() => Promise<void>) | undefined

  constructor(options: ServiceOptions) {
    const { accessories, app, at, command } = options
    this.#options = options
    this.#pidFile = accessories.pidFile === '' ? undefined : new PidFile(accessories.pidFile)
    const { controlSocket } = accessories
    const path = controlSocket === 'auto' ? defaultControlPath(app, at) : controlSocket
    this.#control = path === 'off' || path === '' ? undefined : new ControlServer(path, command)
  }

  get controlPath(): string | undefined {
    return this.#control?.path
  }

  /** Opens everything. Throws propane_running, pid_file_failed, command_failed, bind_failed. */
  async open(takeOver: boolean): Promise<void> {
    if (takeOver) this.#pidFile?.takeOver()
    else this.#pidFile?.acquire()
    try {
      await this.#openControl()
      await this.#openMetrics()
    } catch (error) {
      await this.close()
      throw error
    }
  }

  /** Releases what only one process can hold, except the pid file, which the successor replaces. */
  async stepBack(): Promise<void> {
    await this.#closeMetrics?.()
    this.#closeMetrics = undefined
    const control = this.#control
    this.#control = undefined
    // Open connections are answered later; one of them waits for the outcome of the upgrade.
    void control?.close()
  }

  async close(): Promise<void> {
    this.#pidFile?.release()
    await this.#closeMetrics?.()
    await this.#control?.close()
  }

  /** The default control socket must not prevent a start, for example in a container without a writable folder. */
  async #openControl(): Promise<void> {
    try {
      await this.#control?.listen()
    } catch (error) {
      if (this.#options.accessories.controlSocket !== 'auto') throw error
      this.#control = undefined
      this.#options.warn(`${(error as Error).message}; status, reload and the other commands are not available`)
    }
  }

  async #openMetrics(): Promise<void> {
    const { accessories, metrics } = this.#options
    if (accessories.metrics === '') return
    try {
      this.#closeMetrics = await serveMetrics(accessories.metrics, metrics)
    } catch (cause) {
      const reason = (cause as Error).message
      throw propaneError('bind_failed', { address: `${accessories.metrics} (metrics)`, reason }, { cause })
    }
  }
}
