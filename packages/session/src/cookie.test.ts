import { expect, test } from 'vitest'
import { deleteCookie, serializeCookie, serializeRawCookie } from './cookie.ts'

const refused = expect.objectContaining({ code: 'cookie_invalid' })

test('sets the safe attributes unless told otherwise', () => {
  expect(serializeCookie('theme', 'dark')).toBe('theme=dark; Path=/; HttpOnly; Secure; SameSite=Lax')
  expect(
    serializeCookie('a', 'b', { httpOnly: false, secure: false, sameSite: 'strict', path: '/x', maxAge: 60 }),
  ).toBe('a=b; Max-Age=60; Path=/x; SameSite=Strict')
  expect(deleteCookie('__Host-a')).toBe('__Host-a=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax')
})

test('encodes what a cookie cannot carry, so that nothing gets out of the value', () => {
  expect(serializeCookie('a', 'x; Domain=evil.example\r\nSet-Cookie: b=c')).toBe(
    'a=x%3B%20Domain%3Devil.example%0D%0ASet-Cookie%3A%20b%3Dc; Path=/; HttpOnly; Secure; SameSite=Lax',
  )
})

test.each<[string, string, Parameters<typeof serializeCookie>[2]]>([
  ['', 'x', {}],
  ['a b', 'x', {}],
  ['a=b', 'x', {}],
  ['a;b', 'x', {}],
  ['a\r\nb', 'x', {}],
  ['__Host-a', 'x', { secure: false }],
  ['__Host-a', 'x', { domain: 'example.com' }],
  ['__host-a', 'x', { path: '/admin' }],
  ['__Secure-a', 'x', { secure: false }],
  ['a', 'x', { sameSite: 'none', secure: false }],
  ['a', 'x', { domain: 'example.com; Secure' }],
  ['a', 'x', { path: '/;HttpOnly' }],
  ['a', 'x', { maxAge: Number.NaN }],
  ['a', 'x'.repeat(4096), {}],
])('refuses the cookie %j with %j', (name, value, attributes) => {
  expect(() => serializeCookie(name, value, attributes)).toThrow(refused)
})

test('a raw value must be cookie text already', () => {
  expect(serializeRawCookie('a', 'x%20y')).toContain('a=x%20y;')
  expect(() => serializeRawCookie('a', 'x; y')).toThrow(refused)
  expect(() => serializeRawCookie('a', 'x\ny')).toThrow(refused)
})
