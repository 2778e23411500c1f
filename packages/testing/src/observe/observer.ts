import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { LogEvent } from '@arlen/core'
import { capturePino, lineOf } from './logs.ts'
import { currentRecord, type LogLine, type QueryRecord, type RenderRecord, type ServerRecord } from './record.ts'

/** Sees what applications of this process log, query, render and throw, and files it under the request it belongs to. */
export class Observer implements Disposable {
  /** Everything logged since the start, also outside of requests. */
  readonly logs: LogLine[] = []
  readonly #undo: (() => void)[] = []

  constructor(app: unknown) {
    this.#listen('arlen:pg:query', event => {
      const { text, durationMs, rowCount, error, caller } = event as QueryRecord
      currentRecord.getStore()?.queries.push({ text, durationMs, rowCount, error, caller })
    })
    this.#listen('arlen:http:request:exception', event => {
      const record = currentRecord.getStore()
      if (record) record.error = (event as { error: unknown }).error
    })
    this.#listen('arlen:view:render', event => {
      currentRecord.getStore()?.renders.push(event as RenderRecord)
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

  #listen(channel: string, listener: (event: unknown) => void): void {
    subscribe(channel, listener)
    this.#undo.push(() => unsubscribe(channel, listener))
  }

  #log(line: LogLine): void {
    this.logs.push(line)
    currentRecord.getStore()?.logs.push(line)
  }
}

/** Runs what sends a request, so that all that follows from it in this process is on its record. */
export function recordInto<T>(record: ServerRecord, send: () => T): T {
  return currentRecord.run(record, send)
}
