/** Decisions made without the shared count, by limit. */
const decisions = new Map<string, number>()

export function countFallback(limit: string): void {
  decisions.set(limit, (decisions.get(limit) ?? 0) + 1)
}

/**
 * How many decisions this process has made without the shared count, by limit name. Export it to your metrics. Empty as
 * long as every store has answered in time.
 */
export function rateLimitFallbacks(): Readonly<Record<string, number>> {
  return Object.fromEntries(decisions)
}
