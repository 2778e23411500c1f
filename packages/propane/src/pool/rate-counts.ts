import type { RatePrimary } from '@arlen/security/primary'

let counts: Promise<RatePrimary> | undefined

/** Whether rate limits can be counted in this process for all workers: where @arlen/security is installed beside propane. */
export const canCountRates: boolean = isInstalled('@arlen/security/primary')

/**
 * Counts for a worker that asks, so that a limit holds for all of them together. What counts is loaded with the first
 * question: a primary without rate limits does not pay for it.
 */
export function countRates(message: unknown, reply: (answer: object) => void): void {
  if (!canCountRates || !isQuestion(message)) return
  counts ??= import('@arlen/security/primary').then(({ RatePrimary }) => new RatePrimary())
  // Without an answer the worker goes on by itself, and says in its log that there is none.
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
