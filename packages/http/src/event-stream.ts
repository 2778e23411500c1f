import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { httpError } from './errors.ts'

/** One event of a `text/event-stream` (WHATWG HTML, section 9.2). */
export interface ServerEvent {
  /** A string is sent as it is, everything else as JSON. */
  data: unknown
  /** The event type that listeners on the page subscribe to. */
  event?: string
  /** What the browser sends back as Last-Event-ID when it reconnects. */
  id?: string
  /** How long the browser waits before it reconnects, in milliseconds. */
  retry?: number
}

/** Options of a stream of events. */
export interface EventOptions {
  /**
   * A comment is sent after this long without an event, in milliseconds, so that proxies do not close the connection as
   * idle. Default 15,000; 0 turns it off.
   */
  heartbeatMs?: number
}

const OPTIONS: OptionTable<EventOptions> = { heartbeatMs: option.limit }

/** Where the events come from. The function form is given the signal that aborts when the client disconnects. */
export type EventStreamSource =
  | AsyncIterable<ServerEvent | string>
  | ((signal: AbortSignal) => AsyncIterable<ServerEvent | string>)

/** The text of an event stream. It ends with its source or when the signal aborts. */
export function eventText(
  source: EventStreamSource,
  signal: AbortSignal,
  options: EventOptions,
  toJson: ToJson,
): AsyncIterable<string> {
  const { heartbeatMs = 15_000 } = readOptions('c.events()', options, OPTIONS)
  return {
    // Starts the source only when it is read: a response to HEAD never reads it, and nothing would end it.
    [Symbol.asyncIterator]: () => {
      const events = typeof source === 'function' ? source(signal) : source
      return new EventText(events[Symbol.asyncIterator](), signal, toJson, heartbeatMs)
    },
  }
}

/** Sent at once and during silences, so that proxies and browsers see that the response has begun. */
const COMMENT = ':\n\n'

type Source = AsyncIterator<ServerEvent | string>
/** Encodes the data of an event that is not a string. */
type ToJson = (value: unknown) => string
type Step = IteratorResult<string, undefined>
const END: Step = { done: true, value: undefined }

/**
 * Asks the source for one event at a time. Each wait ends with whatever comes first: the event, the end of a silence or the
 * abort. There is no Promise.race, because a promise that lives as long as the stream would retain memory for every race
 * that it lost.
 */
class EventText implements AsyncIterator<string, undefined> {
  private readonly source: Source
  private readonly toJson: ToJson
  private readonly signal: AbortSignal
  private readonly silence: NodeJS.Timeout | undefined
  private started = false
  private ended = false
  private failure: { readonly error: unknown } | null = null
  /** The source was asked for an event and has not delivered it yet. */
  private asked = false
  /** An event that arrived while nothing was waiting for it. */
  private held: ServerEvent | string | null = null
  private waiter: { resolve(step: Step): void; reject(error: unknown): void } | null = null

  constructor(source: Source, signal: AbortSignal, toJson: ToJson, heartbeatMs: number) {
    this.source = source
    this.toJson = toJson
    this.signal = signal
    if (heartbeatMs > 0 && heartbeatMs <= MAX_DELAY_MS) this.silence = setTimeout(this.comment, heartbeatMs)
    signal.addEventListener('abort', this.close)
  }

  next(): Promise<Step> {
    if (!this.started && !this.ended) {
      this.started = true
      return Promise.resolve({ done: false, value: COMMENT })
    }
    return new Promise((resolve, reject) => {
      this.waiter = { resolve, reject }
      this.silence?.refresh()
      if (this.held !== null) this.take(this.held)
      else if (this.failure !== null) this.fail(this.failure.error)
      else if (this.ended || this.signal.aborted) this.close()
      else this.ask()
    })
  }

  return(): Promise<Step> {
    this.close()
    return Promise.resolve(END)
  }

  private ask(): void {
    if (this.asked) return
    this.asked = true
    this.source.next().then(this.onStep, this.onFailure)
  }

  private readonly onStep = (step: IteratorResult<ServerEvent | string>): void => {
    this.asked = false
    if (this.ended) return
    if (step.done === true) this.close()
    else this.take(step.value)
  }

  private readonly onFailure = (error: unknown): void => {
    this.asked = false
    if (!this.ended) this.fail(error)
  }

  private take(event: ServerEvent | string): void {
    if (this.waiter === null) {
      this.held = event
      return
    }
    this.held = null
    try {
      this.answer({ done: false, value: writeEvent(event, this.toJson) })
    } catch (error) {
      this.fail(error)
    }
  }

  private fail(error: unknown): void {
    const { waiter } = this
    this.waiter = null
    if (waiter === null) this.failure = { error }
    else waiter.reject(error)
    this.stop()
  }

  private readonly comment = (): void => {
    // If nothing is waiting, the peer has not accepted the previous text yet.
    if (this.waiter !== null) this.answer({ done: false, value: COMMENT })
  }

  private answer(step: Step): void {
    const { waiter } = this
    this.waiter = null
    waiter?.resolve(step)
  }

  private readonly close = (): void => {
    this.stop()
    this.answer(END)
  }

  private stop(): void {
    if (this.ended) return
    this.ended = true
    clearTimeout(this.silence)
    this.signal.removeEventListener('abort', this.close)
    // A source that waits for its next event ends with the signal, so do not wait for it here.
    const leave = async () => this.source.return?.()
    leave().catch(() => undefined) // its result is no longer of interest, nor is its error
  }
}

/** The longest delay of a Node.js timer. */
const MAX_DELAY_MS = 2 ** 31 - 1

/** Throws event_invalid if a name or id contains a line break, which would start another field. */
export function writeEvent(event: ServerEvent | string, toJson: ToJson): string {
  if (typeof event === 'string') return writeEvent({ data: event }, toJson)
  const { data, event: name, id, retry } = event
  let out = ''
  if (name !== undefined) out += `event: ${oneLine('event', name)}\n`
  if (id !== undefined) out += `id: ${oneLine('id', id)}\n`
  if (retry !== undefined) out += `retry: ${Math.max(0, Math.round(retry))}\n`
  const text = typeof data === 'string' ? data : toJson(data ?? null)
  for (const line of text.split(/\r\n|\r|\n/)) out += `data: ${line}\n`
  return `${out}\n`
}

function oneLine(field: string, text: string): string {
  if (/[\r\n\0]/.test(text)) throw httpError('event_invalid', { field })
  return text
}
