import type { Logger } from '@arlen/core'

const warned = new Set<string>()

export function hasWarned(message: string): boolean {
  return warned.has(message)
}

/** Logs a warning of the set-up, the same for every request, once in the life of the process. */
export function warnOnce(log: Logger, message: string): void {
  if (warned.has(message)) return
  warned.add(message)
  log.warn(message)
}
