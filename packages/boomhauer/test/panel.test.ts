import { createTestDatabase } from '@arlen/pg/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { arlenApp } from './arlen-app.ts'
import { PANEL_APP } from './panel-app.ts'
import { AS_BROWSER, AS_PROGRAM, ask, type TestServer } from './support.ts'

let database: Awaited<ReturnType<typeof createTestDatabase>>
let app: TestServer
beforeAll(async () => {
  database = await createTestDatabase()
  app = await arlenApp(PANEL_APP(database.dsn), { editor: 'zed' }, false)
  await app.get('/count') // it waits for the first build, however long that takes
})
afterAll(async () => {
  await app.server.close()
  app.delete()
  await database[Symbol.asyncDispose]()
})

const json = async (path: string) => JSON.parse((await app.get(`/_boomhauer/${path}`, AS_PROGRAM)).body)
const page = async (path: string) => (await app.get(`/_boomhauer/${path}`, AS_BROWSER)).body
const post = (path: string, headers = {}) => ask(app.server.port, `/_boomhauer/${path}`, { method: 'POST', headers })
/** Makes a request and finds what is known of it. */
async function requested(path: string) {
  await app.get(path)
  const requests = await json('requests')
  return requests.find((each: { path: string }) => each.path === path.split('?')[0])
}

test('routes have their guards, schemas and places', async () => {
  const routes = await json('routes')
  expect(routes).toContainEqual({
    methods: ['POST'],
    path: '/products/:id',
    name: 'rename',
    guards: ['mustBeAdmin'],
    middleware: [],
    schemas: {
      params: expect.objectContaining({ type: 'object' }),
      body: expect.objectContaining({ properties: { name: { type: 'string', maxLength: 40 } } }),
    },
    source: expect.objectContaining({ file: app.path('app.ts') }),
  })
  const html = await page('routes')
  expect(html).toContain('<b>mustBeAdmin</b>')
  expect(html).toContain('body: { name: string (at most 40) }')
  expect(html).toMatch(/href="zed:\/\/file[^"]+app\.ts:\d+:\d+">app\.ts:\d+:\d+</)
  expect(await json('routes?q=rename')).toHaveLength(1)
  expect(await json('routes?q=nothing-like-it')).toEqual([])
})

test('the link of a 404 leads to a heading', async () => {
  expect((await app.get('/nowhere', AS_BROWSER)).body).toContain('href="/_boomhauer/#routes"')
  expect(await page('')).toMatch(/<h2 id="routes"[^>]*>Routes<\/h2>.*\/products\/:id/s)
})

test('a request has its stages, queries, templates, logs and mail', async () => {
  const found = await requested('/products')
  expect(found).toMatchObject({
    method: 'GET',
    status: 200,
    route: '/products',
    timings: { controller: expect.any(Number), render: expect.any(Number), total: expect.any(Number) },
    sql: [{ text: 'select n, pg_sleep(0.11) from generate_series(1, 1) n', count: 1, rows: 1, slow: true }],
    templates: [
      { name: 'mail/note.txt', count: 1 },
      { name: 'list', count: 1 },
      { name: 'row', count: 3 },
    ],
    mails: [{ template: 'note', subject: 'Products were read', to: ['ada@example.com'] }],
  })
  expect(found.sql[0].caller).toMatch(/app\.ts:\d+/)
  expect(found.timings.total).toBeGreaterThan(100)
  expect(found.logs).toContainEqual({
    atMs: expect.any(Number),
    level: 'debug',
    text: expect.stringMatching(/^looking it up .*kind=all token=\[redacted\]/),
  })
  const html = await page(`requests/${found.id}`)
  for (const part of [
    'pg_sleep',
    'controller',
    '<td>row</td>',
    'looking it up',
    'Products were read',
    '<span class="mark">slow',
  ]) {
    expect(html).toContain(part)
  }
  expect(html).not.toContain('hush-hush')
})

test('the same query again and again is marked', async () => {
  const found = await requested('/n-plus-1')
  expect(found.sql).toMatchObject([
    { text: 'select 1 as one' },
    { text: 'select $1::int as id', count: 12, rows: 12, repeated: true },
  ])
  expect(await page('requests')).toContain('<span class="mark">n+1</span>')
  expect(await page(`requests/${found.id}`)).toContain('n+1: repeated 12 times')
})

test('requests at the same time keep their queries and lines apart', async () => {
  const ids = Array.from({ length: 20 }, (_, i) => i + 1)
  await Promise.all(ids.map(id => app.get(`/apart/${id}`)))
  const requests = (await json('requests?q=/apart')) as {
    path: string
    sql: { text: string }[]
    logs: { text: string }[]
  }[]
  expect(requests).toHaveLength(20)
  for (const { path, sql, logs } of requests) {
    const id = path.split('/').at(-1)
    expect(sql.map(({ text }) => text)).toEqual([`select ${id} as first`, `select ${id} as second`])
    expect(logs.filter(({ text }) => text.startsWith('line of')).map(({ text }) => text.split(' ')[2])).toEqual([id])
  }
})

test('a query is explained on demand, and not run', async () => {
  await requested('/n-plus-1')
  const { id } = await requested('/write')
  const before = (await app.get('/count')).body
  const answer = await post(`requests/${id}/sql/0/plan`, AS_PROGRAM)
  expect(JSON.parse(answer.body).plan).toMatchObject({ query: 0, text: expect.stringContaining('Insert on notes') })
  expect((await app.get('/count')).body).toBe(before)
  const html = (await post(`requests/${id}/sql/0/plan`, AS_BROWSER)).body
  expect(html).toContain('Insert on notes')
  // It is the answer to a form: a new build must not send that again.
  expect(html).not.toContain('client.js')
})

test('the plan is that of any parameters, not of none', async () => {
  const { id } = await requested('/find/x')
  for (const _ of [1, 2]) {
    const { plan } = JSON.parse((await post(`requests/${id}/sql/0/plan`, AS_PROGRAM)).body)
    expect(plan.text).toMatch(/Scan on notes[\s\S]*Filter: \(text = \$1\)/)
  }
})

test('a plan that cannot be made gives the reason; statements other than queries of a request have none', async () => {
  const { id } = await requested('/failing')
  const answer = await post(`requests/${id}/sql/0/plan`, AS_PROGRAM)
  expect(JSON.parse(answer.body).plan.failure).toContain('nowhere')
  for (const path of [`requests/${id}/sql/9/plan`, 'requests/999999/sql/0/plan', `requests/${id}/sql/x/plan`]) {
    expect((await post(path)).status).toBe(404)
  }
  // SQL comes from the requests alone.
  expect((await ask(app.server.port, '/_boomhauer/plan?sql=select+1', { method: 'POST' })).status).toBe(404)
})

test('jobs are listed and can be run at once', async () => {
  expect(await json('jobs')).toMatchObject([
    { name: 'removing old carts', everyMs: 3_600_000, runs: 0, isRunning: false, nextAt: expect.any(Number) },
    { name: 'failing / often', runs: 0 },
    { name: 'counting', runs: 0 },
  ])
  const done = await post(`jobs/${encodeURIComponent('removing old carts')}/run`, {
    host: 'localhost:1',
    referer: 'http://localhost:1/_boomhauer/jobs',
  })
  expect([done.status, done.headers.location]).toEqual([303, '/_boomhauer/jobs'])
  await post(`jobs/${encodeURIComponent('failing / often')}/run`)
  expect(await json('jobs')).toMatchObject([
    { runs: 1, last: { startedAt: expect.any(Number), durationMs: expect.any(Number) } },
    { runs: 1, last: { failure: 'Error: no such cart' } },
    { runs: 0 },
  ])
  expect(await page('jobs')).toContain('Error: no such cart')
  expect((await post('jobs/nothing/run')).status).toBe(404)
  expect((await post('jobs/removing%20old%20carts/run', { origin: 'http://evil.example' })).status).toBe(403)
})

test('the configuration has its sources and no secrets', async () => {
  const settings = await json('configuration?q=session')
  expect(settings).toContainEqual(expect.objectContaining({ key: 'session.secrets', value: '[redacted]' }))
  expect(await json('configuration')).toContainEqual(
    expect.objectContaining({
      key: 'mail.from',
      value: '"shop@example.com"',
      source: 'createApp()',
    }),
  )
  expect(await page('configuration')).not.toContain('a-secret-of-at-least-32-characters')
})

test('mail is shown as text and as HTML', async () => {
  await requested('/products')
  const [mail] = await json('outbox')
  expect(mail).toMatchObject({ subject: 'Products were read', text: expect.stringContaining('Three products') })
  expect(await page(`outbox/${mail.file}`)).toContain('Three products')
})

test('missing pages are 404, malformed paths and methods included', async () => {
  for (const path of ['nope', 'requests/0', 'requests/x', 'routes/x', 'outbox/x/y/z', '%E0%A4%A']) {
    expect([path, (await app.get(`/_boomhauer/${path}`)).status]).toEqual([path, 404])
  }
  expect((await ask(app.server.port, '/_boomhauer/routes', { method: 'DELETE' })).status).toBe(404)
})

test('stages are measured for the panel, and not sent', async () => {
  expect((await app.get('/count')).headers['server-timing']).toBeUndefined()
})

test('a hundred requests are kept', async () => {
  for (let i = 0; i < 110; i++) await app.get(`/many/${i}`)
  const requests = await json('requests')
  expect(requests).toHaveLength(100)
  expect(requests[0].path).toBe('/many/109')
})

test('a broken application has its failure on the overview, and the requests before it', async () => {
  const broken = await arlenApp({ 'app.ts': `throw new Error('the stove is cold')\n` })
  await broken.get('/')
  const { body } = await broken.get('/_boomhauer/', AS_PROGRAM)
  expect(JSON.parse(body)).toMatchObject({ state: 'failed', failure: 'the stove is cold', routes: [], jobs: [] })
  expect((await broken.get('/_boomhauer/', AS_BROWSER)).body).toContain('<p class="bad">the stove is cold</p>')
})
