import { hasSubscribers } from 'node:diagnostics_channel'
import { once } from 'node:events'
import type { Diagnostic } from '@arlen/core'
import { expect, onTestFinished, test } from 'vitest'
import { arlenApp, linkPackages } from './arlen-app.ts'
import { Command } from './command-process.ts'
import { AS_BROWSER, AS_CURL, AS_PROGRAM, ask, TestFolder, TestServer } from './support.ts'

const APP = (body: string) => `import { createApp } from 'arlen'
const app = createApp({ config: { log: { level: 'silent' } } })
${body}
export default app
`

test('an application of arlen: pages, failures of handlers and templates, routes, requests', async () => {
  const app = await arlenApp(
    {
      'app.ts': APP(`app.get('/', c => c.render('home', { title: 'Shop' }))
app.get('/broken/:id', c => {
  const user = undefined as unknown as { name: string }
  return c.text(user.name)
})
app.get('/ip', c => c.text(c.req.ip))
app.get('/page', c => c.render('page', { user: {} }))`),
      'templates/home.html.ets': '<!doctype html><h1><%= $title %></h1>\n',
      'templates/page.html.ets': '<ul>\n  <li><%= $user.name.length %></li>\n</ul>\n',
    },
    { editor: 'zed' },
  )
  const home = await app.get('/', AS_BROWSER)
  expect(home.status).toBe(200)
  expect(home.body).toMatch(/^<!doctype html><script src="\/_boomhauer\/client\.js"[^>]+><\/script><h1>Shop<\/h1>\n$/)

  expect((await app.get('/ip')).body).toBe('127.0.0.1')
  const broken = JSON.parse((await app.get('/broken/7?token=abc', AS_PROGRAM)).body)
  expect(broken.diagnostics[0]).toMatchObject({
    stage: 'runtime',
    name: 'TypeError',
    file: 'app.ts',
    line: 6,
    column: 22,
  })
  expect(broken.request.url).toContain('token=[redacted]')
  const page = (await app.get('/broken/7', AS_BROWSER)).body
  expect(page).toContain('src="/_boomhauer/client.js"')
  expect(page).toContain(`href="zed://file${app.path('app.ts')}:6:22"`)

  const [template] = JSON.parse((await app.get('/page', AS_PROGRAM)).body).diagnostics as Diagnostic[]
  expect(template).toMatchObject({ file: 'templates/page.html.ets', line: 2, column: 22 })

  const insight = JSON.parse((await app.get('/_boomhauer/', AS_PROGRAM)).body)
  expect(insight.routes).toContainEqual(expect.objectContaining({ path: '/broken/:id' }))
  expect(insight.requests).toContainEqual(expect.objectContaining({ path: '/broken/7', status: 500 }))
  expect(insight.config.length).toBeGreaterThan(10)

  // Templates are read again by the application that runs.
  const pid = app.server.pid
  const reloaded = once(app.server, 'reloaded')
  app.write('templates/home.html.ets', '<!doctype html><h1>New <%= $title %></h1>\n')
  expect(await reloaded).toMatchObject([{ effect: 'templates', paths: [app.path('templates/home.html.ets')] }])
  expect((await app.get('/')).body).toContain('New Shop')
  expect(app.read('.arlen/views/home.html.ets.ts')).toContain('New ')
  expect(app.server.pid).toBe(pid)

  // One that does not compile is a failure of the build, and the next save mends it.
  expect(await app.save('templates/home.html.ets', '<h1><%= $title</h1>\n')).toBe('failed')
  expect((await app.get('/', AS_BROWSER)).body).toContain('<span class="stage">template</span>')
  expect(await app.save('templates/home.html.ets', '<h1>Mended <%= $title %></h1>\n')).toBe('ready')
  expect((await app.get('/')).body).toContain('Mended Shop')
})

test('the layouts and the folder of templates in the configuration count as they do for arlen check', async () => {
  const app = new TestServer({
    'app.ts': APP(`app.get('/', c => c.render('home'))`),
    'config/app.ts': `export default {\n  views: { dir: 'pages', layout: 'layouts/stie' },\n  mail: { layout: 'mail' },\n}\n`,
    'pages/layouts/site.html.ets': '<main><%= content() %></main>\n',
    'pages/mail.html.ets': '<p>Nothing of the mail</p>\n',
    'pages/home.html.ets': '<h1>Home</h1>\n',
  })
  linkPackages(app)
  const server = app.prepare({ preload: ['arlen'] })
  const noticed = once(server, 'notice')
  await server.start()
  const [{ diagnostics }] = await noticed
  expect(diagnostics).toMatchObject([
    {
      severity: 'warning',
      message: 'views.layout: there is no template "layouts/stie"; did you mean "layouts/site"?',
      file: 'config/app.ts',
      line: 2,
      column: 26,
    },
    {
      severity: 'warning',
      message: expect.stringContaining('never calls content()'),
      file: 'pages/mail.html.ets',
      line: 1,
    },
  ])
  const ready = once(server, 'ready')
  app.write('config/app.ts', `export default { views: { dir: 'pages', layout: 'layouts/site' } }\n`)
  await ready
  expect((await ask(server.port, '/')).body).toBe('<main><h1>Home</h1>\n</main>\n')
  expect(app.read('.arlen/views/home.html.ets.ts')).toContain('Home')
})

test('a configuration of arlen that is not valid', async () => {
  const app = await arlenApp({
    'app.ts': APP(`app.get('/', c => c.text('ok'))`),
    'config/app.ts': `export default { http: { prot: 1 } }\n`,
  })
  const [found] = JSON.parse((await app.get('/', AS_PROGRAM)).body).diagnostics as Diagnostic[]
  expect(found).toMatchObject({ stage: 'config', code: 'config_invalid', message: expect.stringContaining('port?') })
  await app.save('config/app.ts', `export default { http: { prot: 1\n`)
  const [broken] = JSON.parse((await app.get('/', AS_PROGRAM)).body).diagnostics as Diagnostic[]
  expect(broken).toMatchObject({ stage: 'config', file: 'config/app.ts', line: 1 })
  expect(await app.save('config/app.ts', 'export default {}\n')).toBe('ready')
  expect((await app.get('/')).body).toBe('ok')
})

test('a file in config/ that exports no settings', async () => {
  const app = await arlenApp({ 'app.ts': APP(`app.get('/', c => c.text('ok'))`) })
  const report = async () => JSON.parse((await app.get('/', AS_PROGRAM)).body).diagnostics as Diagnostic[]
  await app.save('config/app.ts', `const base = {}\n\nexport default () => base\n`)
  expect(await report()).toMatchObject([
    { stage: 'config', code: 'config_export_invalid', file: 'config/app.ts', line: 3, column: 8 },
  ])
  await app.save('config/app.ts', `// nothing\nexport const config = { http: { port: 1 } }\n`)
  expect(await report()).toMatchObject([
    { file: 'config/app.ts', line: 1, message: expect.stringContaining('no default export') },
  ])
  await app.save('config/app.ts', `export default { http: Promise.resolve({ port: 1 }) }\n`)
  expect(await report()).toMatchObject([
    {
      file: 'config/app.ts',
      line: 1,
      column: 18,
      message: expect.stringContaining('an object of settings, not a promise'),
    },
  ])
  expect(await app.save('config/app.ts', 'export default {}\n')).toBe('ready')
})

test('an unhandled rejection is a notice on the pages, and the terminal says the same', async () => {
  const app = new TestFolder({
    '.env': 'API_TOKEN=abcdefgh',
    'app.ts': `import { createApp } from 'arlen'
const app = createApp()
app.get('/', c => {
  setTimeout(() => Promise.reject(new Error('nobody waits, abcdefgh')))
  return c.text('ok')
})
app.get('/fail', () => {
  throw new Error('broken with abcdefgh')
})
export default app
`,
  })
  linkPackages(app)
  const command = new Command(app, ['--typecheck', 'off'])
  const port = await command.port()
  expect((await ask(port, '/')).body).toBe('ok')
  await command.until(/nobody waits/)
  expect((await ask(port, '/fail')).status).toBe(500)
  await command.until(/broken with/)
  await command.until(/>\s+8 \| {3}throw new Error/)
  expect(command.output).toMatch(/>\s+4 \| {3}setTimeout/)
  expect(command.output).toMatch(/… \d+ in dependencies and Node\.js/)
  expect(command.output).not.toMatch(/abcdefgh|packages\/http/)
})

test('a 404 lists routes like it and links to all of them', async () => {
  const app = await arlenApp({
    'app.ts': APP(`app.get('/products/:id', c => c.text('x'))\napp.get('/cart', c => c.text('x'))`),
  })
  const page = await app.get('/prodcuts/7', AS_BROWSER)
  expect(page.status).toBe(404)
  expect(page.body).toContain('<li><code>GET /products/:id</code></li>')
  expect(page.body).toContain('href="/_boomhauer/#routes"')
  expect(page.body).not.toContain('/cart')
  expect(JSON.parse((await app.get('/prodcuts/7', AS_PROGRAM)).body)).toMatchObject({ near: ['GET /products/:id'] })
})

test('production has none of it: no pages, no source, no script', async () => {
  const { createApp } = await import('arlen')
  const folder = new TestFolder({})
  const app = createApp({
    root: folder.root,
    environment: 'production',
    config: { log: { level: 'silent' }, session: { enabled: false } },
  })
  app.get('/broken', () => {
    throw new Error('internal detail')
  })
  const { port } = await app.listen({ port: 0, host: '127.0.0.1' })
  onTestFinished(() => app.close())
  for (const path of ['', 'client.js', 'events', 'requests', 'routes', 'jobs', 'outbox', 'configuration']) {
    expect((await ask(port, `/_boomhauer/${path}`)).status).toBe(404)
  }
  expect((await ask(port, '/_boomhauer/jobs/x/run', { method: 'POST' })).status).toBe(404)
  // Nobody listens, so that a request pays for nothing: no clock is read, no line or query is kept.
  for (const name of ['http:request:start', 'http:request:finish', 'pg:query', 'view:render', 'mail:send', 'log']) {
    expect([name, hasSubscribers(`arlen:${name}`)]).toEqual([name, false])
  }
  for (const as of [AS_BROWSER, AS_PROGRAM, AS_CURL]) {
    const { status, body } = await ask(port, '/broken', { headers: as })
    expect(status).toBe(500)
    expect(body).not.toMatch(/internal detail|arlen\.test|diagnostics|_boomhauer/)
  }
})
