import type { Server } from 'node:net'
import type { Controllable, LoadRules, Servable } from '@arlen/core'
import type { Application } from './application.ts'

/**
 * An application with an engine of its own (`@arlen/core`'s Servable): it drains itself, and is counted and held to
 * limits if it can be (Controllable).
 */
export class ServableApplication implements Application {
  readonly kind = 'servable'
  readonly #app: Servable & Controllable

  constructor(app: Servable & Controllable, rules: LoadRules) {
    this.#app = app
    app.setLoadRules?.(rules)
  }

  async start(virtualServer: Server): Promise<void> {
    await this.#app.listen({ server: virtualServer })
  }

  counts(): { inFlight: number; requests: number; shed: number } | undefined {
    const stats = this.#app.stats?.()
    return stats && { shed: 0, ...stats }
  }

  overload(on: boolean): void {
    this.#app.overload?.(on)
  }

  preStop(): void {
    this.#app.preStop?.()
  }

  async drain(graceMs: number): Promise<number> {
    await this.#app.close({ graceMs })
    return 0
  }
}
