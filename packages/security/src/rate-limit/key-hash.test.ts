import { describe, expect, test } from 'vitest'
import { hashed, hashKey, SEED_0, SEED_1 } from './key-hash.ts'

type State = [number, number, number, number]

const rotate = (x: number, bits: number) => (x << bits) | (x >>> (32 - bits))

/** The round of the paper, as it is drawn there. */
function sipRound([v0, v1, v2, v3]: State): State {
  v0 = (v0 + v1) | 0
  v1 = rotate(v1, 5) ^ v0
  v0 = rotate(v0, 16)
  v2 = (v2 + v3) | 0
  v3 = rotate(v3, 8) ^ v2
  v0 = (v0 + v3) | 0
  v3 = rotate(v3, 7) ^ v0
  v2 = (v2 + v1) | 0
  v1 = rotate(v1, 13) ^ v2
  v2 = rotate(v2, 16)
  return [v0, v1, v2, v3]
}

/** HalfSipHash of words, by its definition, with a 64-bit result. */
function halfSipHash(c: number, d: number, k0: number, k1: number, words: readonly number[]): [number, number] {
  let v: State = [k0, k1 ^ 0xee, 0x6c796765 ^ k0, 0x74656462 ^ k1]
  const rounds = (count: number) => {
    for (let i = 0; i < count; i++) v = sipRound(v)
  }
  for (const word of words) {
    v[3] ^= word
    rounds(c)
    v[0] ^= word
  }
  v[2] ^= 0xee
  rounds(d)
  const low = (v[1] ^ v[3]) >>> 0
  v[1] ^= 0xdd
  rounds(d)
  return [low, (v[1] ^ v[3]) >>> 0]
}

test('the definition gives what the authors publish for HalfSipHash-2-4', () => {
  const [low, high] = halfSipHash(2, 4, 0x03020100, 0x07060504, [0])
  const bytes = Buffer.alloc(8)
  bytes.writeUInt32LE(low)
  bytes.writeUInt32LE(high, 4)
  expect(bytes.toString('hex')).toBe('218d1f59b9b83cc8')
})

describe('a key is hashed as HalfSipHash-1-3 of its pairs of UTF-16 units and its length', () => {
  test.each<[string, number[]]>([
    ['', [0]],
    ['a', [0x61 | (1 << 16)]],
    ['ab', [0x61 | (0x62 << 16), 2 | (2 << 16)]],
    ['abc', [0x61 | (0x62 << 16), 0x63 | (3 << 16)]],
    ['\ud83d\ude00', [0xd83d | (0xde00 << 16), 2 | (2 << 16)]],
    ['192.0.2.1', [0x39_0031, 0x2e_0032, 0x2e_0030, 0x2e_0032, 0x9_0031]],
  ])('%j', (key, words) => {
    hashKey(key)
    expect([hashed.low, hashed.high]).toEqual(halfSipHash(1, 3, SEED_0, SEED_1, words))
  })
})
