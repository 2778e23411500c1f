import { createDecipheriv } from 'node:crypto'
import { seededBelow } from '@arlen/core/seeded'
import { describe, expect, test } from 'vitest'
import { KeyRing } from '../secrets/key-ring.ts'
import { generateSecret } from '../secrets/secrets.ts'
import { CookieCodec } from './cookie-codec.ts'

const codec = new CookieCodec(new KeyRing([generateSecret()]), 'session')
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

describe('CookieCodec', () => {
  test('opens what it sealed, of any length and script', () => {
    for (const text of ['', '{}', '{"name":"Añá €"}', '{"emoji":"🔥"}', JSON.stringify('x'.repeat(2900))]) {
      expect(codec.open(codec.seal(text))?.trimEnd()).toBe(text)
    }
    for (let length = 0; length < 200; length++) {
      expect(codec.open(codec.seal('x'.repeat(length)))?.trimEnd()).toBe('x'.repeat(length))
    }
  })

  test('seals nothing of an earlier text, and another process opens it', () => {
    const ring = new KeyRing([generateSecret()])
    const [here, elsewhere] = [new CookieCodec(ring, 'session'), new CookieCodec(ring, 'session')]
    for (const text of ['x'.repeat(2900), '', 'short', '{"name":"Añá €🔥"}', 'y'.repeat(48)]) {
      const opened = elsewhere.open(here.seal(text))
      expect(opened?.trimEnd()).toBe(text)
      expect(Buffer.byteLength(opened!) % 48).toBe(0)
    }
  })

  test('seals the same text differently each time, in characters every cookie may have', () => {
    const values = new Set(Array.from({ length: 1000 }, () => codec.seal('{"a":1}')))
    expect(values.size).toBe(1000)
    for (const value of values) expect(value).toMatch(/^1[\w-]+$/)
  })

  test('reveals the length of the text only to the block', () => {
    expect(codec.seal('{"a":1}')).toHaveLength(codec.seal('{"user":12345}').length)
  })

  test('opens values of older keys in one attempt, says that they are stale, and refuses those of foreign keys', () => {
    const [a, b, c] = [generateSecret(), generateSecret(), generateSecret()]
    const old = new CookieCodec(new KeyRing([a]), 'session').seal('old')
    const rotated = new CookieCodec(new KeyRing([c, b, a]), 'session')
    expect(rotated.open(old)?.trimEnd()).toBe('old')
    expect(rotated.isStale(old)).toBe(true)
    expect(rotated.isStale(rotated.seal('new'))).toBe(false)
    expect(new CookieCodec(new KeyRing([c, b]), 'session').open(old)).toBeUndefined()
  })

  test('refuses a value that was sealed for another purpose', () => {
    const ring = new KeyRing([generateSecret()])
    const flash = new CookieCodec(ring, 'flash').seal('{"admin":true}')
    expect(new CookieCodec(ring, 'session').open(flash)).toBeUndefined()
  })

  test('remembers what it opened, within bounds, and nothing that is not authentic', () => {
    const values = Array.from({ length: 3000 }, (_, i) => codec.seal(JSON.stringify({ i })))
    for (let round = 0; round < 2; round++) {
      for (const [i, value] of values.entries()) {
        expect(codec.open(value)?.trimEnd()).toBe(`{"i":${i}}`)
        expect(codec.open(value)?.trimEnd()).toBe(`{"i":${i}}`)
        expect(codec.open(`${value.slice(0, -1)}!`)).toBeUndefined()
      }
    }
  })

  test('accepts none of 100,000 mutations', () => {
    const random = seededBelow(20_261)
    const values = Array.from({ length: 50 }, (_, i) =>
      codec.seal(JSON.stringify({ user: i, note: 'x'.repeat(i * 7) })),
    )
    const genuine = new Set(values)
    const accepted: string[] = []
    for (let round = 0; round < 100_000; round++) {
      const value = values[random(values.length)]!
      const mutated = mutate(value, random, values)
      if (!genuine.has(mutated) && codec.open(mutated) !== undefined) accepted.push(mutated)
    }
    expect(accepted).toEqual([])
  })

  test('accepts no other spelling of the same bytes', () => {
    const value = codec.seal('{"a":1}')
    const last = ALPHABET.indexOf(value.at(-1)!)
    for (const spelling of [
      `${value}=`,
      `${value}==`,
      `${value} `,
      ` ${value}`,
      `"${value}"`,
      `${value.slice(0, 20)}\n${value.slice(20)}`,
      `${value.slice(0, 20)}!${value.slice(20)}`,
      value.slice(0, -1) + ALPHABET[last ^ 1],
      value.replace(/[-_]/, found => (found === '-' ? '+' : '/')) + (/[-_]/.test(value) ? '' : '+'),
      `${value}\u0000`,
      `${value}ü`,
    ]) {
      expect(codec.open(spelling), JSON.stringify(spelling)).toBeUndefined()
    }
  })

  test('is opened by AES-256-GCM of node:crypto under the key of the ring and the purpose', () => {
    const ring = new KeyRing([generateSecret()])
    const [{ key }] = ring.derive('seal v1 session')
    for (const length of [0, 1, 190, 400, 2900]) {
      const text = 'é'.repeat(length / 2)
      const value = new CookieCodec(ring, 'session').seal(text)
      const bytes = Buffer.from(value.slice(5), 'base64url')
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12)).setAuthTag(bytes.subarray(-16))
      expect((decipher.update(bytes.subarray(12, -16), undefined, 'utf8') + decipher.final('utf8')).trimEnd()).toBe(
        text,
      )
      expect(codec.sealedLength(text)).toBe(value.length)
      expect(new CookieCodec(ring, 'session').open(value)?.trimEnd()).toBe(text)
    }
  })

  test('opens in another process than the one that sealed it, and again, and after many others', () => {
    const ring = new KeyRing([generateSecret()])
    const [here, there] = [new CookieCodec(ring, 'session'), new CookieCodec(ring, 'session')]
    const values = Array.from({ length: 2500 }, (_, i) => here.seal(`{"i":${i}}`))
    for (let round = 0; round < 2; round++) {
      for (const [i, value] of values.entries()) expect(there.open(value)?.trimEnd()).toBe(`{"i":${i}}`)
    }
  })

  test('refuses to seal what no cookie could hold, and oversized values without looking at them', () => {
    expect(() => codec.seal('x'.repeat(3100))).toThrow(expect.objectContaining({ code: 'cookie_invalid' }))
    expect(codec.open(codec.seal('').slice(0, 5) + 'A'.repeat(1_000_000))).toBeUndefined()
  })
})

function mutate(value: string, random: (below: number) => number, others: readonly string[]): string {
  const at = random(value.length)
  const letter = ALPHABET[random(64)]!
  switch (random(9)) {
    case 0:
      return value.slice(0, at) + letter + value.slice(at + 1)
    case 1:
      return value.slice(0, at)
    case 2:
      return value.slice(0, at) + value.slice(at + 1)
    case 3:
      return value.slice(0, at) + letter + value.slice(at)
    case 4:
      return value.slice(0, at) + others[random(others.length)]!.slice(at)
    case 5:
      return value + value.slice(at)
    case 6:
      return value.slice(at) + value.slice(0, at)
    case 7:
      return value.slice(0, at) + String.fromCharCode(random(300)) + value.slice(at + 1)
    default:
      return value.slice(0, -1 - random(6)) + letter + letter
  }
}
