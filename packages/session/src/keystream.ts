import { createCipheriv, type KeyObject } from 'node:crypto'
import { randomInto } from './random.ts'

export const NONCE_BYTES = 15
/** What one nonce is good for: the counter has eight bits, and its zero stays unused. */
export const MOST_BYTES: number = 255 * 16

const BLOCK = 16
/** Keystreams made ahead in one call, and the bytes each is good for: more than most sessions have. */
const AHEAD = 8
const USUAL = 24 * BLOCK
const SLOT = BLOCK + USUAL

/**
 * AES-256 in counter mode (NIST SP 800-38A, section 6.5): what `aes-256-ctr` of node:crypto makes of the initial counter
 * block `nonce(15) 01`.
 *
 * The counter blocks go through one cipher object that lives as long as the key. An object of its own for each message,
 * as `createCipheriv()` and the garbage collector take it, costs several times the encryption of a cookie.
 */
export class Keystream {
  readonly #blocks: { update(blocks: Uint8Array): Buffer }
  readonly #counters: Buffer = Buffer.alloc(AHEAD * SLOT)
  readonly #turning: Buffer = Buffer.alloc(MOST_BYTES)
  #ahead: Buffer = this.#counters
  #used = AHEAD

  constructor(key: KeyObject) {
    // ECB of counters that never repeat is what counter mode is made of; no text goes through it.
    this.#blocks = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false)
  }

  /**
   * A fresh nonce and its keystream, in one buffer that is the caller's: a byte that says nothing, the nonce, then at
   * least `length` bytes of the stream.
   */
  take(length: number): Buffer {
    if (length > USUAL) {
      const counters = Buffer.alloc(BLOCK + length + (-length & (BLOCK - 1)))
      countUp(counters, 0, counters.length)
      return this.#encrypt(counters, counters.length)
    }
    if (this.#used === AHEAD) {
      for (let at = 0; at < this.#counters.length; at += SLOT) countUp(this.#counters, at, at + SLOT)
      this.#ahead = this.#encrypt(this.#counters, SLOT)
      this.#used = 0
    }
    const at = this.#used++ * SLOT
    return this.#ahead.subarray(at, at + SLOT)
  }

  /** Turns what was encrypted under a nonce back, or the other way round, in place. */
  apply(nonce: Uint8Array, text: Uint8Array): void {
    const end = text.length + (-text.length & (BLOCK - 1))
    this.#turning.set(nonce)
    spread(this.#turning, 0, end, 1)
    const stream = this.#blocks.update(this.#turning.subarray(0, end))
    for (let i = 0; i < text.length; i++) text[i]! ^= stream[i]!
  }

  /** Encrypts slots of counters; of each the first block becomes the nonce. */
  #encrypt(counters: Buffer, slot: number): Buffer {
    const streams = this.#blocks.update(counters)
    for (let at = 0; at < counters.length; at += slot) counters.copy(streams, at + 1, at, at + NONCE_BYTES)
    return streams
  }
}

/** Fills a slot with the counter blocks 0, 1, … of a new nonce. */
function countUp(counters: Buffer, start: number, end: number): void {
  randomInto(counters.subarray(start, start + NONCE_BYTES))
  spread(counters, start, end, 0)
}

/** Repeats the nonce of the first block in those after it, and numbers all of them. */
function spread(counters: Buffer, start: number, end: number, first: number): void {
  for (let done = BLOCK; done < end - start; done *= 2) {
    counters.copyWithin(start + done, start, Math.min(start + done, end - done))
  }
  for (let at = start, counter = first; at < end; at += BLOCK, counter++) counters[at + NONCE_BYTES] = counter
}
