import { httpError } from './errors.ts'

/** One event of a `text/event-stream` (WHATWG HTML, section 9.2). */
export interface ServerEvent {
  /** A string is sent as it is, anything else as JSON. */
  data: unknown
  /** The name that listeners of the page subscribe to. */
  event?: string
  /** What the browser sends back as Last-Event-ID when it connects again. */
  id?: string
  /** How long the browser waits before it connects again, in milliseconds. */
  retry?: number
}

export interface EventOptions {
  /** A comment is sent this often, in milliseconds, so that proxies do not take the connection for dead. Default 15,000. */
  heartbeatMs?: number
}

/** Where events come from. The function form is given the signal that ends with the client. */
export type EventSource =
  | AsyncIterable<ServerEvent | string>
  | ((signal: AbortSignal) => AsyncIterable<ServerEvent | string>)

/** The text of an event stream. It ends with its source, or when the signal aborts. */
export async function* eventText(
  source: EventSource,
  signal: AbortSignal,
  { heartbeatMs = 15_000 }: EventOptions,
): AsyncGenerator<string> {
  const events = typeof source === 'function' ? source(signal) : source
  const iterator = events[Symbol.asyncIterator]()
  const wake = new Wake(signal)
  try {
    // Something at once: proxies and browsers see that the answer has begun.
    yield ':\n\n'
    let next = iterator.next()
    while (!signal.aborted) {
      const step = await wake.race(next, heartbeatMs)
      if (step === 'aborted') return
      if (step === 'timeout') yield ':\n\n'
      else if (step.done === true) return
      else {
        yield writeEvent(step.value)
        next = iterator.next()
      }
    }
  } finally {
    wake.clear()
    // A source that waits for its next event ends by the signal; it cannot be waited for here.
    void Promise.resolve(iterator.return?.()).catch(() => undefined) // it is being left: nobody hears what it says
  }
}

/** Waits for a promise, but no longer than a while, and not at all once the signal aborts. */
class Wake {
  private readonly signal: AbortSignal
  private readonly aborted: Promise<'aborted'>
  private listener: () => void = () => undefined
  private timer: NodeJS.Timeout | undefined

  constructor(signal: AbortSignal) {
    this.signal = signal
    this.aborted = new Promise(resolve => {
      this.listener = () => resolve('aborted')
    })
    signal.addEventListener('abort', this.listener)
  }

  async race<T>(promise: Promise<T>, ms: number): Promise<T | 'timeout' | 'aborted'> {
    const timeout = new Promise<'timeout'>(resolve => {
      this.timer = setTimeout(() => resolve('timeout'), ms)
    })
    try {
      return await Promise.race([promise, timeout, this.aborted])
    } finally {
      clearTimeout(this.timer)
    }
  }

  clear(): void {
    clearTimeout(this.timer)
    this.signal.removeEventListener('abort', this.listener)
  }
}

/** Throws event_invalid where a name or id has a line break, which would begin another field. */
export function writeEvent(event: ServerEvent | string): string {
  if (typeof event === 'string') return writeEvent({ data: event })
  const { data, event: name, id, retry } = event
  let out = ''
  if (name !== undefined) out += `event: ${oneLine('event', name)}\n`
  if (id !== undefined) out += `id: ${oneLine('id', id)}\n`
  if (retry !== undefined) out += `retry: ${Math.max(0, Math.round(retry))}\n`
  const text = typeof data === 'string' ? data : (JSON.stringify(data) ?? 'null')
  for (const line of text.split(/\r\n|\r|\n/)) out += `data: ${line}\n`
  return `${out}\n`
}

function oneLine(field: string, text: string): string {
  if (/[\r\n\0]/.test(text)) throw httpError('event_invalid', { field })
  return text
}
