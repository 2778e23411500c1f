import { AsyncLocalStorage } from 'node:async_hooks'
import type { MailMessage } from '@arlen/mail'

/** One line that the application logged. */
export interface LogLine {
  level: string
  msg: string
  /** Everything else on the line. */
  [member: string]: unknown
}

/** One query that the application sent to PostgreSQL. */
export interface QueryRecord {
  text: string
  durationMs: number
  rowCount: number
  error: unknown
  /** `file:line:column` of the code that sent it, where that is known. */
  caller: string | undefined
}

/** One template that was rendered. */
export interface RenderRecord {
  template: string
  locals: object
}

/** What an application of this process did while it answered one request. */
export interface ServerRecord {
  logs: LogLine[]
  queries: QueryRecord[]
  renders: RenderRecord[]
  mails: MailMessage[]
  /** How long its handler may take, where the test says so. */
  handlerTimeoutMs: number | undefined
  /** Whom the request is to be from: a user, or the id of one. */
  as: unknown
  /** Whether the application has asked for it. */
  loggedIn: boolean
  /** What was thrown, where the response is a failure. */
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

/** The request on whose behalf code of this process runs. Whatever an application starts inherits it. */
export const currentRecord: AsyncLocalStorage<ServerRecord> = new AsyncLocalStorage()

/** The context of nobody in particular: what a test is in the middle of, such as a transaction, is not the application's. */
const outside = AsyncLocalStorage.snapshot()

/** Runs code as that of the application, on behalf of a request. */
export function onBehalfOf<T>(record: ServerRecord, run: () => T): T {
  return outside(() => currentRecord.run(record, run))
}
