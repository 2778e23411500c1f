import { channel } from 'node:diagnostics_channel'

/** Published on `arlen:pg:query` when a query is done, and on `arlen:pg:slow-query` if it took too long. */
export interface QueryEvent {
  text: string
  /** The name given with the query. */
  name: string | undefined
  /** From the moment it was sent. */
  durationMs: number
  rowCount: number
  error: unknown
  /** `file:line:column`, in development. */
  caller: string | undefined
  /** The pool: `app@db.example:5432/shop`. */
  target: string
}

/** Published on `arlen:pg:repeated-query` when one request runs the same query again and again (N+1). */
export interface RepeatedQueryEvent {
  text: string
  count: number
  caller: string | undefined
}

interface Channel<T> {
  readonly hasSubscribers: boolean
  publish(event: T): void
}

export const queryChannel: Channel<QueryEvent> = channel('arlen:pg:query') as unknown as Channel<QueryEvent>
export const slowQueryChannel: Channel<QueryEvent> = channel('arlen:pg:slow-query') as unknown as Channel<QueryEvent>
export const repeatedQueryChannel: Channel<RepeatedQueryEvent> = channel(
  'arlen:pg:repeated-query',
) as unknown as Channel<RepeatedQueryEvent>
