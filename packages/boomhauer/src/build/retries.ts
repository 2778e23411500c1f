import type { Diagnostic } from '@arlen/core'

/**
 * Failures caused by something outside the application: saving does not fix them, and the cause may disappear at any time.
 */
const OUTSIDE = new Set([
  ...[
    'ECONNREFUSED',
    'ECONNRESET',
    'ECONNABORTED',
    'ENOTFOUND',
    'EAI_AGAIN',
    'ETIMEDOUT',
    'EHOSTUNREACH',
    'ENETUNREACH',
  ],
  ...['EADDRINUSE', 'EADDRNOTAVAIL', 'EPIPE', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_SOCKET'],
  ...['migrations_pending', 'connect_failed', 'connection_lost', 'pool_timeout'],
  // PostgreSQL: connection exceptions, no such database, too many connections, shutting down, starting up.
  ...['08000', '08001', '08003', '08004', '08006', '3D000', '53300', '57P01', '57P02', '57P03'],
])
const FIRST_MS = 1_000
const LONGEST_MS = 30_000
/** Simultaneous requests for pages cause one attempt, and one that has just failed is not repeated. */
const PAGE_AFTER_MS = 1_000

/** Whether something outside is missing: a database, a service, a port, a migration. */
export function isOutside(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(
    ({ code, message, action, causes = [] }) =>
      OUTSIDE.has(code ?? '') ||
      action !== undefined ||
      /\bE(?:CONNREFUSED|ADDRINUSE)\b/.test(message) ||
      isOutside(causes),
  )
}

/** Decides when a failed start is retried without a save. */
export class Retries {
  #timer: NodeJS.Timeout | undefined
  #attempts = 0
  #failedAt = 0
  #onPage = false
  readonly #again: () => void

  /** @param again - retries */
  constructor(again: () => void) {
    this.#again = again
  }

  /**
   * A build has failed. Schedules the next attempt if waiting may help.
   *
   * @returns milliseconds to the next attempt; undefined if there is none
   */
  failed(diagnostics: readonly Diagnostic[]): number | undefined {
    this.stop()
    this.#failedAt = performance.now()
    this.#onPage = diagnostics[0]?.stage === 'boot' || isOutside(diagnostics)
    if (!isOutside(diagnostics)) return undefined
    const waitMs = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#attempts++)
    this.#timer = setTimeout(this.#again, waitMs)
    this.#timer.unref()
    return waitMs
  }

  /** Whether a request for a page is worth an attempt. */
  isDue(): boolean {
    return this.#onPage && performance.now() - this.#failedAt >= PAGE_AFTER_MS
  }

  /** Something else has changed: the next failure counts as new. */
  reset(): void {
    this.stop()
    this.#attempts = 0
    this.#onPage = false
  }

  /** Stops automatic attempts. */
  stop(): void {
    clearTimeout(this.#timer)
  }
}
