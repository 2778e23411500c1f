import { createLoginThrottle } from '@arlen/security'
import { createAuthentication, createPasswordLogin, createPasswords } from '@arlen/session'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Served, serveApp } from './serve-app.ts'

interface User {
  id: number
  email: string
}

const ADA: User = { id: 1, email: 'ada@x.example' }
const COOKIE = 'insecure-session-device'
let served: Served

beforeAll(async () => {
  const passwords = createPasswords({ memoryCost: 7168, timeCost: 5 })
  const passwordHash = await passwords.hash('right')
  const auth = createAuthentication<User>({ findUser: () => ADA, idOf: user => user.id })
  const login = createPasswordLogin<User>({
    passwords,
    find: async email => (email === ADA.email ? { user: ADA, passwordHash } : undefined),
    rehash: async () => undefined,
    // Few, so that few passwords have to be hashed.
    throttle: createLoginThrottle({
      store: 'memory',
      account: { limit: 4, windowMs: 3_600_000 },
      device: { limit: 2, windowMs: 3_600_000 },
    }),
  })
  served = await serveApp(
    app => {
      app.post('/login', { csrfExempt: 'a test' }, async c => {
        const { email, password } = (await c.req.json()) as Record<string, string>
        const user = await login.verify(email!, password!, c)
        if (user === undefined) return c.problem(401)
        await auth.login(c, user)
        return 'in'
      })
      app.post('/logout', { csrfExempt: 'a test' }, async c => {
        await auth.logout(c)
        return 'out'
      })
    },
    { config: { http: { trustedProxies: ['127.0.0.1'] }, session: { secure: false } } },
  )
})
afterAll(() => served.close())

let place = 0
/** A request from somewhere else each time: no two are of one network. */
async function send(password: string, { cookie = '', email = ADA.email } = {}): Promise<Response> {
  place++
  return served.get('/login', {
    method: 'POST',
    body: JSON.stringify({ email, password }),
    headers: { 'content-type': 'application/json', 'x-forwarded-for': `10.${place}.0.1`, ...(cookie && { cookie }) },
  })
}

function deviceCookie(response: Response): string {
  const found = response.headers.getSetCookie().find(cookie => cookie.startsWith(`${COOKIE}=`))
  return found?.split(';')[0] ?? ''
}

test('strangers with many networks keep the owner out on a new device alone', async () => {
  const first = await send('right')
  expect(first.status).toBe(200)
  expect(first.headers.getSetCookie().find(cookie => cookie.startsWith(COOKIE))).toMatch(/Max-Age=31536000.*HttpOnly/)
  const device = deviceCookie(first)

  const guesses = []
  for (let i = 0; i < 8; i++) guesses.push((await send('guess')).status)
  expect(guesses).toEqual([401, 401, 401, 401, 429, 429, 429, 429])
  // On a new device the owner waits too: that is what remains possible.
  expect((await send('right')).status).toBe(429)

  const back = await send('right', { cookie: device })
  expect(back.status).toBe(200)
  const renewed = deviceCookie(back)
  expect(renewed).not.toBe(device)

  // A cookie that is not a proof, or one for another account, is a stranger's.
  for (const cookie of [`${device.slice(0, -2)}AA`, `${COOKIE}=x`])
    expect((await send('right', { cookie })).status).toBe(429)

  // And a known device may not guess as it likes.
  const own = []
  for (let i = 0; i < 3; i++) own.push((await send('guess', { cookie: renewed })).status)
  expect(own).toEqual([401, 401, 429])
  expect((await send('right', { cookie: renewed })).status).toBe(429)
  // What it knew before is another id.
  expect((await send('right', { cookie: device })).status).toBe(200)

  const other = []
  for (let i = 0; i < 5; i++) other.push((await send('guess', { cookie: device, email: 'bob@x.example' })).status)
  expect(other).toEqual([401, 401, 401, 401, 429])
})
