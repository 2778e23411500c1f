import type { Server } from 'node:net'
import type { DrainOptions } from './drain-connections.ts'
import type { ServerProtocol } from './server-protocol.ts'

export type { DrainOptions } from './drain-connections.ts'

/** An application as the worker handles it, whatever its module exported. */
export interface Application {
  /** What kind it is, for the log: `node:http`, `fastify`, `servable`, … */
  readonly kind: string
  /** What it speaks, for the probe. */
  readonly protocol: ServerProtocol
  /** Whether any listener waits for the end of its server. */
  readonly hasCloseHooks: boolean
  /** Starts it. Resolves when it is ready to answer connections of `virtualServer`. */
  start(virtualServer: Server): Promise<void>
  /** Requests in flight and answered so far, if the application counts them. */
  counts(): { inFlight: number; requests: number; shed: number } | undefined
  /** Tells it whether the worker is overloaded. */
  overload(on: boolean): void
  /** Tells it that the worker will stop: readiness should fail, but requests should still be answered. */
  preStop(): void
  /**
   * Finishes the requests in flight, tells clients not to reuse their connections, and ends these. Resolves with the number
   * of connections cut after `graceMs`.
   */
  drain(options: DrainOptions): Promise<number>
  /** Runs its hooks after the last answer, and closes what it owns. */
  close(): Promise<void>
}
