import * as v from 'valibot'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { defineCookie, type TypedCookie } from '../src/index.ts'
import { startApp } from './app.ts'

const Theme = v.picklist(['dark', 'light'])
const State = v.object({ nonce: v.string(), to: v.string() })

function appWith(cookie: TypedCookie<unknown>, value: unknown, options = {}) {
  return startApp(
    {
      '/set': c => {
        cookie.set(c, value)
        return 'ok'
      },
      '/get': c => c.json({ value: cookie.get(c) ?? null }),
      '/take': c => c.json({ value: cookie.take(c) ?? null }),
      '/delete': c => {
        cookie.delete(c)
        return 'ok'
      },
    },
    options,
  )
}

describe.each(['sealed', 'signed', 'plain'] as const)('a %s cookie', protect => {
  const state = { nonce: 'ä€🔥; x=y, "z" %41', to: '/a?b=c' }

  test('comes back as it was, and not after it was deleted', async () => {
    const cookie = defineCookie('state', { schema: State, protect, maxAge: 600 })
    expectTypeOf(cookie).toEqualTypeOf<TypedCookie<{ nonce: string; to: string }>>()
    await using app = await appWith(cookie as TypedCookie<unknown>, state)
    const browser = app.browser()
    const [header] = (await browser.get('/set')).headers.getSetCookie()
    expect(header).toMatch(/^__Host-state=[^;]+; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
    expect(await (await browser.get('/get')).json()).toEqual({ value: state })
    await browser.get('/delete')
    expect(await (await browser.get('/get')).json()).toEqual({ value: null })
  })

  test('can be taken once', async () => {
    await using app = await appWith(defineCookie('state', { schema: State, protect }) as TypedCookie<unknown>, state)
    const browser = app.browser()
    await browser.get('/set')
    expect(await (await browser.get('/take')).json()).toEqual({ value: state })
    expect(await (await browser.get('/take')).json()).toEqual({ value: null })
  })

  test('that breaks its schema, or is none, is none and no error', async () => {
    await using app = await appWith(defineCookie('theme', { schema: Theme, protect }) as TypedCookie<unknown>, 'purple')
    const browser = app.browser()
    await browser.get('/set')
    expect(await (await browser.get('/get')).json()).toEqual({ value: null })
    for (const junk of ['', '%', '%ff', '[', '[0]', '[0,"dark"', '{}', 'null', '["0","dark"]', 'x'.repeat(5000)]) {
      const answer = await browser.get('/get', { cookie: `__Host-theme=${junk}` })
      expect(await answer.json(), junk).toEqual({ value: null })
    }
  })
})

test('a signed cookie can be read by its holder, and changed by no one', async () => {
  const cookie = defineCookie('role', { schema: v.string(), protect: 'signed' })
  await using app = await appWith(cookie as TypedCookie<unknown>, 'customer')
  const browser = app.browser()
  await browser.get('/set')
  const value = browser.jar.get('__Host-role')!
  expect(decodeURIComponent(value)).toContain('customer')
  browser.jar.set('__Host-role', value.replace('customer', 'admin'))
  expect(await (await browser.get('/get')).json()).toEqual({ value: null })
})

test('a protected cookie is over when its time is, whatever the browser says', async () => {
  let now = 1e12
  const cookie = defineCookie('state', { schema: v.string(), protect: 'sealed', maxAge: 60 })
  await using app = await appWith(cookie as TypedCookie<unknown>, 'x', { now: () => now })
  const browser = app.browser()
  await browser.get('/set')
  now += 59_000
  expect(await (await browser.get('/get')).json()).toEqual({ value: 'x' })
  now += 1_000
  expect(await (await browser.get('/get')).json()).toEqual({ value: null })
})

test('a protected cookie is not valid under another name', async () => {
  const [one, two] = ['one', 'two'].map(name => defineCookie(name, { schema: v.string(), protect: 'sealed' }))
  await using first = await appWith(one as TypedCookie<unknown>, 'x')
  const browser = first.browser()
  await browser.get('/set')
  await using second = await appWith(two as TypedCookie<unknown>, 'x')
  const answer = await second.browser().get('/get', { cookie: `__Host-two=${browser.jar.get('__Host-one')}` })
  expect(await answer.json()).toEqual({ value: null })
})

test('names and attributes that browsers refuse are refused when the cookie is defined', () => {
  const schema = v.string()
  expect(() => defineCookie('a b', { schema })).toThrow(expect.objectContaining({ code: 'cookie_invalid' }))
  expect(() => defineCookie('a', { schema, path: '/x;' })).toThrow(expect.objectContaining({ code: 'cookie_invalid' }))
  expect(() => defineCookie('a', { schema, path: '/admin', domain: 'shop.example' })).not.toThrow()
})

test('the name is as it was given where cookies need no https', async () => {
  const cookie = defineCookie('theme', { schema: Theme }) as TypedCookie<unknown>
  await using app = await appWith(cookie, 'dark', { secure: false })
  const browser = app.browser()
  const [header] = (await browser.get('/set')).headers.getSetCookie()
  expect(header).toMatch(/^theme=[^;]+; Path=\/; HttpOnly; SameSite=Lax$/)
  expect(await (await browser.get('/get')).json()).toEqual({ value: 'dark' })
})

test.each([
  [{}, '__Host-a'],
  [{ path: '/' }, '__Host-a'],
  [{ path: '/shop' }, '__Secure-a'],
  [{ domain: 'shop.example' }, '__Secure-a'],
])('the prefix of a secure name promises what the attributes %j keep: %s', async (attributes, name) => {
  const cookie = defineCookie('a', { schema: v.string(), ...attributes }) as TypedCookie<unknown>
  await using app = await appWith(cookie, 'x')
  const [header] = (await app.browser().get('/set')).headers.getSetCookie()
  expect(header?.split('=')[0]).toBe(name)
})

test('a protected value is over when its time is, whatever the browser does; one without a time never', async () => {
  let now = 1e12
  for (const [maxAge, values] of [
    [600, ['x', 'x', null]],
    [undefined, ['x', 'x', 'x']],
  ] as const) {
    const options = { schema: v.string(), protect: 'sealed' as const, ...(maxAge && { maxAge }) }
    await using app = await appWith(defineCookie('a', options) as TypedCookie<unknown>, 'x', { now: () => now })
    const browser = app.browser()
    await browser.get('/set')
    const seen = []
    for (const ms of [0, 599_000, 1000]) {
      now += ms
      seen.push(((await (await browser.get('/get')).json()) as { value: unknown }).value)
    }
    expect(seen).toEqual(values)
  }
})
