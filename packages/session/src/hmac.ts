import { hash, type KeyObject } from 'node:crypto'

const BLOCK = 64
const DIGEST = 32

/**
 * HMAC-SHA-256 (RFC 2104) of texts, as UTF-8, under a key of at most 64 bytes. It is two calls of the one-shot `hash()`:
 * the object that `createHmac()` makes for each text costs more than the hashing of a cookie.
 */
export class Hmac {
  /** The key XOR `ipad` and the text; the key XOR `opad` and the inner digest. */
  #inner: Buffer = Buffer.alloc(BLOCK + 1024)
  /** Of the inner block and the text that was there last: texts often have the same length as the one before. */
  #view: Buffer = this.#inner
  readonly #outer: Buffer = Buffer.alloc(BLOCK + DIGEST)

  constructor(key: KeyObject) {
    const bytes = key.export()
    if (bytes.length > BLOCK) throw new RangeError(`an HMAC key has at most ${BLOCK} bytes here`)
    for (let i = 0; i < BLOCK; i++) {
      this.#inner[i] = (bytes[i] ?? 0) ^ 0x36
      this.#outer[i] = (bytes[i] ?? 0) ^ 0x5c
    }
  }

  digest(text: string, encoding: 'base64url' | 'latin1'): string {
    if (BLOCK + 3 * text.length > this.#inner.length) this.#grow(BLOCK + 3 * text.length)
    const end = BLOCK + this.#inner.write(text, BLOCK)
    if (this.#view.length !== end) this.#view = this.#inner.subarray(0, end)
    this.#outer.write(hash('sha256', this.#view, 'latin1'), BLOCK, 'latin1')
    return hash('sha256', this.#outer, encoding)
  }

  #grow(size: number): void {
    const inner = Buffer.alloc(size)
    this.#inner.copy(inner, 0, 0, BLOCK)
    this.#inner = inner
    this.#view = inner
  }
}
