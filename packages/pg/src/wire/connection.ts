import type { Socket } from 'node:net'
import type { PlanCache } from './plan.ts'
import type { ParserTable } from './type-parsers.ts'
import type { WireWriter } from './wire-writer.ts'

/** The part of pg's Connection that we use: messages to the server. */
export interface Wire {
  stream: Socket
  attachListeners(stream: { on(event: string, listener: (chunk: Buffer) => void): unknown }): void
  sync(): void
  sendCopyFail(reason: string): void
  cancel(processId: number, secretKey: number): void
  requestSsl(): void
  connect(port: number | string, host?: string): void
  on(event: string, listener: (message: never) => void): void
  once(event: string, listener: (message: never) => void): void
}

/** What a statement needs of the connection that sends it; implemented by `PgClient`. */
export interface StatementConnection {
  readonly wire: Wire
  readonly writer: WireWriter
  readonly parsers: ParserTable
  readonly plans: PlanCache
  /** Statements that the server has not answered. */
  readonly inFlight: number
  /** Whether queries can be sent. */
  readonly usable: boolean
  /** Why the connection ended, if known. */
  readonly lastError: Error | undefined
  /** Until when a cancel request may still take effect (`performance.now()`). */
  readonly canceledUntil: number
}
