import type { Server } from 'node:net'

/** An application as the worker handles it, whatever its module exported. */
export interface Application {
  /** What kind it is, for the log: `node:http`, `fastify`, `servable`, … */
  readonly kind: string
  /** Starts it: resolves when it is ready to answer what comes through `virtualServer`. */
  start(virtualServer: Server): Promise<void>
  /** Requests in flight and answered so far, where the application lets itself be counted. */
  counts(): { inFlight: number; requests: number; shed: number } | undefined
  /** The worker is (or is no longer) overloaded. */
  overload(on: boolean): void
  /** The worker is going to stop: readiness should fail, requests should still be answered. */
  preStop(): void
  /**
   * Answers what is in flight, tells clients not to come again on their connections, closes everything. Resolves with
   * the number of connections that had to be cut after `graceMs`.
   */
  drain(graceMs: number, idleMs: number): Promise<number>
}
