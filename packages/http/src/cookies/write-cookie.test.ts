import { describe, expect, test } from 'vitest'
import { type CookieOptions, serializeCookie, writeCookie } from './write-cookie.ts'

const refused = (reason: RegExp) =>
  expect.objectContaining({ code: 'cookie_invalid', message: expect.stringMatching(reason) })

describe('a cookie', () => {
  test('has the safe attributes unless told otherwise', () => {
    expect(serializeCookie('theme', 'dark')).toBe('theme=dark; Path=/; HttpOnly; Secure; SameSite=Lax')
    expect(
      serializeCookie('a', 'b', { httpOnly: false, secure: false, sameSite: 'strict', path: '/x', maxAge: 60 }),
    ).toBe('a=b; Max-Age=60; Path=/x; SameSite=Strict')
  })

  test('has the default of every attribute that is undefined', () => {
    const none: Required<CookieOptions> = {
      maxAge: undefined,
      expires: undefined,
      domain: undefined,
      path: undefined,
      httpOnly: undefined,
      secure: undefined,
      sameSite: undefined,
      partitioned: undefined,
      priority: undefined,
    }
    expect(serializeCookie('a', 'b', none)).toBe(serializeCookie('a', 'b'))
    expect(writeCookie('a', 'b', none, false)).toBe('a=b; Path=/; HttpOnly; SameSite=Lax')
  })

  test('is encoded, so that nothing gets out of the value', () => {
    expect(serializeCookie('a', 'x; Domain=evil.example\r\nSet-Cookie: b=c')).toBe(
      'a=x%3B%20Domain%3Devil.example%0D%0ASet-Cookie%3A%20b%3Dc; Path=/; HttpOnly; Secure; SameSite=Lax',
    )
  })

  test.each<[string, CookieOptions]>([
    ['a', { sameSite: 'none' }],
    ['a', { partitioned: true }],
    ['__Host-a', {}],
    ['__secure-a', { path: '/x' }],
    ['__Http-a', {}],
  ])('%s with %j is Secure over plain http too, where browsers ask for it', (name, options) => {
    expect(writeCookie(name, '', options, false)).toContain('; Secure')
  })

  test.each(['__Host-a', '__Secure-a'])('%s may be one that scripts read', name => {
    expect(writeCookie(name, '', { httpOnly: false }, true)).toBe(`${name}=; Path=/; Secure; SameSite=Lax`)
  })

  test('may have every byte that browsers store', () => {
    const kept = serializeCookie('name', 'x'.repeat(4092), { path: `/${'p'.repeat(1023)}` })
    expect(kept).toMatch(/^name=x{4092}; Path=\/p{1023}; HttpOnly/)
    expect(() => serializeCookie('name', 'x'.repeat(4093))).toThrow(refused(/4097 bytes.*4096/))
    expect(() => serializeCookie('name', 'é'.repeat(700))).toThrow(refused(/4204 bytes/))
  })
})

test.each<[string, CookieOptions, RegExp]>([
  ['', {}, /name/],
  ['a b', {}, /name/],
  ['a=b', {}, /name/],
  ['a;b', {}, /name/],
  ['a\r\nb', {}, /name/],
  ['é', {}, /name/],
  ['__Host-a', { secure: false }, /__Host- .*without secure/],
  ['__Host-a', { domain: 'example.com' }, /__Host- .*domain/],
  ['__host-a', { path: '/admin' }, /__host- .*path/],
  ['__HOST-HTTP-a', { httpOnly: false }, /without httpOnly/],
  ['__Host-Http-a', { path: '/x' }, /path/],
  ['__Http-a', { httpOnly: false }, /without httpOnly/],
  ['__SECURE-a', { secure: false }, /__SECURE- .*without secure/],
  ['a', { sameSite: 'none', secure: false }, /sameSite 'none'/],
  ['a', { sameSite: 'None' as 'none', secure: false }, /sameSite 'none'/],
  ['a', { sameSite: false as never }, /sameSite/],
  ['a', { partitioned: true, secure: false }, /partitioned/],
  ['a', { sameSite: 'sometimes' as 'lax' }, /sameSite/],
  ['a', { domain: 'example.com; Secure' }, /domain/],
  ['a', { domain: 'example.com.' }, /domain/],
  ['a', { domain: 'exa mple.com' }, /domain/],
  ['a', { domain: 'bücher.example' }, /US-ASCII/],
  ['a', { domain: `${'a.'.repeat(200)}example` }, /long/],
  ['a', { domain: 'https://shop.example' }, /domain/],
  ['a', { path: '' }, /slash/],
  ['a', { path: 'admin' }, /slash/],
  ['a', { path: '/;HttpOnly' }, /path/],
  ['a', { path: '/\r\n' }, /path/],
  ['a', { path: `/${'p'.repeat(1024)}` }, /1024/],
  ['a', { maxAge: Number.NaN }, /maxAge/],
  ['a', { maxAge: 0.5 }, /maxAge/],
  ['a', { maxAge: Number.POSITIVE_INFINITY }, /maxAge/],
  ['a', { expires: new Date('never') }, /expires/],
  ['a', { expires: new Date(-1e14) }, /expires/],
  ['a', { priority: 'urgent' as 'low' }, /priority/],
])('the cookie %j with %j is refused with the reason', (name, options, reason) => {
  expect(() => serializeCookie(name, 'x', options)).toThrow(refused(reason))
})
