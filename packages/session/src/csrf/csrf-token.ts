import { createHmac } from 'node:crypto'
import type { KeyRing } from '../secrets/key-ring.ts'
import { randomInto } from '../secrets/random.ts'
import { safeEqual } from '../secrets/safe-equal.ts'

const HEAD_LENGTH = 5
const MAC_BYTES = 16
const TOKEN_LENGTH = HEAD_LENGTH + 43

/**
 * CSRF tokens: an HMAC of the session id, masked differently in each response, so that compressing a page next to
 * attacker-chosen text reveals nothing about it (BREACH). A new session id, as after each login, voids all earlier
 * tokens.
 *
 *     "1" key-id(4) base64url( mask(16) (mac(16) xor mask) )
 */
export class CsrfTokens {
  readonly #keys: readonly { readonly head: string; readonly mac: (id: string) => Buffer }[]

  constructor(ring: KeyRing) {
    this.#keys = ring.derive('csrf v1').map(({ id, key }) => ({
      head: `1${id}`,
      mac: session => createHmac('sha256', key).update(session).digest().subarray(0, MAC_BYTES),
    }))
  }

  issue(sessionId: string): string {
    const { head, mac } = this.#keys[0]!
    const expected = mac(sessionId)
    const token = Buffer.allocUnsafe(2 * MAC_BYTES)
    randomInto(token.subarray(0, MAC_BYTES))
    for (let i = 0; i < MAC_BYTES; i++) token[MAC_BYTES + i] = token[i]! ^ expected[i]!
    return head + token.toString('base64url')
  }

  check(token: string, sessionId: string): boolean {
    if (token.length !== TOKEN_LENGTH) return false
    const key = this.#keys.find(candidate => token.startsWith(candidate.head))
    if (!key) return false
    const encoded = token.slice(HEAD_LENGTH)
    const bytes = Buffer.from(encoded, 'base64url')
    // Accept only the canonical encoding.
    if (bytes.toString('base64url') !== encoded) return false
    const unmasked = Buffer.allocUnsafe(MAC_BYTES)
    for (let i = 0; i < MAC_BYTES; i++) unmasked[i] = bytes[i]! ^ bytes[MAC_BYTES + i]!
    return safeEqual(unmasked.toString('latin1'), key.mac(sessionId).toString('latin1'))
  }
}
