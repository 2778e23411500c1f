import { duplexPair } from 'node:stream'
import { text } from 'node:stream/consumers'
import { controlsOf } from '@arlen/core'
import { createTestDatabase } from '@arlen/pg/testing'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { serveApp } from './serve-app.ts'

test('how many names with their values a query and a form may have is a setting', async () => {
  const served = await serveApp(
    app => {
      app.get('/', c => c.req.query)
      app.post('/', c => c.req.form())
    },
    { config: { apiOnly: true, http: { maxPairs: 2 } } },
  )
  const form = (body: string): RequestInit => ({ method: 'POST', body: new URLSearchParams(body) })
  expect((await served.get('/?a=1&b=2')).status).toBe(200)
  expect((await served.get('/', form('a=1&b=2'))).status).toBe(200)
  const query = await served.get('/?a=1&b=2&c=3')
  expect([query.status, await query.json()]).toMatchObject([400, { code: 'query_too_many_pairs' }])
  const body = await served.get('/', form('a=1&b=2&c=3'))
  expect([body.status, await body.json()]).toMatchObject([413, { code: 'form_too_many_pairs' }])
  await served.close()
})

test('at the limit of requests in flight others are 503, and health routes are answered', async () => {
  const held = Promise.withResolvers<void>()
  const arrival = Promise.withResolvers<void>()
  const served = await serveApp(
    app => {
      app.get('/', () => 'ok')
      app.get('/held', async () => {
        arrival.resolve()
        await held.promise
        return 'ok'
      })
    },
    { config: { http: { maxRequestsInFlight: 1 } } },
  )
  const first = served.get('/held')
  await arrival.promise
  const refused = await served.get('/')
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1'])
  expect(await refused.json()).toMatchObject({ code: 'server_overloaded' })
  expect((await served.get('/livez')).status).toBe(200)
  expect((await served.get('/readyz')).status).toBe(200)
  held.resolve()
  expect((await first).status).toBe(200)
  expect((await served.get('/')).status).toBe(200)
  await served.close()
})

test('a process manager sees requests, can shed load, and can announce a stop', async () => {
  const served = await serveApp(app => app.get('/', () => 'ok'))
  const { app } = served
  const controls = controlsOf(app)
  expect(controls.stats?.()).toEqual({ inFlight: 0, requests: 0, shed: 0 })
  controls.overload?.(true)
  expect((await served.get('/')).status).toBe(503)
  expect((await served.get('/readyz')).status).toBe(200)
  controls.overload?.(false)
  controls.preStop?.()
  expect((await served.get('/')).status).toBe(200)
  expect((await served.get('/readyz')).status).toBe(503)
  expect(controls.stats?.()).toEqual({ inFlight: 0, requests: 3, shed: 1 })
  await served.close()
})

test('a process manager says before the start what one process may hold, and sees zeros until then', async () => {
  const held = Promise.withResolvers<string>()
  const arrival = Promise.withResolvers<void>()
  let before: unknown
  const served = await serveApp(app => {
    app.get('/held', () => {
      arrival.resolve()
      return held.promise
    })
    const controls = controlsOf(app)
    controls.setLoadRules?.({ maxInFlight: 1, healthPaths: ['/livez'], retryAfterSeconds: 7 })
    before = controls.stats?.()
  })
  expect(before).toEqual({ inFlight: 0, requests: 0, shed: 0 })
  const first = served.get('/held')
  await arrival.promise
  const refused = await served.get('/held')
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '7'])
  expect((await served.get('/livez')).status).toBe(200)
  held.resolve('done')
  expect((await first).status).toBe(200)
  await served.close()
})

test('a development server has the stages of requests measured, which the answers do not show', async () => {
  const spin = (ms: number) => {
    for (const end = performance.now() + ms; performance.now() < end; );
  }
  const served = await serveApp(app => {
    controlsOf(app).measureStages?.()
    app.get('/', { under: () => spin(5) }, c => {
      c.res.headers.set('X-Before', String(c.timings?.middleware))
      return 'x'
    })
  })
  const answer = await served.get('/')
  expect(Number(answer.headers.get('x-before'))).toBeGreaterThanOrEqual(5)
  expect(answer.headers.get('server-timing')).toBeNull()
  await served.close()
})

test('a query is explained for any parameters, and not run', async () => {
  await using database = await createTestDatabase()
  const served = await serveApp(() => undefined, { config: { db: { url: database.dsn } } })
  const { explain } = controlsOf(served.app)
  await served.app.db.execute('create table notes (id int)')
  expect(await explain?.('insert into notes values ($1)')).toMatch(/^Insert on notes [^\n]+\n {2}-> {2}Result [^\n]+$/)
  expect(await served.app.db.value('select count(*)::int from notes')).toBe(0)
  await expect(explain?.('select 1; select 2')).rejects.toThrow(/multiple|cannot/)
  await served.close()
})

test('serves a connection that was accepted elsewhere', async () => {
  const served = await serveApp(app => void app.get('/', () => 'handed over'))
  const [client, stream] = duplexPair()
  served.app.handleConnection(stream)
  client.end('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
  expect(await text(client)).toContain('handed over')
  await served.close()
})

test('a process manager sees the routes and recurring tasks of the application, and can run a task', async () => {
  let runs = 0
  const served = await serveApp(app => {
    app.get('/users/:id', { name: 'user', params: v.object({ id: v.string() }) }, () => 'ok')
    app.every('counting', 3_600_000, () => void runs++)
  })
  const controls = controlsOf(served.app)
  const { routes = [], jobs = [] } = (await controls.inspect?.()) ?? {}
  const shown = routes.find(route => route.path === '/users/:id')
  expect(shown).toMatchObject({
    methods: ['GET'],
    name: 'user',
    guards: [],
    schemas: { params: { type: 'object', required: ['id'] } },
    source: { file: expect.stringContaining('steering.test.ts') },
  })
  expect(routes.find(route => route.path === '/livez')).not.toHaveProperty('name')
  expect(jobs).toMatchObject([{ name: 'counting' }])
  await controls.runJob?.('counting')
  expect(runs).toBe(1)
  await expect(controls.runJob?.('cuonting')).rejects.toMatchObject({ code: 'job_unknown' })
  await served.close()
})
