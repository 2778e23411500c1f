import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import express, { type NextFunction, type Request, type Response } from 'express'
import fastify, { type FastifyRequest } from 'fastify'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { expressView } from '../src/adapters/express.ts'
import { fastifyViews } from '../src/adapters/fastify.ts'
import { createViews } from '../src/index.ts'

let dir: string
const closing: (() => unknown)[] = []

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'arlen-view-'))
  const files = {
    'site.html.ets': '<body><%= content() %></body>',
    'hello.html.ets': '<%! layout: "site" %><%= $name %> at <%= path() %>',
    'slow.html.ets': '<%= await $name %>',
    'plain.txt.ets': '<%= $name %>',
    'data.json.ets': '{"name": <%= $name %>}',
    'broken.html.ets': '<%= $missing %>',
  }
  for (const [file, text] of Object.entries(files)) writeFileSync(join(dir, file), text)
})

afterEach(async () => {
  for (const close of closing.splice(0)) await close()
  rmSync(dir, { recursive: true })
})

async function get(url: string): Promise<{ status: number; type: string | null; body: string }> {
  const answer = await fetch(url, { headers: { connection: 'close' } })
  return { status: answer.status, type: answer.headers.get('content-type'), body: await answer.text() }
}

describe('Express', () => {
  async function start(): Promise<string> {
    const views = createViews<{ path: string }>({ dir, contextHelpers: { path: request => () => request.path } })
    const app = express()
    app.set('view', expressView(views, { context: locals => locals.request }))
    app.locals.name = 'from the app'
    app.use((request, response, next) => {
      response.locals.request = request
      next()
    })
    app.get('/hello', (_request, response) => response.render('hello', { name: '<Ada>' }))
    app.get('/app', (_request, response) => response.render('hello'))
    app.get('/slow', (_request, response) => response.render('slow', { name: Promise.resolve('Bob') }))
    app.get('/broken', (_request, response) => response.render('broken'))
    app.get('/nothing', (_request, response) => response.render('nothing'))
    app.use((error: Error & { code: string }, _request: Request, response: Response, _next: NextFunction) => {
      response.status(500).send(error.code)
    })
    const server = app.listen(0, '127.0.0.1')
    await once(server, 'listening')
    closing.push(() => new Promise(done => server.close(done)))
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  test('renders pages in their layouts, with its locals and the context', async () => {
    const url = await start()
    const type = 'text/html; charset=utf-8'
    expect(await get(`${url}/hello`)).toEqual({ status: 200, type, body: '<body>&lt;Ada&gt; at /hello</body>' })
    expect((await get(`${url}/app`)).body).toBe('<body>from the app at /app</body>')
    expect((await get(`${url}/slow`)).body).toBe('Bob')
  })

  test('hands errors to its error handlers', async () => {
    const url = await start()
    expect(await get(`${url}/broken`)).toMatchObject({ status: 500, body: 'local_missing' })
    expect(await get(`${url}/nothing`)).toMatchObject({ status: 500, body: 'template_missing' })
  })
})

describe('Fastify', () => {
  async function start(): Promise<string> {
    const views = createViews<FastifyRequest>({ dir, contextHelpers: { path: request => () => request.url } })
    const app = fastify()
    app.register(fastifyViews, { views })
    app.setErrorHandler((error: Error & { code: string }, _request, reply) => reply.code(500).send(error.code))
    app.get('/hello', (_request, reply) => reply.view('hello', { name: '<Ada>' }))
    app.get('/slow', async (_request, reply) => reply.view('slow', { name: Promise.resolve('Bob') }))
    app.get('/plain', (_request, reply) => reply.view('plain.txt', { name: '<Ada>' }))
    app.get('/data', (_request, reply) => reply.view('data.json', { name: '"' }))
    app.get('/broken', (_request, reply) => reply.view('broken'))
    app.get('/nothing', async (_request, reply) => reply.view('nothing'))
    closing.push(() => app.close())
    return app.listen({ port: 0, host: '127.0.0.1' })
  }

  test('renders templates of every format, with the request as context', async () => {
    const url = await start()
    const type = 'text/html; charset=utf-8'
    expect(await get(`${url}/hello`)).toEqual({ status: 200, type, body: '<body>&lt;Ada&gt; at /hello</body>' })
    expect((await get(`${url}/slow`)).body).toBe('Bob')
    expect(await get(`${url}/plain`)).toEqual({ status: 200, type: 'text/plain; charset=utf-8', body: '<Ada>' })
    expect(await get(`${url}/data`)).toMatchObject({ type: expect.stringContaining('json'), body: '{"name": "\\""}' })
  })

  test('hands errors to its error handler', async () => {
    const url = await start()
    expect(await get(`${url}/broken`)).toMatchObject({ status: 500, body: 'local_missing' })
    expect(await get(`${url}/nothing`)).toMatchObject({ status: 500, body: 'template_missing' })
  })
})
