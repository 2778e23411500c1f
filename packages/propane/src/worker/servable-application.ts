import type { Server } from 'node:net'
import { type Controllable, controlsOf, type LoadRules, type Servable } from '@arlen/core'
import type { Application, DrainOptions } from './application.ts'

/**
 * An application with its own engine (`Servable` in `@arlen/core`). It drains itself. If it is `Controllable`, propane counts
 * its requests and sets its limits.
 */
export class ServableApplication implements Application {
  readonly kind = 'servable'
  readonly protocol = 'http'
  readonly hasCloseHooks = false
  readonly #app: Servable
  readonly #controls: Controllable

  constructor(app: Servable, rules: LoadRules) {
    this.#app = app
    this.#controls = controlsOf(app)
    this.#controls.setLoadRules?.(rules)
  }

  async start(virtualServer: Server): Promise<void> {
    await this.#app.listen({ server: virtualServer })
  }

  counts(): { inFlight: number; requests: number; shed: number } | undefined {
    const stats = this.#controls.stats?.()
    return stats && { shed: 0, ...stats }
  }

  overload(on: boolean): void {
    this.#controls.overload?.(on)
  }

  preStop(): void {
    this.#controls.preStop?.()
  }

  async drain({ graceMs }: DrainOptions): Promise<number> {
    await this.#app.close({ graceMs })
    return 0
  }

  async close(): Promise<void> {
    // `drain` has closed it.
  }
}
