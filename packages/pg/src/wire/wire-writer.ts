import type { Socket } from 'node:net'
import type { Encoded } from './encode.ts'

const CHUNK = 32_768

// Execute (unnamed portal, all rows) and Sync: the same bytes after every Bind.
const EXECUTE_SYNC = Buffer.from([69, 0, 0, 0, 9, 0, 0, 0, 0, 0, 83, 0, 0, 0, 4])
const STATEMENT = 83 // S
const PORTAL = 80 // P
const SYNC = EXECUTE_SYNC.subarray(10)

/**
 * Writes the messages of the extended query protocol (PostgreSQL manual, 54.7) into one buffer, so that the queries of one
 * turn of the event loop are sent with one system call.
 */
export class WireWriter {
  readonly #stream: () => Socket
  #chunk: Buffer = Buffer.allocUnsafeSlow(CHUNK)
  /** What is written but not yet passed to the socket is in [from, at). */
  #from = 0
  #at = 0
  #scheduled = false
  readonly #flushLater = (): void => {
    this.#scheduled = false
    this.flush()
  }

  constructor(stream: () => Socket) {
    this.#stream = stream
  }

  /** Passes on what is written: immediately if nothing else is pending, otherwise together with the rest of this turn. */
  finish(now: boolean): void {
    if (now && !this.#scheduled) {
      this.flush()
    } else if (!this.#scheduled) {
      this.#scheduled = true
      process.nextTick(this.#flushLater)
    }
  }

  flush(): void {
    if (this.#from === this.#at) return
    const stream = this.#stream()
    if (stream.writable) stream.write(this.#chunk.subarray(this.#from, this.#at))
    this.#from = this.#at
  }

  parse(name: string, text: string): void {
    const size = 1 + 4 + bytes(name) + 1 + bytes(text) + 1 + 2
    this.#reserve(size)
    this.#head(80, size)
    this.#cstring(name)
    this.#cstring(text)
    this.#int16(0)
  }

  describe(name: string): void {
    this.#named(68, STATEMENT, name)
  }

  close(name: string): void {
    this.#named(67, STATEMENT, name)
  }

  closePortal(name: string): void {
    this.#named(67, PORTAL, name)
  }

  /** At most this many rows of a portal. */
  execute(portal: string, rows: number): void {
    const size = 1 + 4 + bytes(portal) + 1 + 4
    this.#reserve(size)
    this.#head(69, size)
    this.#cstring(portal)
    this.#int32(rows)
  }

  /** A simple query, for commands that cannot use the extended protocol. */
  query(text: string): void {
    const size = 1 + 4 + bytes(text) + 1
    this.#reserve(size)
    this.#head(81, size)
    this.#cstring(text)
  }

  copyData(data: Uint8Array): void {
    this.#reserve(5)
    this.#head(100, 5 + data.length)
    this.#bytes(data)
  }

  copyDone(): void {
    this.#reserve(5)
    this.#head(99, 5)
  }

  copyFail(reason: string): void {
    const size = 1 + 4 + bytes(reason) + 1
    this.#reserve(size)
    this.#head(102, size)
    this.#cstring(reason)
  }

  sync(): void {
    this.#bytes(SYNC)
  }

  /** Bind of the unnamed portal, results in text form; then Execute and Sync. */
  bindExecuteSync(name: string, values: readonly Encoded[]): void {
    this.bind('', name, values)
    this.#bytes(EXECUTE_SYNC)
  }

  bind(portal: string, name: string, values: readonly Encoded[]): void {
    let size = 1 + 4 + bytes(portal) + 1 + bytes(name) + 1 + 2 + 2 + 2
    let binary = false
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!
      size += 4
      if (value === null) continue
      binary ||= typeof value !== 'string'
      size += typeof value === 'string' ? bytes(value) : value.length
    }
    if (binary) size += 2 * values.length
    this.#reserve(size + EXECUTE_SYNC.length)
    this.#head(66, size)
    this.#cstring(portal)
    this.#cstring(name)
    this.#formats(values, binary)
    this.#int16(values.length)
    for (let i = 0; i < values.length; i++) this.#value(values[i]!)
    this.#int16(0)
  }

  #formats(values: readonly Encoded[], binary: boolean): void {
    this.#int16(binary ? values.length : 0) // none: all are text
    if (!binary) return
    for (const value of values) this.#int16(Buffer.isBuffer(value) ? 1 : 0)
  }

  #value(value: Encoded): void {
    if (value === null) {
      this.#int32(-1)
    } else if (typeof value === 'string') {
      const written = this.#chunk.write(value, this.#at + 4)
      this.#int32(written)
      this.#at += written
    } else {
      this.#int32(value.length)
      this.#bytes(value)
    }
  }

  #named(code: number, kind: number, name: string): void {
    const size = 1 + 4 + 1 + bytes(name) + 1
    this.#reserve(size)
    this.#head(code, size)
    this.#chunk[this.#at++] = kind
    this.#cstring(name)
  }

  /** The type of a message and its length, which excludes the type byte. */
  #head(code: number, size: number): void {
    this.#chunk[this.#at++] = code
    this.#int32(size - 1)
  }

  #cstring(text: string): void {
    this.#at += this.#chunk.write(text, this.#at)
    this.#chunk[this.#at++] = 0
  }

  #int16(value: number): void {
    this.#chunk[this.#at++] = value >> 8
    this.#chunk[this.#at++] = value
  }

  #int32(value: number): void {
    this.#chunk[this.#at++] = value >> 24
    this.#chunk[this.#at++] = value >> 16
    this.#chunk[this.#at++] = value >> 8
    this.#chunk[this.#at++] = value
  }

  #bytes(source: Uint8Array): void {
    this.#reserve(source.length)
    this.#chunk.set(source, this.#at)
    this.#at += source.length
  }

  /** Makes room. A chunk that the socket may still be reading is never overwritten. */
  #reserve(size: number): void {
    if (this.#at + size <= this.#chunk.length) return
    const pending = this.#chunk.subarray(this.#from, this.#at)
    const next = Buffer.allocUnsafeSlow(Math.max(CHUNK, pending.length + size))
    next.set(pending, 0)
    this.#chunk = next
    this.#from = 0
    this.#at = pending.length
  }
}

const { byteLength: bytes } = Buffer
