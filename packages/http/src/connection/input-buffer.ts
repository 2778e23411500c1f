import { ArrivedBody } from '../body/arrived-body.ts'

/** Bytes that have arrived and were not read yet. They are kept as they came; only what must be joined is copied. */
export class InputBuffer {
  /** Null when there is nothing. */
  bytes: Buffer | null = null
  /** Where in `bytes` the unread ones begin. */
  position = 0
  /** Where they end. */
  end = 0
  /** The bytes belong to the transport and are valid until the current call ends. */
  private borrowed = false

  get length(): number {
    return this.bytes === null ? 0 : this.end - this.position
  }

  append(chunk: Buffer): void {
    this.bytes = this.bytes === null ? chunk : Buffer.concat([this.bytes.subarray(this.position, this.end), chunk])
    this.position = 0
    this.end = this.bytes.length
    this.borrowed = false
  }

  /** Takes the first bytes of a buffer that is reused once the current call ends; there must be no others. */
  borrow(buffer: Buffer, length: number): void {
    this.bytes = buffer
    this.position = 0
    this.end = length
    this.borrowed = true
  }

  /** Copies what is left, unless it is ours already. */
  own(): void {
    if (this.borrowed && this.bytes !== null) {
      const copy = Buffer.allocUnsafe(this.length)
      this.bytes.copy(copy, 0, this.position, this.end)
      this.bytes = copy
      this.position = 0
      this.end = copy.length
    }
    this.borrowed = false
  }

  skip(count: number): void {
    this.position += count
    if (this.position === this.end) this.clear()
  }

  /** The next bytes: all there are, but no more than `most`. */
  take(most: number): Buffer {
    const bytes = this.bytes!
    const start = this.position
    const count = Math.min(most, this.end - start)
    this.skip(count)
    return start === 0 && count === bytes.length ? bytes : bytes.subarray(start, start + count)
  }

  /** The next `length` bytes, all of which are there, as the body of a request. */
  takeBody(length: number): ArrivedBody {
    const body = new ArrivedBody(this.bytes!, this.position, length, this.borrowed)
    this.skip(length)
    return body
  }

  clear(): void {
    this.bytes = null
    this.position = 0
  }
}
