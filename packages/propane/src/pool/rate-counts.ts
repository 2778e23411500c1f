import type { RatePrimary } from '@arlen/security/primary'

let counts: Promise<RatePrimary> | undefined

/** Whether this process can count rate limits for all workers: true if @arlen/security is installed. */
export const canCountRates: boolean = isInstalled('@arlen/security/primary')

/**
 * Counts on behalf of a worker, so that a limit holds for all workers together. The counter is loaded with the first
 * request: a primary without rate limits does not pay for it.
 */
export function countRates(message: unknown, reply: (answer: object) => void): void {
  if (!canCountRates || !isQuestion(message)) return
  counts ??= import('@arlen/security/primary').then(({ createRatePrimary }) => createRatePrimary())
  // Without an answer, the worker counts on its own and logs that.
  counts.then(primary => primary.handle(message, reply)).catch(() => undefined)
}

function isQuestion(message: unknown): boolean {
  return typeof message === 'object' && message !== null && 'arlenRateLimit' in message
}

function isInstalled(module: string): boolean {
  try {
    import.meta.resolve(module)
    return true
  } catch {
    return false
  }
}
