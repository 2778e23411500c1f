import { expect, test } from 'vitest'
import { safeEqual } from './safe-equal.ts'

test('says whether two strings are the same, whatever their lengths', () => {
  expect(safeEqual('token', 'token')).toBe(true)
  expect(safeEqual('', '')).toBe(true)
  expect(safeEqual('grün', 'grün')).toBe(true)
  for (const other of ['', 'toke', 'token ', 'Token', 'tokeN', 'tokentoken']) {
    expect(safeEqual('token', other), other).toBe(false)
  }
})

test('distinguishes strings that only a lossy encoding would confuse', () => {
  expect(safeEqual('\u0100', '\u0000')).toBe(false)
})
