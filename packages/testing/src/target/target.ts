import type { Duplex } from 'node:stream'

/** Something that answers requests, by any transport. */
export interface Target {
  /** The transport, for messages: `in process`, `http://127.0.0.1:4000`. */
  readonly description: string
  /** `Host` of the requests, and the origin of cookies and redirects. */
  readonly origin: URL
  /** Whether the application runs in this process, so that its logs, queries and errors are visible. */
  readonly inProcess: boolean
  /** Whether requests use sockets, even if the application runs in this process. */
  readonly overSockets: boolean
  /** The argument of `testApp()`. */
  readonly app: unknown
  /** Opens a connection. Absent if there are none: requests then go through `fetch`. */
  connect?(): Duplex
  /** Answers a request without a connection. */
  fetch?(request: Request): Response | Promise<Response>
  /** Closes what {@link openTarget} started. */
  close(): Promise<void>
}
