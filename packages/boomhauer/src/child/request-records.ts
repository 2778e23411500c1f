import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe } from 'node:diagnostics_channel'
import type { SourceLocation } from '@arlen/core/stack'
import { createRedact, type Redact, redactUrl } from '@arlen/error-report'
import { clip } from './clip.ts'
import { type LogEvent, textOfLine } from './log-line.ts'
import type { LogRecord, MailRecord, RequestRecord, SqlRecord } from './protocol.ts'

/** The parts read here of what @arlen/http, @arlen/pg, @arlen/view and @arlen/mail publish on node:diagnostics_channel. */
interface RequestEvent {
  context: {
    req: { method: string; path: string }
    route?: { path: string; source?: SourceLocation | undefined } | undefined
    timings?: { toJSON(): Record<string, number> } | undefined
  }
  finish: { status: number; durationMs: number }
}

interface QueryEvent {
  text: string
  durationMs: number
  rowCount?: number
  error?: unknown
  caller?: string
}

interface RenderEvent {
  template: string
}

interface MailEvent {
  message: { template: string; subject: string; to: readonly { address: string }[] }
}

// How much is kept of one request, so that a hundred of them stay small.
const MAX_ENTRIES = 50
const MAX_SQL = 8_000
const MAX_TEXT = 1_000
const MAX_TOTAL = 40_000

/** A query that takes so many milliseconds is slow, whatever the application's own limit is. */
const SLOW_MS = 100
/** A query repeated so often in one request is reported, as @arlen/pg does. */
const REPEATED_AT = 10

/** What is known of the request that is being answered. */
export interface CurrentRequest {
  /** Where its route was added. */
  routeOfRequest: () => SourceLocation | undefined
}

/** Reports each request that the application has answered, with all that happened in it. */
export function recordRequests(forward: (request: RequestRecord) => void): CurrentRequest {
  const redact = createRedact()
  const running = new AsyncLocalStorage<Recording>()
  const recordings = new WeakMap<object, Recording>()
  const during = (name: string, record: (recording: Recording, event: unknown) => void) =>
    subscribe(`arlen:${name}`, event => {
      const recording = running.getStore()
      if (recording && !recording.isOver) record(recording, event)
    })
  subscribe('arlen:http:request:start', message => {
    const { context } = message as RequestEvent
    const recording = new Recording(redact, context)
    recordings.set(context, recording)
    running.enterWith(recording) // everything the handler starts belongs to this request
  })
  during('pg:query', (recording, event) => recording.addQuery(event as QueryEvent))
  during('pg:slow-query', (recording, event) => recording.markSlow((event as QueryEvent).text))
  during('view:render', (recording, event) => recording.addTemplate((event as RenderEvent).template))
  during('mail:send', (recording, event) => recording.addMail((event as MailEvent).message))
  during('log', (recording, event) => recording.addLine(event as LogEvent))
  subscribe('arlen:http:request:finish', message => {
    const { context, finish } = message as RequestEvent
    const recording = recordings.get(context)
    forward({
      method: context.req.method,
      path: redactUrl(clip(context.req.path, MAX_TEXT), redact),
      status: finish.status,
      ...(context.route && { route: context.route.path }),
      timings: { ...context.timings?.toJSON(), total: round(finish.durationMs) },
      ...recording?.end(),
    })
  })
  return { routeOfRequest: () => running.getStore()?.context.route?.source }
}

/** What happens in one request. */
class Recording {
  isOver = false
  readonly context: RequestEvent['context']
  readonly #redact: Redact
  readonly #startedAt = performance.now()
  readonly #queries = new Map<string, SqlRecord>()
  readonly #templates = new Map<string, number>()
  readonly #logs: LogRecord[] = []
  readonly #mails: MailRecord[] = []
  #length = 0

  constructor(redact: Redact, context: RequestEvent['context']) {
    this.#redact = redact
    this.context = context
  }

  addQuery({ text, durationMs, rowCount, error, caller }: QueryEvent): void {
    const known = this.#queries.get(text)
    const shown = known ?? this.#newQuery(text)
    if (!shown) return
    shown.count++
    shown.ms = round(shown.ms + durationMs)
    if (rowCount !== undefined) shown.rows = (shown.rows ?? 0) + rowCount
    if (caller !== undefined) shown.caller ??= caller
    if (error !== undefined) shown.failed = true
    if (durationMs >= SLOW_MS) shown.slow = true
    if (shown.count >= REPEATED_AT) shown.repeated = true
  }

  #newQuery(text: string): SqlRecord | undefined {
    if (this.#queries.size >= MAX_ENTRIES) return undefined
    const query: SqlRecord = { text: this.#keep(text, MAX_SQL), count: 0, ms: 0 }
    if (text.length > MAX_SQL) query.clipped = true
    this.#queries.set(text, query)
    return query
  }

  markSlow(text: string): void {
    const query = this.#queries.get(text)
    if (query) query.slow = true
  }

  addTemplate(name: string): void {
    if (this.#templates.size < MAX_ENTRIES || this.#templates.has(name)) {
      this.#templates.set(name, (this.#templates.get(name) ?? 0) + 1)
    }
  }

  addMail({ template, subject, to }: MailEvent['message']): void {
    if (this.#mails.length >= MAX_ENTRIES) return
    this.#mails.push({ template, subject: clip(subject, 200), to: to.slice(0, 10).map(({ address }) => address) })
  }

  addLine(event: LogEvent): void {
    if (this.#logs.length >= MAX_ENTRIES) return
    const atMs = round(performance.now() - this.#startedAt)
    this.#logs.push({ atMs, level: event.level, text: this.#keep(textOfLine(event), MAX_TEXT) })
  }

  /** Clips and redacts a text, and shortens it further when the request has many. */
  #keep(text: string, length: number): string {
    const kept = clip(this.#redact(clip(text, 2 * length)), Math.min(length, Math.max(0, MAX_TOTAL - this.#length)))
    this.#length += kept.length
    return kept
  }

  end(): Pick<RequestRecord, 'sql' | 'templates' | 'logs' | 'mails'> {
    this.isOver = true
    return {
      ...(this.#queries.size > 0 && { sql: [...this.#queries.values()] }),
      ...(this.#templates.size > 0 && { templates: [...this.#templates].map(([name, count]) => ({ name, count })) }),
      ...(this.#logs.length > 0 && { logs: this.#logs }),
      ...(this.#mails.length > 0 && { mails: this.#mails }),
    }
  }
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100
}
