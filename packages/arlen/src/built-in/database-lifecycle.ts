import type { Lifecycle, Logger } from '@arlen/core'
import { logQueries } from '../logging/query-log.ts'
import type { Database } from './database.ts'
import type { Health } from './health.ts'

/** Starts and stops a database with the application, logs its queries, and makes readiness depend on it. */
export function addDatabase(database: Database, lifecycle: Lifecycle, health: Health, log: Logger): void {
  let stopLogging: (() => void) | undefined
  lifecycle.add({
    name: 'query log',
    start: () => {
      stopLogging = logQueries(log)
    },
    stop: () => stopLogging?.(),
  })
  lifecycle.add({ name: 'database', start: () => database.start(), stop: () => database.stop() })
  health.add('database', () => database.pg.ping())
}
