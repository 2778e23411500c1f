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
  'http:evil.example',
  'http:/evil.example',
  'http:\\evil.example',
  'http:/\\evil.example',
  ' HTTP:evil.example',
  'https:/evil.example',
  'https:\\\\evil.example',
  'http:',
  'http:?x',
  'ht\ntp:evil.example',
  'https:///evil.example',
  'ws://shop.example:8080/',
])('%j leaves, whatever the page was served by', target => {
  expect(staysHere(target, 'shop.example:8080')).toBe(false)
  expect(staysHere(target, 'shop.example:8080', 'https')).toBe(false)
})

test.each<[string, string, 'http' | 'https', boolean]>([
  ['http://shop.test/x', 'shop.test:80', 'http', true],
  ['http://shop.test:80/x', 'shop.test', 'http', true],
  ['https://shop.test/x', 'shop.test:443', 'https', true],
  ['https://shop.test:443/x', 'SHOP.test', 'https', true],
  ['https://shop.test/x', 'shop.test', 'http', true],
  ['https://shop.test/x', 'shop.test:80', 'http', true],
  ['https://shop.test:444/x', 'shop.test', 'http', false],
  ['http://shop.test/x', 'shop.test', 'https', false],
  ['http://shop.test:443/x', 'shop.test', 'https', false],
  ['https://shop.test:80/x', 'shop.test:80', 'https', true],
  ['https://shop.test/x', 'shop.test:80', 'https', false],
  ['http://[::1]:80/x', '[::1]', 'http', true],
  ['/x', '', 'https', true],
  ['/x', 'a%00b', 'https', true],
  ['http://a%00b/x', 'a%00b', 'http', false],
])('from %2$s://%1$s, %0$j stays: %3$s', (target, host, protocol, stays) => {
  expect(staysHere(target, host, protocol)).toBe(stays)
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
    '/a\tb',
    '/a\r\nSet-Cookie: b=c',
    'http:/x',
  ]) {
    expect(localTarget(target, '/home')).toBe('/home')
  }
})
