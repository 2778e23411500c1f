import { pgError } from '../errors.ts'
import type { Param } from '../sql/sql.ts'
import type { StatementConnection, Wire } from '../wire/connection.ts'
import { encodeField } from '../wire/encode.ts'
import { Statement } from '../wire/statement.ts'
import { CopyWriter } from './copy-writer.ts'

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

  override readRow(): void {}

  override handleDataRow(): void {}
}

/** COPY … FROM STDIN. */
export class CopyIn extends Copy {
  readonly source: CopySource
  #started = false
  #ended = false

  constructor(text: string, source: CopySource) {
    super(text)
    this.source = source
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
  async #pump(connection: StatementConnection): Promise<void> {
    const out = new CopyWriter(connection)
    try {
      const { source } = this
      if (Symbol.asyncIterator in source) {
        for await (const chunk of source) {
          if (this.failure || this.settled) return
          if (out.add(chunk)) await out.drained()
        }
      } else {
        for (const chunk of source) {
          if (this.failure || this.settled) return
          if (out.add(chunk)) await out.drained()
        }
      }
      if (this.#ended || this.settled) return
      out.flush()
      this.#ended = true
      connection.writer.copyDone()
      connection.writer.flush()
    } catch (error) {
      this.failure ??= error as Error // whatever the server replies to the failure, this was the reason
      this.#giveUp('The source of the data failed')
    } finally {
      out.stop()
    }
  }
}

/** Unread bytes above which the server must wait. */
const HIGH_WATER = 1_048_576
const BLOCK = 65_536
const NOTHING = Buffer.alloc(0)

/** COPY … TO STDOUT. Iterating yields its bytes in chunks of any size. */
export class CopyOut extends Copy {
  readonly #chunks: Buffer[] = []
  #block: Buffer = NOTHING
  /** What is in the block and not yet in `chunks` stands in [begin, end). */
  #begin = 0
  #end = 0
  /** Unread bytes. */
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

  override readCopyData(bytes: Buffer, from: number, to: number): void {
    if (this.#discarding) return
    const length = to - from
    if (this.#end + length > this.#block.length) this.#newBlock(length)
    bytes.copy(this.#block, this.#end, from, to) // the memory that messages arrive in is reused
    this.#end += length
    this.#bytes += length
    if (this.#bytes > HIGH_WATER) this.client!.wire.stream.pause()
    this.#wake?.()
  }

  /** Rows are short, and each comes in its own message: they are collected in blocks. */
  #newBlock(length: number): void {
    this.#closeBlock()
    this.#block = Buffer.allocUnsafeSlow(Math.max(BLOCK, length))
    this.#begin = 0
    this.#end = 0
  }

  #closeBlock(): void {
    if (this.#end > this.#begin) this.#chunks.push(this.#block.subarray(this.#begin, this.#end))
    this.#begin = this.#end
  }

  async *read(): AsyncGenerator<Buffer> {
    for (;;) {
      if (this.#bytes > 0) {
        yield* this.#take()
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

  #take(): Buffer[] {
    this.#closeBlock()
    this.#bytes = 0
    this.client?.wire.stream.resume()
    return this.#chunks.splice(0)
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
  for (const row of rows) {
    let line = ''
    for (let i = 0; i < row.length; i++) line += i === 0 ? copyField(row[0]!, 0) : `\t${copyField(row[i]!, i)}`
    yield `${line}\n`
  }
}

const SPECIAL = /[\\\t\n\r]/
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

function copyField(value: Param, column: number): string {
  const text = encodeField(value, column)
  if (text === null) return '\\N'
  return SPECIAL.test(text) ? text.replace(/[\\\t\n\r]/g, character => ESCAPES[character]!) : text
}
