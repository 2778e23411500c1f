import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { LogEvent } from '@arlen/core'
import type { MailEvent } from '@arlen/mail'
import { TestOutbox } from '../mail/outbox.ts'
import { capturePino, lineOf } from './logs.ts'
import { currentRecord, type LogLine, type QueryRecord, type RenderRecord, type ServerRecord } from './record.ts'

/** Records what applications in this process log, query, render and throw, by request. */
export class Observer implements Disposable {
  /** Everything logged since the start, including outside of requests. */
  readonly logs: LogLine[] = []
  readonly outbox: TestOutbox = new TestOutbox()
  readonly #undo: (() => void)[] = []
  /** Requests in progress over sockets, which do not propagate the async context. */
  readonly #onSockets: Set<ServerRecord> = new Set()

  constructor(app: unknown) {
    this.#listen('arlen:pg:query', event => {
      const { text, durationMs, rowCount, error, caller } = event as QueryRecord
      this.#record()?.queries.push({ text, durationMs, rowCount, error, caller })
    })
    this.#listen('arlen:http:request:exception', event => {
      const record = this.#record()
      if (record) record.error = (event as { error: unknown }).error
    })
    this.#listen('arlen:http:request:start', event => {
      const { context } = event as { context: { req: { bodyUsed: boolean }; timeout(ms: number): void } }
      const record = this.#record()
      if (record === undefined) return
      record.bodyUsed = () => context.req.bodyUsed
      if (record.handlerTimeoutMs !== undefined) context.timeout(record.handlerTimeoutMs)
    })
    this.#listen('arlen:session:user', event => {
      const record = this.#record()
      if (record?.as === undefined) return
      ;(event as { as: unknown }).as = record.as
      record.loggedIn = true
    })
    this.#listen('arlen:view:render', event => {
      this.#record()?.renders.push(event as RenderRecord)
    })
    this.#listen('arlen:mail:send', given => {
      const event = given as MailEvent
      event.handled = true
      this.outbox.add(event.message)
      this.#record()?.mails.push(event.message)
    })
    this.#listen('arlen:log', given => {
      const event = given as LogEvent
      event.handled = true
      this.#log(lineOf(event))
    })
    const logger = (app as { log?: unknown } | null)?.log
    const release = capturePino(logger, line => this.#log(line))
    if (release) this.#undo.push(release)
  }

  [Symbol.dispose](): void {
    for (const undo of this.#undo.splice(0)) undo()
  }

  /**
   * Until the result arrives, events outside of any request are attributed to it, unless another request is in progress
   * too.
   */
  async watch<T>(record: ServerRecord, result: Promise<T>): Promise<T> {
    this.#onSockets.add(record)
    try {
      return await result
    } finally {
      this.#onSockets.delete(record)
    }
  }

  #record(): ServerRecord | undefined {
    const record = currentRecord.getStore()
    if (record !== undefined || this.#onSockets.size !== 1) return record
    return [...this.#onSockets][0]
  }

  #listen(channel: string, listener: (event: unknown) => void): void {
    subscribe(channel, listener)
    this.#undo.push(() => unsubscribe(channel, listener))
  }

  #log(line: LogLine): void {
    this.logs.push(line)
    this.#record()?.logs.push(line)
  }
}
