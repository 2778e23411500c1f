import { seededBelow } from '@arlen/core/seeded'
import { expect, test } from 'vitest'
import { KeyRing } from '../secrets/key-ring.ts'
import { generateSecret } from '../secrets/secrets.ts'
import { CsrfTokens } from './csrf-token.ts'

const secret = generateSecret()
const tokens = new CsrfTokens(new KeyRing([secret]))

test('accepts each of the differently masked tokens of a session, also after rotation', () => {
  const issued = Array.from({ length: 200 }, () => tokens.issue('session-a'))
  expect(new Set(issued).size).toBe(200)
  const rotated = new CsrfTokens(new KeyRing([generateSecret(), secret]))
  for (const token of issued) {
    expect(tokens.check(token, 'session-a')).toBe(true)
    expect(rotated.check(token, 'session-a')).toBe(true)
  }
})

test('refuses the token of another session, of another key, and anything that is not a token', () => {
  const token = tokens.issue('session-a')
  expect(tokens.check(token, 'session-b')).toBe(false)
  expect(new CsrfTokens(new KeyRing([generateSecret()])).check(token, 'session-a')).toBe(false)
  const head = token.slice(0, 5)
  for (const bad of ['', head, `${token}A`, token.slice(0, -1), head + 'A'.repeat(43), `${head}${'!'.repeat(43)}`]) {
    expect(tokens.check(bad, 'session-a'), bad).toBe(false)
  }
  for (let at = 0; at < token.length - 1; at++) {
    const letter = token[at] === 'A' ? 'B' : 'A'
    expect(tokens.check(token.slice(0, at) + letter + token.slice(at + 1), 'session-a')).toBe(false)
  }
})

test('accepts none of 100,000 mutated tokens', () => {
  const random = seededBelow(99)
  const genuine = Array.from({ length: 20 }, () => tokens.issue('session-a'))
  const accepted: string[] = []
  for (let round = 0; round < 100_000; round++) {
    const token = genuine[random(genuine.length)]!
    const at = random(token.length - 1)
    const mutated =
      random(4) === 0
        ? token.slice(0, at) + genuine[random(genuine.length)]!.slice(at)
        : token.slice(0, at) + String.fromCharCode(33 + random(94)) + token.slice(at + 1 + random(2))
    if (!genuine.includes(mutated) && tokens.check(mutated, 'session-a')) accepted.push(mutated)
  }
  expect(accepted).toEqual([])
})
