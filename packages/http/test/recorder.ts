import type { Logger } from '@arlen/core'
import { createLogger } from '@arlen/core/logger'

export interface Entry {
  level: string
  msg: string
  [key: string]: unknown
}

/** A real logger at level debug, whose lines are kept. */
export function recorder(): Logger & { entries: Entry[]; lines(level: string): Entry[] } {
  const entries: Entry[] = []
  const logger = createLogger({
    level: 'debug',
    destination: { write: line => void entries.push(JSON.parse(line) as Entry) },
  })
  return Object.assign(logger, { entries, lines: (level: string) => entries.filter(entry => entry.level === level) })
}
