import type { Duplex } from 'node:stream'

/** Something that answers requests, however it is reached. */
export interface Target {
  /** How the requests travel, for messages: `in process`, `http://127.0.0.1:4000`. */
  readonly description: string
  /** `Host` of the requests, and the origin of cookies and redirects. */
  readonly origin: URL
  /** The application runs in this process, so that its logs, queries and errors can be seen. */
  readonly inProcess: boolean
  /** Requests go over sockets, also where the application runs in this process. */
  readonly overSockets: boolean
  /** What was handed to `testApp()`. */
  readonly app: unknown
  /** Opens a connection. Absent where there are none: requests then go through `fetch`. */
  connect?(): Duplex
  /** Answers a request without a connection. */
  fetch?(request: Request): Response | Promise<Response>
  /** Ends what {@link openTarget} started. */
  close(): Promise<void>
}
