import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createPasswordLogin, type Passwords } from '../src/index.ts'
import { startApp, type TestApp } from './app.ts'

const COOKIE = 'insecure-session-device'
const YEAR_MS = 365 * 24 * 60 * 60_000

let app: TestApp
let now = 0
/** What the throttle is told about the device of each attempt. */
let devices: (string | undefined)[] = []

beforeAll(async () => {
  const login = createPasswordLogin<string>({
    passwords: { verify: async (_: unknown, password: string) => ({ ok: password === 'right' }) } as Passwords,
    find: async account => ({ user: account, passwordHash: '' }),
    rehash: async () => undefined,
    throttle: { attempt: (_, __, { device }) => devices.push(device) * 0, succeeded: () => undefined },
  })
  app = await startApp(
    {
      '/login': async c => {
        const { account = '', password = 'right', from } = c.req.query as Record<string, string>
        return (await login.verify(account, password, from ?? c)) ?? 'refused'
      },
    },
    { secure: false, now: () => now },
  )
})
afterAll(() => app[Symbol.asyncDispose]())
beforeEach(() => {
  devices = []
  now = YEAR_MS
})

test('a device is known for an account once it has logged in to it, however the name is written', async () => {
  const browser = app.browser()
  const first = await browser.get('/login?account=ada')
  expect(first.headers.getSetCookie().find(cookie => cookie.startsWith(COOKIE))).toMatch(/Max-Age=31536000.*HttpOnly/)
  for (const name of ['ada', 'ADA', ' ada ', '\uff41da']) {
    await browser.get(`/login?password=wrong&account=${encodeURIComponent(name)}`)
  }
  await browser.get('/login?account=bob')
  const [unknown, id, ...others] = devices
  expect([unknown, id?.length]).toEqual([undefined, 22])
  expect(others).toEqual([id, id, id, undefined])
})

test('a login renews the id for its account alone, and a failure nothing', async () => {
  const browser = app.browser()
  for (const query of [
    'account=ada',
    'account=bob',
    'account=ada&password=wrong',
    'account=ada',
    'account=ada',
    'account=bob',
  ]) {
    await browser.get(`/login?${query}`)
  }
  const [, , failed, again, renewed, bob] = devices
  expect(again).toBe(failed)
  expect(renewed).not.toBe(again)
  expect(bob).toHaveLength(22)
  expect(bob).not.toBe(renewed)
})

test('a device knows the five accounts that logged in last', async () => {
  const browser = app.browser()
  for (const account of ['a', 'b', 'c', 'd', 'e', 'f']) await browser.get(`/login?account=${account}`)
  devices = []
  for (const account of ['a', 'b', 'c', 'd', 'e', 'f']) await browser.get(`/login?password=wrong&account=${account}`)
  expect(devices.map(device => device !== undefined)).toEqual([false, true, true, true, true, true])
})

test('a device is forgotten a year after its last login, even if it keeps the cookie', async () => {
  const browser = app.browser()
  await browser.get('/login?account=ada')
  now += YEAR_MS - 1000
  await browser.get('/login?account=ada&password=wrong')
  now += 1000
  await browser.get('/login?account=ada&password=wrong')
  expect(devices.map(device => device !== undefined)).toEqual([false, true, false])
})

test('a cookie that was changed, and an address instead of a request, say nothing about a device', async () => {
  const browser = app.browser()
  await browser.get('/login?account=ada')
  await browser.get('/login?account=ada&from=192.0.2.1')
  browser.jar.set(COOKIE, `${browser.jar.get(COOKIE)!.slice(0, -2)}AA`)
  await browser.get('/login?account=ada')
  expect(devices).toEqual([undefined, undefined, undefined])
})
