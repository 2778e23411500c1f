import { controlsOf } from '@arlen/core'
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

test('what runs the application sees its routes and recurring tasks, and can run one of these', async () => {
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
