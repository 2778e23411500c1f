import { once } from 'node:events'
import { pgError } from '../errors.ts'
import type { StatementConnection } from '../wire/connection.ts'

/** What is collected before it is sent: a message and a system call for each row of a COPY would cost more than the row. */
const ENOUGH = 32_768

/** Sends the data of a COPY in messages of a good size; what is less goes at the end of the event loop's turn. */
export class CopyWriter {
  readonly #connection: StatementConnection
  #text = ''
  #unsent = 0
  #soon: NodeJS.Immediate | undefined

  constructor(connection: StatementConnection) {
    this.#connection = connection
  }

  /**
   * @returns whether the socket has to take what is sent before there is more
   * @throws `text_malformed` for text with half a surrogate pair
   */
  add(chunk: Uint8Array | string): boolean {
    if (typeof chunk === 'string') {
      this.#text += chunk
    } else {
      this.#endText()
      this.#connection.writer.copyData(chunk)
      this.#unsent += chunk.length
    }
    if (this.#unsent + this.#text.length < ENOUGH) {
      this.#soon ??= setImmediate(() => this.#sendSoon())
      return false
    }
    this.flush(isHigh(this.#text.charCodeAt(this.#text.length - 1)))
    return this.#connection.wire.stream.writableNeedDrain
  }

  /** @param isOpen - the text ends in the middle of a surrogate pair, whose other half is still to come */
  flush(isOpen = false): void {
    this.#endText(isOpen)
    this.#unsent = 0
    this.#connection.writer.flush()
  }

  stop(): void {
    clearImmediate(this.#soon)
  }

  /** Resolves when the socket has taken everything; rejects when it is gone. */
  async drained(): Promise<void> {
    const { stream } = this.#connection.wire
    const stop = new AbortController()
    const end = () => stop.abort()
    stream.once('close', end)
    try {
      await once(stream, 'drain', { signal: stop.signal })
    } finally {
      stream.removeListener('close', end)
    }
  }

  #sendSoon(): void {
    this.#soon = undefined
    if (isHigh(this.#text.charCodeAt(this.#text.length - 1)) || !this.#text.isWellFormed()) return // with the next
    this.flush()
  }

  #endText(isOpen = false): void {
    if (this.#text === '') return
    const half = isOpen ? this.#text.slice(-1) : ''
    const text = isOpen ? this.#text.slice(0, -1) : this.#text
    if (!text.isWellFormed()) throw pgError('text_malformed', {}, { internal: 'It is in the data of a COPY.' })
    this.#connection.writer.copyData(Buffer.from(text))
    this.#unsent += text.length
    this.#text = half
  }
}

/** The first half of a surrogate pair; NaN, of an empty text, is none. */
function isHigh(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff
}
