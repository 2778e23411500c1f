import { expect, test } from 'vitest'
import { AS_BROWSER, AS_CURL, AS_PROGRAM, answering, failure, serving, servingUntil } from './support.ts'

const BROKEN = `import { servable } from './servable.js'\nconst a = { b: 1 }}\nexport default servable(() => a)\n`

test('a failure is a page for browsers, a problem for programs and text for terminals', async () => {
  const app = await serving({ 'app.ts': BROKEN }, { editor: 'vscode' })
  const page = await app.get('/any/path', AS_BROWSER)
  expect(page.status).toBe(500)
  expect(page.headers['content-type']).toBe('text/html; charset=utf-8')
  expect(page.body).toContain(`href="vscode://file${app.path('app.ts')}:2:19"`)
  expect(page.body).toContain(
    '<span class="hit"><i>2</i><b class="keyword">const</b> a = { b: <b class="number">1</b> }}</span>',
  )
  expect(page.body).toContain('src="/_boomhauer/client.js"')

  const problem = await app.get('/any/path', AS_PROGRAM)
  expect(problem.headers['content-type']).toBe('application/problem+json')
  expect(JSON.parse(problem.body)).toMatchObject({
    status: 500,
    code: 'load_failed',
    correlationId: expect.any(String),
    diagnostics: [{ stage: 'load', severity: 'error', file: 'app.ts', line: 2, column: 19 }],
  })

  const text = await app.get('/any/path', AS_CURL)
  expect(text.headers['content-type']).toBe('text/plain; charset=utf-8')
  expect(text.body).toContain('> 2 | const a = { b: 1 }}\n    |                   ^')
})

test('is shown from the first start for every request, until the mistake is fixed', async () => {
  const app = await serving({ 'app.ts': BROKEN })
  expect((await app.get()).status).toBe(500)
  expect((await app.get()).status).toBe(500)
  expect(await app.save('app.ts', answering('mended'))).toBe('ready')
  expect(await app.get()).toMatchObject({ status: 200, body: 'mended' })
})

test('a new mistake takes the place of the old one', async () => {
  const app = await serving({ 'app.ts': BROKEN })
  expect((await failure(app)).line).toBe(2)
  await app.save('app.ts', `throw new Error('another')\n`)
  expect(await failure(app)).toMatchObject({ message: 'another', line: 1 })
})

test('a mistake in a module that was never loaded well is seen to be mended', async () => {
  const app = await serving({ 'app.ts': `import './lib/new.ts'\n${answering('ok')}` })
  expect((await failure(app)).code).toBe('ERR_MODULE_NOT_FOUND')
  expect(await app.save('lib/new.ts', 'export {}\n')).toBe('ready')
})

test('an entry module that is missing at first is served once it exists', async () => {
  const app = await serving({})
  expect(await failure(app)).toMatchObject({
    code: 'entry_missing',
    message: expect.stringContaining('app.ts or app.js'),
  })
  expect(await app.save('app.ts', answering('here'))).toBe('ready')
  expect((await app.get()).body).toBe('here')
})

test('an application that is CommonJS by package.json is shown what to write there', async () => {
  const app = await serving({ 'package.json': '{ "type": "commonjs" }', 'app.ts': answering('ok') })
  expect(await failure(app)).toMatchObject({
    stage: 'load',
    file: 'app.ts',
    line: 1,
    hint: expect.stringContaining('"type": "module"'),
  })
  expect(await app.save('package.json', '{ "type": "module" }')).toBe('ready')
})

test('a module that exports no application', async () => {
  const app = await serving({ 'app.ts': 'const app = 1\nexport default app\n' })
  expect(await failure(app)).toMatchObject({ stage: 'load', code: 'app_not_servable', file: 'app.ts', line: 2 })
})

test('an invalid configuration is a separate kind of failure', async () => {
  const source = `throw Object.assign(new Error('port must be a number'), { code: 'config_invalid' })\n`
  const app = await serving({ 'app.ts': `import './config/app.ts'\n${answering('ok')}`, 'config/app.ts': source })
  expect(await failure(app)).toMatchObject({ stage: 'config', file: 'config/app.ts', line: 1 })
  expect(await app.save('config/app.ts', 'export {}\n')).toBe('ready')
})

test('an application that exits while it starts, with the last it wrote', async () => {
  const app = await serving({ 'app.ts': `console.error('no license found')\nprocess.exit(3)\n` })
  expect(await failure(app)).toMatchObject({ exitCode: 3, output: 'no license found', command: 'node' })
})

test('an application that does not start in time', async () => {
  const app = await serving({ 'app.ts': `await new Promise(r => setTimeout(r, 60_000))\n` }, { bootTimeoutMs: 500 })
  expect(await failure(app)).toMatchObject({ message: 'The application was not ready within 0.5 s' })
})

test('a process that calls process.exit() is shown with the location of the call', async () => {
  const app = await serving({ 'app.ts': `${answering('ok')}function check() {\n  process.exit(3)\n}\ncheck()\n` })
  expect(await failure(app)).toMatchObject({ exitCode: 3, file: 'app.ts', line: 4, column: 11 })
})

test('a template that does not compile is shown before anything is loaded', async () => {
  const app = await serving({ 'app.ts': answering('ok'), 'templates/home.html.ets': '<p>\n<%= name\n' })
  expect(await failure(app)).toMatchObject({ stage: 'template', file: 'templates/home.html.ets', line: 2, column: 1 })
  expect(await app.save('templates/home.html.ets', '<p>\n<%= 1 %>\n')).toBe('ready')
  expect((await app.get()).body).toBe('ok')
})

test('warnings about a template are notices', async () => {
  const files = { 'app.ts': answering('ok'), 'templates/home.html.ets': '<a href=<%= 1 %>>x</a>\n' }
  const {
    app,
    event: [{ id, diagnostics }],
  } = await servingUntil('notice', files)
  expect(id).toBe('warnings')
  expect(diagnostics).toMatchObject([{ severity: 'warning', file: 'templates/home.html.ets', line: 1 }])
  expect((await app.get()).body).toBe('ok')
})

test('no secret of the environment is in it', async () => {
  const app = await serving({
    '.env': 'DATABASE_URL=postgres://shop:s3cr3t@db/shop\nAPI_TOKEN=abcdefgh',
    'app.ts': `throw new Error('cannot reach ' + process.env.DATABASE_URL + ' with ' + process.env.API_TOKEN)\n`,
  })
  for (const as of [AS_BROWSER, AS_PROGRAM, AS_CURL]) {
    const { body } = await app.get('/', as)
    expect(body).toContain('cannot reach')
    expect(body).not.toMatch(/s3cr3t|abcdefgh/)
  }
})
