import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { type App, type AppOptions, HttpError } from '../src/index.ts'
import { type Served, serveApp } from './serve-app.ts'

const BROWSER = { headers: { accept: 'text/html' } }
const root = mkdtempSync(join(tmpdir(), 'arlen-error-pages-'))
let served: Served

afterEach(() => served.close())
afterAll(() => rmSync(root, { recursive: true }))

/** An application with these templates, in production unless told otherwise. */
async function serve(templates: Record<string, string>, options: AppOptions = {}): Promise<Served> {
  const own = mkdtempSync(join(root, 'app-'))
  for (const [path, text] of Object.entries(templates)) {
    mkdirSync(dirname(join(own, 'templates', path)), { recursive: true })
    writeFileSync(join(own, 'templates', path), text)
  }
  const config = { session: { enabled: false }, views: { layout: 'layouts/site' }, ...options.config }
  return serveApp(routes, { root: own, environment: 'production', ...options, config })
}

function routes(app: App): void {
  app.get('/throws', () => {
    throw new Error('hunter2')
  })
  app.get('/teapot', () => {
    throw new HttpError(418, 'no_coffee', { detail: '<Short> and stout.', headers: { 'x-pot': '1' } })
  })
  app.get('/gone', c => c.problem(410, 'sold_out', { detail: 'Sold out.' }))
}

const LAYOUT = '<title><%= $title %></title><%= content() %>'
const GENERAL =
  '<h1><%= $problem.status %> <%= $problem.title %></h1><p><%= $problem.detail ?? "" %></p><i><%= $problem.correlationId %></i>'
const PAGES = { 'layouts/site.html.ets': LAYOUT, 'errors/error.html.ets': GENERAL }

describe('templates of errors/', () => {
  test('are the pages of browsers, in the layout, with the correlation id', async () => {
    served = await serve(PAGES)
    const response = await served.get('/throws', BROWSER)
    const html = await response.text()
    expect(response.status).toBe(500)
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(response.headers.get('vary')).toContain('Accept')
    expect(html).toContain('<title>Internal Server Error</title><h1>500 Internal Server Error</h1>')
    expect(html).toContain(`<i>${response.headers.get('x-request-id')}</i>`)
    expect(html).not.toContain('hunter2')
  })

  test('are chosen by status, else it is the general one', async () => {
    served = await serve({ ...PAGES, 'errors/404.html.ets': '<h1>Nothing to see</h1>' })
    expect(await (await served.get('/nowhere', BROWSER)).text()).toContain('<h1>Nothing to see</h1>')
    const teapot = await served.get('/teapot', BROWSER)
    expect([teapot.status, teapot.headers.get('x-pot')]).toEqual([418, '1'])
    expect(await teapot.text()).toContain('<p>&lt;Short&gt; and stout.</p>')
  })

  test('are also used for c.problem() returned by a handler', async () => {
    served = await serve(PAGES)
    const response = await served.get('/gone', BROWSER)
    expect(response.status).toBe(410)
    expect(await response.text()).toContain('<p>Sold out.</p>')
  })

  test('are not for programs, and not for an application that is an API only', async () => {
    served = await serve(PAGES)
    expect(await (await served.get('/teapot')).json()).toMatchObject({ code: 'no_coffee' })
    await served.close()
    served = await serve(PAGES, { config: { apiOnly: true } })
    expect((await served.get('/teapot', BROWSER)).headers.get('content-type')).toBe('application/problem+json')
  })

  test('may wait for something', async () => {
    served = await serve({ ...PAGES, 'errors/410.html.ets': '<% await null %><h1>Late and gone</h1>' })
    const response = await served.get('/gone', BROWSER)
    expect([response.status, await response.text()]).toEqual([410, '<title>Gone</title><h1>Late and gone</h1>'])
  })

  test.each([
    ['at once', '<%= $problem.nothing.at.all %>'],
    ['later', '<% await null %><%= $problem.nothing.at.all %>'],
  ])('that fail %s are stood in for by the built-in page, and logged', async (_, template) => {
    served = await serve({ ...PAGES, 'errors/error.html.ets': template })
    const response = await served.get('/teapot', BROWSER)
    const html = await response.text()
    expect([response.status, response.headers.get('x-pot')]).toEqual([418, '1'])
    expect(html).toContain(response.headers.get('x-request-id'))
    expect(html).toContain('&lt;Short&gt; and stout.')
    const line = served.log.find(({ msg }) => msg === 'an error page failed')
    expect(line).toMatchObject({ level: 'error', template: 'errors/error' })
  })

  test('are found as they are written in development, where failures show what failed instead', async () => {
    served = await serve(PAGES, { environment: 'development' })
    expect(await (await served.get('/nowhere', BROWSER)).text()).toContain('<h1>404 Not Found</h1>')
    writeFileSync(join(served.app.root, 'templates/errors/404.html.ets'), '<h1>New</h1>')
    expect(await (await served.get('/nowhere', BROWSER)).text()).toContain('<h1>New</h1>')
    expect(await (await served.get('/throws', BROWSER)).text()).toContain('hunter2')
  })
})

test('app.onError is asked about what is thrown, and not about what a handler answers by c.problem()', async () => {
  const asked: unknown[] = []
  served = await serveApp(app => {
    routes(app)
    app.onError(error => void asked.push((error as HttpError).code))
  })
  await served.get('/teapot')
  expect((await served.get('/gone')).status).toBe(410)
  expect(asked).toEqual(['no_coffee'])
})
