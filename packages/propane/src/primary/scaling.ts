import { propaneError } from '../errors.ts'
import { isServing, isSettled } from '../pool/pool.ts'
import { checkWorkers } from './check-workers.ts'
import type { PrimaryDependencies } from './primary-dependencies.ts'

/** Changes the number of workers, within what the machine can hold. */
export class Scaling {
  readonly #parts: PrimaryDependencies

  constructor(parts: PrimaryDependencies) {
    this.#parts = parts
  }

  /**
   * Resolves when so many workers serve.
   *
   * @throws memory_insufficient, command_failed, propane_stopping
   */
  async to(desired: number): Promise<void> {
    const { events, manager } = this.#parts
    const { pool } = manager
    this.#check(desired)
    const complete = ![...pool.slots.values()].some(slot => slot.parked)
    if (pool.desired === desired && complete && isSettled(pool)) return
    const outcome = events.outcome<true>({
      settled: () => true,
      boot_failed: ({ reason }) => propaneError('command_failed', { reason }),
      stopped: () => propaneError('propane_stopping'),
    })
    if (pool.desired !== desired) events.emit('scaled', { workers: desired })
    manager.dispatch({ type: 'scale', desired })
    // If only a given-up slot is removed, there is no event to wait for.
    if (isSettled(pool)) events.emit('settled', { workers: pool.workers.length, generation: pool.generation })
    await outcome
  }

  /** Follows the reread accessories, where the machine can hold that many; the log says where it cannot. */
  follow(desired: number): void {
    try {
      this.#check(desired)
      this.#parts.manager.dispatch({ type: 'scale', desired })
    } catch {
      // The log has said so.
    }
  }

  #check(desired: number): void {
    const { log, manager } = this.#parts
    try {
      checkWorkers(
        desired,
        manager.pool.workers.filter(isServing).map(({ stats }) => stats.memory),
      )
    } catch (error) {
      log.line('warn', `not scaled: ${(error as Error).message}`)
      throw error
    }
  }
}
