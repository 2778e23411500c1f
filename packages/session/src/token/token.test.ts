import { expect, test } from 'vitest'
import { bearerToken, hashToken, newToken } from './token.ts'

test('a token is random, named by its prefix, and found again by its hash', () => {
  const one = newToken('shop_pat')
  const two = newToken('shop_pat')
  expect(one.token).toMatch(/^shop_pat_[\w-]{43}$/)
  expect(one.token).not.toBe(two.token)
  expect(hashToken(one.token)).toBe(one.hash)
  expect(one.hash).not.toContain(one.token.slice(9, 20))
})

test('reads the token of an Authorization field, and nothing from malformed ones', () => {
  expect(bearerToken('Bearer abc.DEF-1_2~3+/==')).toBe('abc.DEF-1_2~3+/==')
  expect(bearerToken('bearer abc')).toBe('abc')
  for (const bad of [
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'Basic abc',
    'Bearer a b',
    'Bearer a,b',
    'Bearer "a"',
    'Bearerabc',
  ]) {
    expect(bearerToken(bad)).toBeUndefined()
  }
  expect(bearerToken(`Bearer ${'a'.repeat(8200)}`)).toBeUndefined()
})
