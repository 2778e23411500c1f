import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Logger } from '@arlen/core'
import type { QueryEvent, RepeatedQueryEvent } from '@arlen/pg'

/** Logs slow queries, and queries that a request repeats many times. Returns a function that stops it. */
export function logQueries(log: Logger): () => void {
  const slow = (event: unknown) => {
    const { text, durationMs, caller } = event as QueryEvent
    log.warn({ sql: text, durationMs: Math.round(durationMs), caller }, 'slow query')
  }
  const repeated = (event: unknown) => {
    const { text, count, caller } = event as RepeatedQueryEvent
    log.warn({ sql: text, count, caller }, 'the same query again and again in one request: fetch the rows in one')
  }
  subscribe('arlen:pg:slow-query', slow)
  subscribe('arlen:pg:repeated-query', repeated)
  return () => {
    unsubscribe('arlen:pg:slow-query', slow)
    unsubscribe('arlen:pg:repeated-query', repeated)
  }
}
