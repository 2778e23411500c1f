import { createHmac, createSecretKey, randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { Hmac } from './hmac.ts'

test('is the HMAC of node:crypto, for every length of key and text, one after the other on one object', () => {
  for (const size of [1, 16, 32, 63, 64]) {
    const key = createSecretKey(randomBytes(size))
    const hmac = new Hmac(key)
    const lengths = [...Array.from({ length: 200 }, (_, length) => length), 4000, 20_000, 3, 0]
    for (const length of lengths) {
      const text = randomBytes(length).toString('latin1')
      for (const encoding of ['base64url', 'latin1'] as const) {
        expect(hmac.digest(text, encoding)).toBe(createHmac('sha256', key).update(text).digest(encoding))
      }
    }
  }
})

test('takes any characters as UTF-8', () => {
  const key = createSecretKey(randomBytes(32))
  for (const text of ['ü', '€'.repeat(2000), '🔥 and \u0000', '\ud800']) {
    expect(new Hmac(key).digest(text, 'base64url')).toBe(createHmac('sha256', key).update(text).digest('base64url'))
  }
})

test('refuses a key that it would have to shorten', () => {
  expect(() => new Hmac(createSecretKey(Buffer.alloc(65)))).toThrow(RangeError)
})
