import { timingSafeEqual } from 'node:crypto'
import { MAX_COOKIE_BYTES } from './cookie.ts'
import { sessionError } from './errors.ts'
import { Hmac } from './hmac.ts'
import type { KeyRing } from './key-ring.ts'
import { Keystream, MOST_BYTES, NONCE_BYTES } from './keystream.ts'
import { RecentTexts } from './recent-texts.ts'

const VERSION = '2'
const PREFIX_LENGTH = 5
const NONCE_LENGTH = 20
/** Characters of the MAC: 144 bits of it. */
const TAG_LENGTH = 24
/** Lengths tell little; and a multiple of 3, so that base64url leaves no bits over that could be spelled otherwise. */
const PADDING_BLOCK = 48
const SPACE = 0x20

interface SealingKey {
  /** Format version and key id: what a sealed value starts with. */
  readonly prefix: string
  readonly keystream: Keystream
  readonly mac: Hmac
}

const plain = Buffer.alloc(MOST_BYTES)
const [givenTag, rightTag] = [Buffer.alloc(TAG_LENGTH), Buffer.alloc(TAG_LENGTH)]

/**
 * Seals text into a cookie value and opens it again: AES-256 in counter mode, then HMAC-SHA-256 of everything that is sent
 * (encrypt-then-MAC), each under a key of its own, with random 120-bit nonces.
 *
 *     "2" key-id(4) base64url( nonce(15) ciphertext ) mac(24)
 *
 * The keys belong to the ring's secret and the purpose alone, so a value sealed for another cookie does not open here, and
 * neither does another version's. The key id says which to try: one attempt, however many secrets there are. Text is
 * padded with spaces (JSON does not mind) to blocks of 48 bytes.
 *
 * A browser sends the same value until it gets another, so what was sealed or opened lately is remembered, and recognized
 * without being decrypted again. Only authentic values are; the text is one that this process held anyway.
 */
export class CookieCodec {
  readonly #keys: readonly SealingKey[]
  readonly #current: SealingKey
  readonly #recent = new RecentTexts()

  constructor(ring: KeyRing, purpose: string) {
    const encryption = ring.derive(`encrypt v${VERSION} ${purpose}`)
    const authentication = ring.derive(`authenticate v${VERSION} ${purpose}`)
    const keys = encryption.map(({ id, key }, index) => ({
      prefix: VERSION + id,
      keystream: new Keystream(key),
      mac: new Hmac(authentication[index]!.key),
    }))
    this.#keys = keys
    this.#current = keys[0]!
  }

  /** @throws ArlenError `cookie_invalid` for text that no cookie could hold. */
  seal(text: string): string {
    const { prefix, keystream, mac } = this.#current
    const bytes = Buffer.byteLength(text)
    const length = Math.ceil(bytes / PADDING_BLOCK) * PADDING_BLOCK
    if (length > MOST_BYTES) throw sessionError('cookie_invalid', { name: 'to seal', reason: `it has ${bytes} bytes` })
    plain.write(text)
    plain.fill(SPACE, bytes, length)
    const sealed = keystream.take(length)
    const end = NONCE_BYTES + 1 + length
    for (let i = 0, at = NONCE_BYTES + 1; at < end; i++, at++) sealed[at]! ^= plain[i]!
    const body = prefix + sealed.toString('base64url', 1, end)
    const value = body + mac.digest(body, 'base64url').slice(0, TAG_LENGTH)
    this.#recent.keep(value, text)
    return value
  }

  /** The length that a text has when it is sealed. */
  sealedLength(text: string): number {
    const blocks = Math.ceil(Buffer.byteLength(text) / PADDING_BLOCK)
    return PREFIX_LENGTH + NONCE_LENGTH + blocks * ((PADDING_BLOCK / 3) * 4) + TAG_LENGTH
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
    const tagAt = value.length - TAG_LENGTH
    if (!key || tagAt < PREFIX_LENGTH + NONCE_LENGTH) return undefined
    const body = value.slice(0, tagAt)
    rightTag.write(key.mac.digest(body, 'base64url'))
    // As UTF-8, for in Latin-1 a character beyond it would stand for another; one that does not fit is not written.
    const isWhole = givenTag.write(value.slice(tagAt)) === TAG_LENGTH
    if (!isWhole || !timingSafeEqual(givenTag, rightTag)) return undefined
    // From here on it is ours: what is not base64url, or other spellings of it, have another MAC.
    const bytes = Buffer.from(body.slice(PREFIX_LENGTH), 'base64url')
    const text = bytes.subarray(NONCE_BYTES)
    key.keystream.apply(bytes.subarray(0, NONCE_BYTES), text)
    return text.toString('utf8')
  }

  /** Whether a value that opens was sealed under an older key, and should be sealed anew. */
  isStale(value: string): boolean {
    return !value.startsWith(this.#current.prefix)
  }

  #keyOf(value: string): SealingKey | undefined {
    for (const candidate of this.#keys) if (value.startsWith(candidate.prefix)) return candidate
    return undefined
  }
}
