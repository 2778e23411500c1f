/** Messages that carry data, by their first byte (PostgreSQL manual, 54.7). */
export const DATA_ROW = 68
const COPY_DATA = 100

/** Takes a whole message whose body is in [from, to) of `bytes`, or leaves it to pg. */
export type TakeMessage = (code: number, bytes: Buffer, from: number, to: number) => boolean

type Listener = (chunk: Buffer) => void

interface Stream {
  on(event: string, listener: Listener): unknown
}

/** The part of pg's Connection that attaches its parser to the socket. */
interface Attachable {
  attachListeners(stream: Stream): void
}

/**
 * Offers every message that carries data before pg parses it: pg makes an object, a string for each field and an event of
 * every row. Messages that are not complete in one chunk, and all others, go to pg as they came, in their order.
 */
export function interceptMessages(connection: Attachable, take: TakeMessage): void {
  const attach = connection.attachListeners
  connection.attachListeners = stream => {
    let parse: Listener | undefined
    const on = (event: string, listener: Listener) => {
      if (event === 'data') parse = listener
      else stream.on(event, listener)
    }
    attach.call(connection, { on })
    const splitter = new MessageSplitter(parse!, take)
    stream.on('data', chunk => splitter.read(chunk))
  }
}

const HEADER = 5

/** Finds the messages in what arrives. */
export class MessageSplitter {
  readonly #pass: Listener
  readonly #take: TakeMessage
  /** Bytes that still belong to a message that was passed on before it was complete. */
  #open = 0
  /** A header that is not complete, and how much of it there is; it was passed on too. */
  readonly #header: Buffer = Buffer.alloc(HEADER)
  #headerLength = 0

  constructor(pass: Listener, take: TakeMessage) {
    this.#pass = pass
    this.#take = take
  }

  read(chunk: Buffer): void {
    const { length } = chunk
    let passed = 0
    let at = this.#headerLength > 0 ? this.#endHeader(chunk) : 0
    if (this.#open > 0) {
      const rest = Math.min(this.#open, length - at)
      this.#open -= rest
      at += rest
    }
    while (at + HEADER <= length) {
      const size = sizeOf(chunk, at)
      const end = at + 1 + size
      if (end > length || size < 4) break
      const code = chunk[at]!
      if (code === DATA_ROW || code === COPY_DATA) {
        if (passed < at) this.#pass(chunk.subarray(passed, at)) // what came before it is to be handled before it
        passed = this.#take(code, chunk, at + HEADER, end) ? end : at
      }
      at = end
    }
    if (passed === 0) this.#pass(chunk)
    else if (passed < length) this.#pass(chunk.subarray(passed))
    if (at < length) this.#leaveOpen(chunk, at)
  }

  /** @returns where the header ends in this chunk */
  #endHeader(chunk: Buffer): number {
    const added = chunk.copy(this.#header, this.#headerLength)
    this.#headerLength += added
    if (this.#headerLength < HEADER) return added
    this.#headerLength = 0
    this.#open = Math.max(0, sizeOf(this.#header, 0) - 4)
    return added
  }

  #leaveOpen(chunk: Buffer, at: number): void {
    const there = chunk.length - at
    if (there >= HEADER) this.#open = Math.max(0, 1 + sizeOf(chunk, at) - there)
    else this.#headerLength = chunk.copy(this.#header, 0, at)
  }
}

/** The length of the message at `at`, which counts itself and not the first byte. */
function sizeOf(bytes: Buffer, at: number): number {
  return ((bytes[at + 1]! << 24) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 8) | bytes[at + 4]!) >>> 0
}
