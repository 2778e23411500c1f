import { once } from 'node:events'
import { pgError } from '../errors.ts'
import type { Param } from '../sql/sql.ts'
import type { StatementConnection, Wire } from '../wire/connection.ts'
import { encodeField } from '../wire/encode.ts'
import { Statement } from '../wire/statement.ts'

/** What COPY … FROM STDIN reads: a stream of bytes or text, or any other iterable of them. */
export type CopySource = AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>

/** A COPY, sent as a simple query: it has no parameters, and copy mode would swallow the Sync of the extended protocol. */
abstract class Copy extends Statement {
  constructor(text: string) {
    super({ text, values: [], prepare: false })
  }

  protected override write(client: StatementConnection): void {
    client.writer.query(this.text)
  }

  protected refuse(expected: string): void {
    this.failure ??= pgError('copy_direction', { text: this.text, expected })
  }

  override handleRowDescription(): void {}

  override handleDataRow(): void {}
}

/** COPY … FROM STDIN. */
export class CopyIn extends Copy {
  readonly #source: CopySource
  #started = false
  #ended = false

  constructor(text: string, source: CopySource) {
    super(text)
    this.#source = source
  }

  override handleCopyInResponse(): void {
    this.#started = true
    void this.#pump(this.client!)
  }

  override handleReadyForQuery(): void {
    if (!this.#started) this.refuse('FROM STDIN')
    super.handleReadyForQuery()
  }

  /** A server that waits for data ignores cancel requests. */
  override interrupt(): void {
    if (this.#started) this.#giveUp('The copy was canceled')
  }

  #giveUp(reason: string): void {
    if (this.#ended || this.settled) return
    this.#ended = true
    this.client!.writer.copyFail(reason)
    this.client!.writer.flush()
  }

  /** Writes at the pace of the socket, and stops when the server has rejected the data. */
  async #pump({ writer, wire }: StatementConnection): Promise<void> {
    try {
      for await (const chunk of this.#source) {
        if (this.failure || this.settled) return
        writer.copyData(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
        writer.flush()
        if (wire.stream.writableNeedDrain) await drained(wire.stream)
      }
      if (this.#ended || this.settled) return
      this.#ended = true
      writer.copyDone()
      writer.flush()
    } catch (error) {
      this.failure ??= error as Error // whatever the server replies to the failure, this was the reason
      this.#giveUp('The source of the data failed')
    }
  }
}

async function drained(stream: Wire['stream']): Promise<void> {
  const stop = new AbortController()
  const end = () => stop.abort()
  stream.once('close', end)
  try {
    await once(stream, 'drain', { signal: stop.signal })
  } finally {
    stream.removeListener('close', end)
  }
}

/** Unread bytes above which the server must wait. */
const HIGH_WATER = 1_048_576

/** COPY … TO STDOUT. Iterating yields its bytes in chunks of any size. */
export class CopyOut extends Copy {
  readonly #chunks: Buffer[] = []
  #bytes = 0
  #discarding = false
  #wake: (() => void) | undefined

  constructor(text: string) {
    super(text)
    const wake = () => this.#wake?.()
    this.promise.then(wake, wake)
  }

  override handleCopyInResponse(wire: Wire): void {
    this.refuse('TO STDOUT')
    wire.sendCopyFail('COPY … FROM STDIN goes through copyFrom()')
  }

  override handleReadyForQuery(): void {
    if (!this.tag.startsWith('COPY')) this.refuse('TO STDOUT')
    super.handleReadyForQuery()
  }

  override handleCopyData({ chunk }: { chunk: Buffer }): void {
    if (this.#discarding) return
    this.#chunks.push(Buffer.from(chunk)) // pg reuses the memory that it parses
    this.#bytes += chunk.length
    if (this.#bytes > HIGH_WATER) this.client!.wire.stream.pause()
    this.#wake?.()
  }

  async *read(): AsyncGenerator<Buffer> {
    for (;;) {
      if (this.#chunks.length > 0) {
        yield this.#take()
      } else if (this.settled) {
        await this.promise
        return
      } else {
        await new Promise<void>(resolve => {
          this.#wake = resolve
        })
      }
    }
  }

  /** Lets the server finish after reading has stopped. */
  discard(): void {
    this.#take()
    this.#discarding = true
  }

  #take(): Buffer {
    const piece = Buffer.concat(this.#chunks.splice(0))
    this.#bytes = 0
    this.client?.wire.stream.resume()
    return piece
  }
}

/**
 * Rows in COPY's text format, one line each: for `copyFrom('copy t (a, b) from stdin', copyRows(rows))`. Values are encoded
 * like the parameters of a query.
 *
 * @throws `parameter_undefined`, `parameter_invalid`, `parameter_needs_json`, `text_with_nul`, `text_malformed`, in which
 * `$2` means the second column
 */
export function* copyRows(rows: Iterable<readonly Param[]>): Generator<string> {
  for (const row of rows) yield `${row.map(copyField).join('\t')}\n`
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

function copyField(value: Param, column: number): string {
  const text = encodeField(value, column)
  return text === null ? '\\N' : text.replace(/[\\\t\n\r]/g, character => ESCAPES[character]!)
}
