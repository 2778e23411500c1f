import { expect, test } from 'vitest'
import { localTarget, staysHere } from './redirect-target.ts'

test.each([
  '/',
  '/orders?page=2#last',
  'orders',
  './orders',
  '../orders',
  '?page=2',
  '#top',
  '',
  '/a//b',
  '/a\\b',
  '/path:with:colons',
  'http://shop.example:8080/x',
  'https://SHOP.example:8080/x',
])('%j stays here', target => {
  expect(staysHere(target, 'shop.example:8080')).toBe(true)
})

test.each([
  'https://evil.example/',
  '//evil.example',
  '///evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '/\t/evil.example',
  '\n//evil.example',
  ' //evil.example',
  'https:evil.example',
  'http:\\\\evil.example',
  'https://shop.example:8080@evil.example/',
  'https://evil.example\\@shop.example:8080/',
  'https://shop.example:8080.evil.example/',
  'https://user:pass@shop.example:8080/',
  'https://shop.example/',
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  'java\nscript:alert(1)',
  'data:text/html,x',
  'mailto:a@b.example',
  'http://[',
])('%j leaves', target => {
  expect(staysHere(target, 'shop.example:8080')).toBe(false)
})

test('a target that a user chose becomes a path of this site, or the fallback', () => {
  expect(localTarget('/orders?x=1')).toBe('/orders?x=1')
  for (const target of [
    undefined,
    '',
    'orders',
    '//evil.example',
    '/\\evil.example',
    'https://local.invalid/',
    '/\t/e',
  ]) {
    expect(localTarget(target, '/home')).toBe('/home')
  }
})
