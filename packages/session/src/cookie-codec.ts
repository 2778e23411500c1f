import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto'
import { MAX_COOKIE_BYTES } from '@arlen/http'
import { sessionError } from './errors.ts'
import type { KeyRing } from './key-ring.ts'
import { randomInto } from './random.ts'
import { RecentTexts } from './recent-texts.ts'

const VERSION = '1'
const PREFIX_LENGTH = 5
const NONCE_BYTES = 12
const TAG_BYTES = 16
/** Lengths tell little; and a multiple of 3, so that base64url needs no bits of the ciphertext for the tag. */
const PADDING_BLOCK = 48
const PADDINGS: readonly string[] = Array.from({ length: PADDING_BLOCK }, (_, length) => ' '.repeat(length))

interface SealingKey {
  /** Format version and key id: what a sealed value starts with. */
  readonly prefix: string
  readonly key: KeyObject
}

/**
 * Seals text into a cookie value and opens it again: AES-256-GCM (NIST SP 800-38D) with random 96-bit nonces.
 *
 *     "1" key-id(4) base64url( nonce(12) ciphertext tag(16) )
 *
 * The key belongs to the ring's secret and the purpose alone, so a value sealed for another cookie does not open here,
 * and neither does another version's. The key id says which key to try: one attempt, however many secrets there are.
 * Text is padded with spaces (JSON does not mind) to blocks of 48 bytes.
 *
 * A browser sends the same value until it gets another, so what was sealed or opened lately is remembered, and recognized
 * without being decrypted again. Only authentic values are; the text is one that this process held anyway.
 */
export class CookieCodec {
  readonly #keys: readonly SealingKey[]
  readonly #current: SealingKey
  readonly #recent = new RecentTexts()

  constructor(ring: KeyRing, purpose: string) {
    const keys = ring.derive(`seal v${VERSION} ${purpose}`).map(({ id, key }) => ({ prefix: VERSION + id, key }))
    this.#keys = keys
    this.#current = keys[0]!
  }

  /** @throws ArlenError `cookie_invalid` for text that no cookie could hold. */
  seal(text: string): string {
    const { prefix, key } = this.#current
    const bytes = Buffer.byteLength(text)
    if (sealedLength(bytes) > MAX_COOKIE_BYTES)
      throw sessionError('cookie_invalid', { name: 'to seal', reason: `it has ${bytes} bytes` })
    const padded = text + PADDINGS[paddedLength(bytes) - bytes]!
    const nonce = Buffer.allocUnsafe(NONCE_BYTES)
    randomInto(nonce)
    const cipher = createCipheriv('aes-256-gcm', key, nonce)
    const ciphertext = cipher.update(padded, 'utf8')
    cipher.final()
    const tag = cipher.getAuthTag().toString('base64url')
    const value = prefix + nonce.toString('base64url') + ciphertext.toString('base64url') + tag
    this.#recent.keep(value, padded)
    return value
  }

  /** The length that a text has when it is sealed. */
  sealedLength(text: string): number {
    return sealedLength(Buffer.byteLength(text))
  }

  /** The text that was sealed, or undefined for anything that a key of this ring did not seal for this purpose. */
  open(value: string): string | undefined {
    if (value.length > MAX_COOKIE_BYTES) return undefined
    const known = this.#recent.find(value)
    if (known !== undefined) return known
    const text = this.#decrypt(value)
    // A copy: the value is a slice of a request's head, which must not be kept for it.
    if (text !== undefined) this.#recent.keep(Buffer.from(value, 'latin1').toString('latin1'), text)
    return text
  }

  #decrypt(value: string): string | undefined {
    const key = this.#keyOf(value)
    if (!key) return undefined
    const encoded = value.slice(PREFIX_LENGTH)
    const bytes = Buffer.from(encoded, 'base64url')
    // Node skips what is no base64url and ignores loose bits at the end: only the one canonical spelling is ours.
    if (bytes.length < NONCE_BYTES + TAG_BYTES || bytes.toString('base64url') !== encoded) return undefined
    const tagAt = bytes.length - TAG_BYTES
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES))
      decipher.setAuthTag(bytes.subarray(tagAt))
      const text = decipher.update(bytes.subarray(NONCE_BYTES, tagAt))
      decipher.final()
      return text.toString('utf8')
    } catch {
      return undefined // not authentic; there is nothing to learn from OpenSSL's reason
    }
  }

  /** Whether a value that opens was sealed under an older key, and should be sealed anew. */
  isStale(value: string): boolean {
    return !value.startsWith(this.#current.prefix)
  }

  #keyOf(value: string): KeyObject | undefined {
    for (const { prefix, key } of this.#keys) if (value.startsWith(prefix)) return key
    return undefined
  }
}

function paddedLength(bytes: number): number {
  return Math.ceil(bytes / PADDING_BLOCK) * PADDING_BLOCK
}

function sealedLength(bytes: number): number {
  return PREFIX_LENGTH + Math.ceil(((NONCE_BYTES + paddedLength(bytes) + TAG_BYTES) * 4) / 3)
}
