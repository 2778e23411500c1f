/** What has arrived and was not read yet. Bytes are kept as they came; only what must be joined is copied. */
export class InputBuffer {
  /** Null when there is nothing. */
  bytes: Buffer | null = null
  /** Where in `bytes` the unread ones begin. */
  position = 0
  /** The bytes are the transport's, ours only until the current call ends. */
  private borrowed = false

  get length(): number {
    return this.bytes === null ? 0 : this.bytes.length - this.position
  }

  append(chunk: Buffer): void {
    this.bytes = this.bytes === null ? chunk : Buffer.concat([this.bytes.subarray(this.position), chunk])
    this.position = 0
    this.borrowed = false
  }

  /** Takes bytes that will be overwritten once the current call is over; there must be no others. */
  borrow(chunk: Buffer): void {
    this.bytes = chunk
    this.borrowed = true
  }

  /** Makes what is left ours, if it is not. */
  own(): void {
    if (this.borrowed && this.bytes !== null) {
      const copy = Buffer.allocUnsafe(this.bytes.length - this.position)
      this.bytes.copy(copy, 0, this.position)
      this.bytes = copy
      this.position = 0
    }
    this.borrowed = false
  }

  skip(count: number): void {
    this.position += count
    if (this.position === this.bytes!.length) this.clear()
  }

  /** The next bytes, as many as there are but no more than `most`. */
  take(most: number): Buffer {
    const bytes = this.bytes!
    const start = this.position
    const count = Math.min(most, bytes.length - start)
    this.skip(count)
    return start === 0 && count === bytes.length ? bytes : bytes.subarray(start, start + count)
  }

  clear(): void {
    this.bytes = null
    this.position = 0
  }
}
