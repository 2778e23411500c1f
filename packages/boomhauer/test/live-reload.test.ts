import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { AS_BROWSER, AS_CURL, AS_PROGRAM, answering, ask, serving, type TestServer } from './support.ts'

interface Message {
  type: string
  state?: string
  build?: string
  files?: string[]
  id?: string
  html?: string
}

/** A page's stream of events. */
async function page(app: TestServer): Promise<{ until: (wanted: (message: Message) => boolean) => Promise<Message> }> {
  const req = request({ host: '127.0.0.1', port: app.server.port, path: '/_boomhauer/events', agent: false }).end()
  onTestFinished(() => void req.destroy())
  const [res] = (await once(req, 'response')) as [IncomingMessage]
  res.on('error', () => undefined)
  const seen: Message[] = []
  let text = ''
  res.on('data', chunk => {
    const events = (text + chunk).split('\n\n')
    text = events.pop()!
    for (const event of events) if (event.startsWith('data: ')) seen.push(JSON.parse(event.slice(6)))
    req.emit('events')
  })
  return {
    async until(wanted) {
      for (;;) {
        const found = seen.find(wanted)
        if (found) return found
        await once(req, 'events')
      }
    },
  }
}

test('pages are notified of each build, good or bad, and one that connects late learns what it has missed', async () => {
  const app = await serving({ 'app.ts': answering('one') })
  await app.get()
  const open = await page(app)
  const first = await open.until(({ state }) => state === 'ready')
  await app.save('app.ts', 'broken(')
  const failed = await open.until(({ state }) => state === 'failed')
  expect(failed.build).not.toBe(first.build)
  const failing = await app.get('/', AS_BROWSER)
  expect(/data-build="([^"]+)"/.exec(failing.body)?.[1]).toBe(failed.build)
  const late = await page(app)
  expect(await late.until(({ type }) => type === 'state')).toMatchObject({ state: 'failed', build: failed.build })
  await app.save('app.ts', answering('two'))
  const again = await open.until(({ state, build }) => state === 'ready' && build !== first.build)
  expect(again.build).not.toBe(failed.build)
})

test('style sheets are swapped and pictures reload, without a build', async () => {
  const app = await serving({ 'app.ts': answering('one'), 'public/app.css': 'a{}', 'public/logo.svg': '<svg/>' })
  await app.get()
  const { pid } = app.server
  const open = await page(app)
  app.write('public/app.css', 'b{}')
  expect(await open.until(({ type }) => type === 'styles')).toMatchObject({ files: ['app.css'] })
  app.write('public/logo.svg', '<svg></svg>')
  await open.until(({ type }) => type === 'reload')
  expect(app.server.pid).toBe(pid)
})

test('a crash in the background is a notice', async () => {
  const app = await serving({
    'app.ts': `import { servable } from './servable.js'
export default servable((req, res) => {
  res.end('ok')
  if (req.url === '/later') setTimeout(() => { throw new Error('in the background') }, 20)
})`,
  })
  const open = await page(app)
  await app.get('/later')
  expect((await open.until(({ id }) => id === 'crash')).html).toContain('in the background')
  expect((await app.get()).body).toBe('ok')
})

test('hanging up leaves nothing behind', async () => {
  const app = await serving({ 'app.ts': answering('one') })
  await app.get()
  const req = request({ host: '127.0.0.1', port: app.server.port, path: '/_boomhauer/events', agent: false }).end()
  await once(req, 'response')
  req.on('error', () => undefined)
  req.destroy()
  expect(await app.save('app.ts', answering('two'))).toBe('ready')
})

const SECRET = `import { servable } from './servable.js'\nconst secret = 'the source'; throw new Error('broken')\n`

const PANEL = ['', 'requests', 'requests/1', 'routes', 'jobs', 'outbox', 'configuration'].map(
  path => `/_boomhauer/${path}`,
)

const OWN = [...PANEL, '/_boomhauer/events', '/_boomhauer/client.js']

test('a forged Host gets 403 and no source, on every path', async () => {
  const app = await serving({ 'app.ts': SECRET })
  await app.get()
  for (const path of ['/', ...OWN]) {
    for (const as of [AS_BROWSER, AS_PROGRAM, AS_CURL]) {
      const answer = await app.get(path, { ...as, host: 'rebound.example:3000' })
      expect([path, answer.status]).toEqual([path, 403])
      expect(answer.body, path).toContain('host_not_allowed')
      expect(answer.body, path).not.toMatch(/the source|app\.ts|client\.js/)
    }
  }
})

test('a page of another origin gets nothing, on every path of boomhauer', async () => {
  const app = await serving({ 'app.ts': answering('ok') })
  await app.get()
  for (const path of OWN) {
    for (const foreign of [{ origin: 'http://evil.example' }, { 'sec-fetch-site': 'cross-site' }, { origin: 'null' }]) {
      const answer = await app.get(path, { ...AS_PROGRAM, ...foreign, host: 'localhost:3000' })
      expect([path, answer.status, JSON.parse(answer.body).code]).toEqual([path, 403, 'origin_not_allowed'])
    }
  }
})

test('further hosts can be allowed, and only the configured address is bound', async () => {
  const app = await serving({ 'app.ts': answering('ok') }, { allowedHosts: ['shop.test'] })
  expect((await app.get('/', { host: 'shop.test' })).status).toBe(200)
  expect((await app.get('/', { host: 'other.test' })).status).toBe(403)
  expect(app.server.settings.host).toBe('127.0.0.1')
  await expect(
    new Promise((resolve, reject) => {
      request({ host: '127.0.0.2', port: app.server.port }, resolve).on('error', reject).end()
    }),
  ).rejects.toThrow('ECONNREFUSED')
})

test('the insight page knows routes, settings and requests, and no secrets', async () => {
  const app = await serving({
    'app.ts': `import { channel } from 'node:diagnostics_channel'
import { servable } from './servable.js'
const [started, queried, finished] = ['http:request:start', 'pg:query', 'http:request:finish'].map(name => channel('arlen:' + name))
const app = servable(async (req, res) => {
  const context = { req: { method: req.method, path: req.url }, timings: { toJSON: () => ({ controller: 1.5, total: 2 }) } }
  started.publish({ context })
  await 1
  queried.publish({ text: 'select 1', durationMs: 0.3 })
  finished.publish({ context, finish: { status: 200, durationMs: 2 } })
  res.end('ok')
})
export default {
  ...app,
  routes: () => [{ method: 'GET', path: '/users/:id', name: 'user' }],
  settings: [{ path: ['http', 'port'], value: 3000, source: 'default' }, { path: ['session', 'secrets'], value: 'hush', source: 'env' }],
}`,
  })
  await app.get('/users/7')
  const { body } = await app.get('/_boomhauer/', AS_PROGRAM)
  expect(JSON.parse(body)).toMatchObject({
    state: 'ready',
    routes: [{ path: '/users/:id' }],
    config: [
      { key: 'http.port', value: '3000' },
      { key: 'session.secrets', value: '[redacted]' },
    ],
    requests: [{ path: '/users/7', timings: { total: 2 }, sql: [{ text: 'select 1' }] }],
  })
  expect((await app.get('/_boomhauer/', AS_BROWSER)).body).toContain(
    '<a href="/_boomhauer/requests/1">GET /users/7</a>',
  )
})

test('an action runs its command, and what fails in it is shown', async () => {
  const app = await serving(
    {
      'app.ts': `import { existsSync } from 'node:fs'
if (!existsSync(import.meta.dirname + '/migrated')) throw Object.assign(new Error('pending'), {
  diagnostics: [{ stage: 'boot', severity: 'error', message: '1 migration is pending', action: { name: 'migrate', label: 'Run it' } }],
})
${answering('migrated')}`,
    },
    {
      actions: {
        migrate: [process.execPath, '-e', 'require("fs").writeFileSync("migrated", "")'],
        broken: [process.execPath, '-e', 'console.error("no such table"); process.exit(4)'],
      },
    },
  )
  const page = await app.get('/', AS_BROWSER)
  expect(page.body).toContain('<form method="post" action="/_boomhauer/actions/migrate"><button>Run it</button></form>')

  const notice = once(app.server, 'notice')
  await ask(app.server.port, '/_boomhauer/actions/broken', { method: 'POST' })
  expect((await notice)[0].diagnostics).toMatchObject([{ exitCode: 4, output: 'no such table' }])

  const refused = await ask(app.server.port, '/_boomhauer/actions/migrate', {
    method: 'POST',
    headers: { origin: 'http://evil.example' },
  })
  expect(refused.status).toBe(403)
  expect((await ask(app.server.port, '/_boomhauer/actions/nope', { method: 'POST' })).status).toBe(404)

  const done = await ask(app.server.port, '/_boomhauer/actions/migrate', {
    method: 'POST',
    headers: { host: 'localhost:1', origin: 'http://localhost:1', referer: 'http://localhost:1/orders?page=2' },
  })
  expect([done.status, done.headers.location]).toEqual([303, '/orders?page=2'])
  expect((await app.get()).body).toBe('migrated')
})
