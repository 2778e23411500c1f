import { createCipheriv, createSecretKey, randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { Keystream, MOST_BYTES, NONCE_BYTES } from './keystream.ts'

const key = createSecretKey(randomBytes(32))

/** The same bytes by the counter mode of node:crypto. */
function reference(nonce: Uint8Array, text: Uint8Array): Buffer {
  return createCipheriv('aes-256-ctr', key, Buffer.concat([nonce, Buffer.of(1)])).update(text)
}

test('a keystream that was made ahead is aes-256-ctr of its nonce, for every length', () => {
  const keystream = new Keystream(key)
  for (const length of [0, 1, 15, 16, 17, 240, 383, 384, 385, 400, 1000, 2928, MOST_BYTES, 48, 96]) {
    for (let round = 0; round < 10; round++) {
      const taken = keystream.take(length)
      const nonce = taken.subarray(1, 1 + NONCE_BYTES)
      expect(taken.subarray(16, 16 + length)).toEqual(reference(nonce, Buffer.alloc(length)))
    }
  }
})

test('turns back what aes-256-ctr encrypted', () => {
  const keystream = new Keystream(key)
  for (const length of [0, 1, 16, 100, 2928, MOST_BYTES]) {
    const [nonce, text] = [randomBytes(NONCE_BYTES), randomBytes(length)]
    const encrypted = reference(nonce, text)
    keystream.apply(nonce, encrypted)
    expect(encrypted.equals(text)).toBe(true)
  }
})

test('no nonce comes twice, and what was taken is not handed out again', () => {
  const keystream = new Keystream(key)
  const taken = Array.from({ length: 5000 }, (_, i) => keystream.take(i % 500 === 0 ? 1000 : 240))
  const nonces = new Set(taken.map(bytes => bytes.toString('hex', 1, 16)))
  const streams = new Set(taken.map(bytes => bytes.toString('hex', 16, 32)))
  expect([nonces.size, streams.size]).toEqual([5000, 5000])
})
