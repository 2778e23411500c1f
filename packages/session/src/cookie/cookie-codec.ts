import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto'
import { MAX_COOKIE_BYTES } from '@arlen/http/extend'
import { sessionError } from '../errors.ts'
import type { KeyRing } from '../secrets/key-ring.ts'
import { randomInto } from '../secrets/random.ts'
import { type RecentText, RecentTexts } from './recent-texts.ts'

const VERSION = '1'
const PREFIX_LENGTH = 5
const NONCE_BYTES = 12
const TAG_BYTES = 16
/** Hides exact lengths. A multiple of 3, so that in base64url no character mixes ciphertext and tag bits. */
const PADDING_BLOCK = 48
const SPACE = 0x20

/*
 * Every buffer that OpenSSL is given or gives costs half as much as the encryption, so these serve all values: one for the
 * padded text, one for nonce, ciphertext and tag, which are encoded together.
 */
const plain = Buffer.allocUnsafeSlow(MAX_COOKIE_BYTES)
const room = Buffer.allocUnsafeSlow(MAX_COOKIE_BYTES)
const nonce = room.subarray(0, NONCE_BYTES)

interface SealingKey {
  /** Format version and key id: the start of a sealed value. */
  readonly prefix: string
  readonly key: KeyObject
}

/**
 * Encrypts text to a cookie value and decrypts it: AES-256-GCM (NIST SP 800-38D) with random 96-bit nonces.
 *
 *     "1" key-id(4) base64url( nonce(12) ciphertext tag(16) )
 *
 * The key is derived from the ring's secret and the purpose, so a value sealed for one cookie does not open as another,
 * nor does a value of another format version. The key id selects the key, so opening takes one attempt however many
 * secrets there are. The text is padded with spaces, which JSON ignores, to blocks of 48 bytes.
 *
 * Browsers send the same value until they get a new one, so recently sealed or opened values are cached and not
 * decrypted again. Only authentic values are cached.
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

  /** @throws ArlenError `cookie_invalid` if the text is too long for any cookie. */
  seal(text: string): string {
    const { prefix, key } = this.#current
    const bytes = Buffer.byteLength(text)
    if (sealedLength(bytes) > MAX_COOKIE_BYTES)
      throw sessionError('cookie_invalid', { name: 'to seal', reason: `it has ${bytes} bytes` })
    const padded = paddedLength(bytes)
    plain.write(text)
    plain.fill(SPACE, bytes, padded)
    randomInto(nonce)
    const cipher = createCipheriv('aes-256-gcm', key, nonce)
    room.set(cipher.update(plain.subarray(0, padded)), NONCE_BYTES)
    cipher.final()
    room.set(cipher.getAuthTag(), NONCE_BYTES + padded)
    const value = prefix + room.toString('base64url', 0, NONCE_BYTES + padded + TAG_BYTES)
    this.#recent.keep(value, text)
    return value
  }

  /** The length of the text once sealed. */
  sealedLength(text: string): number {
    return sealedLength(Buffer.byteLength(text))
  }

  /** The sealed text, or undefined if no key of this ring sealed the value for this purpose. */
  open(value: string): string | undefined {
    return this.openRecent(value)?.text
  }

  /** @internal The same, for what can use JSON that was parsed for an earlier request. */
  openRecent(value: string): RecentText | undefined {
    if (value.length > MAX_COOKIE_BYTES) return undefined
    const known = this.#recent.find(value)
    if (known !== undefined) return known
    const text = this.#decrypt(value)
    if (text === undefined) return undefined
    // Copied: the value is a slice of the request head and would keep all of it in memory.
    return this.#recent.keep(Buffer.from(value, 'latin1').toString('latin1'), text)
  }

  #decrypt(value: string): string | undefined {
    const key = this.#keyOf(value)
    if (!key) return undefined
    const encoded = value.slice(PREFIX_LENGTH)
    const bytes = Buffer.from(encoded, 'base64url')
    // Node.js skips invalid characters and ignores trailing bits. Accept only the canonical encoding.
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

  /** Whether a valid value was sealed with an older key and should be sealed again. */
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
