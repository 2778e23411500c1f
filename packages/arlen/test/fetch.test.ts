import { afterEach, describe, expect, test } from 'vitest'
import { type App, createApp } from '../src/index.ts'

let app: App | undefined
afterEach(() => app?.close({ graceMs: 0 }))

function make(): App {
  app = createApp({ root: import.meta.dirname, environment: 'test', log: false })
  return app
}

const ask = (path: string, init?: RequestInit) => new Request(`http://localhost${path}`, init)

describe('app.fetch', () => {
  test('answers as a server does: routes, errors, security headers, sessions, and 404 for the rest', async () => {
    const { fetch } = make()
    app!.get('/users/:id', c => ({ id: c.params.id, csrf: c.csrfToken().length > 20 }))
    const user = await fetch(ask('/users/7'))
    expect(await user.json()).toEqual({ id: '7', csrf: true })
    expect(user.headers.get('x-content-type-options')).toBe('nosniff')
    expect(user.headers.getSetCookie()).toHaveLength(1)
    const missing = await fetch(ask('/nothing'))
    expect([missing.status, await missing.json()]).toMatchObject([404, { code: 'not_found' }])
    expect((await fetch(ask('/livez'))).status).toBe(200)
  })

  test('starts the application once, however many ask first', async () => {
    const events: string[] = []
    make()
      .onStart('one', async () => {
        await new Promise(resolve => setImmediate(resolve))
        events.push('started')
      })
      .onStop('two', () => void events.push('stopped'))
      .get('/', () => events.join())
    const answers = await Promise.all([app!.fetch(ask('/')), app!.fetch(ask('/'))])
    expect(await Promise.all(answers.map(answer => answer.text()))).toEqual(['started', 'started'])
    await app!.close({ graceMs: 0 })
    expect(events).toEqual(['started', 'stopped'])
  })

  test('rejects with what keeps the application from starting', async () => {
    make().onStart('broken', () => Promise.reject(new Error('no disk')))
    await expect(app!.fetch(ask('/'))).rejects.toThrow('no disk')
  })

  test('has the limits of the configuration', async () => {
    app = createApp({
      root: import.meta.dirname,
      environment: 'test',
      log: false,
      config: { apiOnly: true, http: { maxBodyBytes: 3, maxHeaderFields: 5 } },
    })
    app.post('/', async c => c.req.text())
    expect((await app.fetch(ask('/', { method: 'POST', body: 'abc' }))).status).toBe(200)
    expect((await app.fetch(ask('/', { method: 'POST', body: 'abcd' }))).status).toBe(413)
    const headers = Object.fromEntries(Array.from({ length: 5 }, (_, i) => [`x-${i}`, 'a']))
    expect((await app.fetch(ask('/', { method: 'POST', headers }))).status).toBe(431)
  })

  test('takes the client address it is given, and ignores forged ones', async () => {
    app = createApp({ root: import.meta.dirname, environment: 'development', log: false })
    app.get('/', c => c.req.ip)
    const headers = { 'x-forwarded-for': '192.0.2.7' }
    expect(await (await app.fetch(ask('/', { headers }))).text()).toBe('')
    const source = { remoteAddress: '198.51.100.9' }
    expect(await (await app.fetch(ask('/', { headers }), source)).text()).toBe('198.51.100.9')
  })
})
