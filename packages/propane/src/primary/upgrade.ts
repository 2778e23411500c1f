import { propaneError } from '../errors.ts'
import { limitOf } from '../pool/pool-settings.ts'
import { endsContainer } from '../system/init-process.ts'
import type { PrimaryDependencies } from './primary-dependencies.ts'
import { Successor } from './successor.ts'

/** Replaces the primary by a new one of the same command line, which takes over its sockets. */
export class Upgrade {
  readonly #parts: PrimaryDependencies
  #successor: Successor | undefined

  constructor(parts: PrimaryDependencies) {
    this.#parts = parts
  }

  /**
   * Starts the new primary and steps back when it serves. The pool must be running.
   *
   * @throws upgrade_failed; nothing has changed then
   */
  async run(bootTimeoutMs: number): Promise<{ pid: number }> {
    const { events, manager, sockets, sharedPorts } = this.#parts
    const { pool } = manager
    try {
      if (endsContainer()) throw new Error('the first process of a container cannot be replaced; replace the container')
      if (pool.reload) throw new Error('a reload is under way')
      manager.dispatch({ type: 'upgrade' })
      this.#successor = new Successor({
        sockets,
        sharedPorts,
        state: { generation: pool.nextGeneration - 1, workers: pool.desired },
        cwd: manager.source.cwd,
        timeoutMs: limitOf(2 * bootTimeoutMs),
      })
      await this.#successor.up
    } catch (cause) {
      this.#successor = undefined
      const reason = (cause as Error).message
      manager.dispatch({ type: 'upgrade_failed' })
      events.emit('upgrade_failed', { reason })
      throw propaneError('upgrade_failed', { reason }, { cause })
    }
    return this.#stepBack(this.#successor)
  }

  /** Ends the new primary, because this one must stop while it boots. */
  abandon(): void {
    this.#successor?.abandon()
  }

  async #stepBack(successor: Successor): Promise<{ pid: number }> {
    const { events, manager, systemd, services } = this.#parts
    const { pid } = successor
    manager.handedOver = true
    // Before this process ends: systemd would take the end of the main process for that of the service.
    await systemd.notify(`MAINPID=${pid}`)
    await services.stepBack()
    successor.go()
    events.emit('upgraded', { pid })
    manager.dispatch({ type: 'stop', delayMs: 0 })
    return { pid }
  }
}
