import { createHmac } from 'node:crypto'
import type { KeyRing } from '../secrets/key-ring.ts'
import { safeEqual } from '../secrets/safe-equal.ts'

const VERSION = '1'
const HEAD_LENGTH = 5
const MAC_LENGTH = 43

/**
 * Signs values that may be read but not changed: HMAC-SHA-256 with a key for this purpose.
 *
 *     "1" key-id(4) base64url( mac(32) ) value
 */
export class CookieSigner {
  readonly #keys: readonly { readonly head: string; readonly mac: (value: string) => string }[]

  constructor(ring: KeyRing, purpose: string) {
    this.#keys = ring.derive(`sign v${VERSION} ${purpose}`).map(({ id, key }) => ({
      head: VERSION + id,
      mac: value => createHmac('sha256', key).update(value).digest('base64url'),
    }))
  }

  sign(value: string): string {
    const { head, mac } = this.#keys[0]!
    return head + mac(value) + value
  }

  /** The value, or undefined if the signature is invalid. */
  verify(signed: string): string | undefined {
    const key = this.#keys.find(candidate => signed.startsWith(candidate.head))
    if (!key || signed.length < HEAD_LENGTH + MAC_LENGTH) return undefined
    const value = signed.slice(HEAD_LENGTH + MAC_LENGTH)
    return safeEqual(signed.slice(HEAD_LENGTH, HEAD_LENGTH + MAC_LENGTH), key.mac(value)) ? value : undefined
  }
}
