/** How often a limit was decided without the count that it shares with other processes. */
const decisions = new Map<string, number>()

export function countFallback(limit: string): void {
  decisions.set(limit, (decisions.get(limit) ?? 0) + 1)
}

/**
 * Decisions of this process that were made without the shared count, by the limit's name, since the start: what metrics
 * should watch. Empty while every store answered in time.
 */
export function rateLimitFallbacks(): Readonly<Record<string, number>> {
  return Object.fromEntries(decisions)
}
