import { AsyncLocalStorage } from 'node:async_hooks'
import type { MailMessage } from '@arlen/mail'

/** One line that the application logged. */
export interface LogLine {
  level: string
  msg: string
  /** The other members of the line. */
  [member: string]: unknown
}

/** One query that the application sent to PostgreSQL. */
export interface QueryRecord {
  text: string
  durationMs: number
  rowCount: number
  error: unknown
  /** `file:line:column` of the code that sent it, if known. */
  caller: string | undefined
}

/** One template that was rendered. */
export interface RenderRecord {
  template: string
  locals: object
}

/** What an application in this process did while it handled one request. */
export interface ServerRecord {
  logs: LogLine[]
  queries: QueryRecord[]
  renders: RenderRecord[]
  mails: MailMessage[]
  /** Time limit of its handler, if the test sets one. */
  handlerTimeoutMs: number | undefined
  /** The user to log in with the request: a user, or a user's id. */
  as: unknown
  /** Whether the application has looked up the user. */
  loggedIn: boolean
  /** What was thrown, if the response is a failure. */
  error: unknown
  /** Whether the application has read the body of the request. Undefined if it has not seen the request. */
  bodyUsed: (() => boolean) | undefined
}

export function emptyRecord(): ServerRecord {
  return {
    logs: [],
    queries: [],
    renders: [],
    mails: [],
    handlerTimeoutMs: undefined,
    as: undefined,
    loggedIn: false,
    error: undefined,
    bodyUsed: undefined,
  }
}

/** The request on whose behalf code in this process runs. Everything an application starts inherits it. */
export const currentRecord: AsyncLocalStorage<ServerRecord> = new AsyncLocalStorage()

/** An empty context: the test's own, such as its transaction, must not leak into the application. */
const outside = AsyncLocalStorage.snapshot()

/** Runs code as part of the application, on behalf of a request. */
export function onBehalfOf<T>(record: ServerRecord, run: () => T): T {
  return outside(() => currentRecord.run(record, run))
}
