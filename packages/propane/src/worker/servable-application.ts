import type { Server } from 'node:net'
import type { Servable } from '@arlen/core/servable'
import type { Application, PropaneHooks } from './application.ts'

/** An application with an engine of its own (`@arlen/core`'s Servable): it drains itself, and is counted if it can. */
export class ServableApplication implements Application {
  readonly kind = 'servable'
  readonly #app: Servable & PropaneHooks
  readonly #retryAfterSeconds: number

  constructor(app: Servable & PropaneHooks, retryAfterSeconds: number) {
    this.#app = app
    this.#retryAfterSeconds = retryAfterSeconds
  }

  async start(gate: Server): Promise<void> {
    await this.#app.listen({ server: gate })
  }

  counts(): { inFlight: number; requests: number; shed: number } | undefined {
    const stats = this.#app.stats?.()
    return stats && { shed: 0, ...stats }
  }

  overload(on: boolean): void {
    this.#app.overload?.(on, this.#retryAfterSeconds)
  }

  preStop(): void {
    this.#app.preStop?.()
  }

  async drain(graceMs: number): Promise<number> {
    await this.#app.close({ graceMs })
    return 0
  }
}
