import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { PassThrough } from 'node:stream'
import { ArlenError } from '@arlen/core'
import express, { type ErrorRequestHandler, type Express } from 'express'
import fastify, { type FastifyInstance } from 'fastify'
import { afterEach, describe, expect, test } from 'vitest'
import { expressCsrf, expressSession } from '../src/adapters/express.ts'
import { fastifyCsrf, fastifySession } from '../src/adapters/fastify.ts'
import { createAuthentication, createMemorySessionStore, csrf, type SessionStore, session } from '../src/index.ts'

const secrets = ['0123456789abcdef0123456789abcdef']
const closing: (() => unknown)[] = []
const logged: { level: string; text: string }[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
  logged.length = 0
})

interface Visit {
  store?: SessionStore
  strict?: boolean
}

/** The same application in both frameworks, as the address that it listens at. */
type Start = (options?: Visit) => Promise<string>

async function startExpress({ store, strict = true }: Visit = {}): Promise<string> {
  const app = express()
  app.use(express.urlencoded({ extended: false }), express.json())
  app.use(expressSession({ secrets, secure: false, store, strict, log: false }))
  app.use(expressCsrf())
  app.get('/read', (request, response) => void response.json({ cart: request.session.get('cart') ?? null }))
  app.get('/plain', (_request, response) => void response.send('plain'))
  app.get('/form', (request, response) => void response.send(request.csrfField()))
  app.get('/token', (request, response) => void response.send(request.csrfToken()))
  app.get('/flash', (request, response) => void response.json({ notice: request.flash('notice') ?? null }))
  app.get('/stream', (request, response) => {
    request.session.set('cart', 'streamed')
    const source = new PassThrough()
    source.pipe(response)
    source.write('a'.repeat(200_000))
    source.end('b')
  })
  app.get('/late', (request, response) => {
    response.flushHeaders()
    request.session.set('cart', 'late')
    response.end()
  })
  app.get('/cached', (request, response) => {
    request.session.set('cart', 'cached')
    response.set('Cache-Control', 'public, max-age=60').send('x')
  })
  app.post('/cart', (request, response) => {
    request.session.set('cart', request.body.cart)
    request.flash('notice', 'saved')
    response.redirect(303, '/read')
  })
  app.post('/login', (request, response) => {
    request.session.login('7')
    response.json({ user: request.session.user?.id })
  })
  app.post('/logout', (request, response) => {
    request.session.logout()
    response.sendStatus(204)
  })
  return listenExpress(app)
}

async function listenExpress(app: Express): Promise<string> {
  const report: ErrorRequestHandler = (error, _request, response, _next) => {
    if (response.headersSent) return void response.destroy()
    response.status(error.status ?? 500).json({ code: error.code, message: error.message })
  }
  app.use(report)
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => {
    server.closeAllConnections()
    return new Promise(done => server.close(done))
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function startFastify({ store, strict = true }: Visit = {}): Promise<string> {
  const app = fastify()
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
    done(null, Object.fromEntries(new URLSearchParams(body as string)))
  })
  app.register(fastifySession, { secrets, secure: false, store, strict })
  app.register(fastifyCsrf)
  app.get('/read', request => ({ cart: request.session.get('cart') ?? null }))
  app.get('/plain', () => 'plain')
  app.get('/form', (request, reply) => reply.type('text/html').send(request.csrfField()))
  app.get('/token', request => request.csrfToken())
  app.get('/flash', request => ({ notice: request.flash('notice') ?? null }))
  app.get('/stream', (request, reply) => {
    request.session.set('cart', 'streamed')
    const source = new PassThrough()
    source.write('a'.repeat(200_000))
    source.end('b')
    return reply.type('text/plain').send(source)
  })
  app.get('/late', (request, reply) => {
    reply.hijack()
    reply.raw.flushHeaders()
    try {
      request.session.set('cart', 'late')
    } catch {
      return reply.raw.destroy()
    }
    reply.raw.end()
  })
  app.get('/cached', (request, reply) => {
    request.session.set('cart', 'cached')
    return reply.header('Cache-Control', 'public, max-age=60').send('x')
  })
  app.post<{ Body: { cart: string } }>('/cart', (request, reply) => {
    request.session.set('cart', request.body.cart)
    request.flash('notice', 'saved')
    return reply.redirect('/read', 303)
  })
  app.post('/login', request => {
    request.session.login('7')
    return { user: request.session.user?.id }
  })
  app.post('/logout', (request, reply) => {
    request.session.logout()
    return reply.code(204).send()
  })
  return listenFastify(app)
}

async function listenFastify(app: FastifyInstance): Promise<string> {
  app.setErrorHandler((error: ArlenError & { status?: number; statusCode?: number }, _request, reply) =>
    reply.code(error.status ?? error.statusCode ?? 500).send({ code: error.code, message: error.message }),
  )
  closing.push(() => app.close())
  return app.listen({ port: 0, host: '127.0.0.1' })
}

/** A browser's jar, without its rules: the cookies of one site. */
function visitor(site: string) {
  const jar = new Map<string, string>()
  return async (path: string, init: RequestInit = {}) => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { ...(cookie && { cookie }), ...(init.headers as Record<string, string>) }
    const response = await fetch(site + path, { redirect: 'manual', ...init, headers })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (/max-age=0/i.test(line)) jar.delete(name)
      else jar.set(name, value)
    }
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text), jar }
  }
}

type Visitor = ReturnType<typeof visitor>

async function post(ask: Visitor, path: string, fields: Record<string, string>, headers: Record<string, string> = {}) {
  const { text: csrf_token } = await ask('/token')
  return ask(path, { method: 'POST', body: new URLSearchParams({ ...fields, csrf_token }), headers })
}

/** A store that creates sessions in a later turn of the event loop. */
function delayedStore(): SessionStore {
  const memory = createMemorySessionStore()
  const create = memory.create.bind(memory)
  return Object.assign(memory, {
    async create(...args: Parameters<SessionStore['create']>) {
      await new Promise(done => setImmediate(done))
      return create(...args)
    },
  })
}

describe.each<[string, Start]>([
  ['Express', startExpress],
  ['Fastify', startFastify],
])('sessions in %s', (_, start) => {
  test('keep what was set, in an encrypted cookie, for the same visitor alone', async () => {
    const site = await start()
    const [ada, bob] = [visitor(site), visitor(site)]
    const saved = await post(ada, '/cart', { cart: 'two cylinders' })
    expect(saved.status).toBe(303)
    expect(saved.headers.get('cache-control')).toBe('no-store')
    expect([...saved.jar.values()].join()).not.toContain('cylinders')
    expect((await ada('/read')).json()).toEqual({ cart: 'two cylinders' })
    expect((await bob('/read')).json()).toEqual({ cart: null })
  })

  test('cost nothing unless they are read', async () => {
    const { headers } = await visitor(await start())('/plain')
    expect(headers.getSetCookie()).toEqual([])
    expect(headers.get('cache-control')).toBeNull()
  })

  test('show a message once', async () => {
    const ask = visitor(await start())
    await post(ask, '/cart', { cart: 'x' })
    expect((await ask('/flash')).json()).toEqual({ notice: 'saved' })
    expect((await ask('/flash')).json()).toEqual({ notice: null })
  })

  test('log in under a new id, and out', async () => {
    const ask = visitor(await start())
    const before = new Map((await ask('/token')).jar)
    const login = await post(ask, '/login', {})
    expect(login.json()).toEqual({ user: '7' })
    expect(login.jar).not.toEqual(before)
    expect((await post(ask, '/logout', {})).status).toBe(204)
    expect((await post(ask, '/cart', { cart: 'again' })).status).toBe(303)
  })

  test('are written before a streamed answer begins, with a store that takes its time too', async () => {
    const store = delayedStore()
    for (const options of [{}, { store }]) {
      const ask = visitor(await start(options))
      const streamed = await ask('/stream')
      expect(streamed.text).toHaveLength(200_001)
      expect((await ask('/read')).json()).toEqual({ cart: 'streamed' })
    }
  })

  test('that cannot be saved are an error, not a lost change', async () => {
    const store: SessionStore = Object.assign(createMemorySessionStore(), {
      create: () => Promise.reject(new Error('the disk is full')),
    })
    const response = await visitor(await start({ store }))('/token')
    expect({ status: response.status, ...response.json() }).toMatchObject({ status: 500, message: 'the disk is full' })
    expect(response.headers.getSetCookie()).toEqual([])
  })

  test('refuse what comes too late, and answers that caches would share', async () => {
    const ask = visitor(await start())
    await expect(ask('/late')).rejects.toThrow()
    const cached = await ask('/cached')
    expect({ status: cached.status, code: cached.json().code }).toEqual({ status: 500, code: 'session_public_cache' })
  })
})

describe('what an Express handler writes', () => {
  async function start(handler: express.RequestHandler, store?: SessionStore) {
    const app = express()
    app.use(expressSession({ secrets, secure: false, store, log: false }))
    app.get('/', handler)
    return visitor(await listenExpress(app))
  }

  test('while its session is being stored waits, and goes on after that', async () => {
    const store = delayedStore()
    const written: boolean[] = []
    const ask = await start((request, response) => {
      request.session.set('cart', 'x')
      written.push(response.write('a'))
      response.once('drain', () => response.end('b'))
    }, store)
    expect((await ask('/')).text).toBe('ab')
    expect(written).toEqual([false])
  })

  test('is not sent if its session cannot be kept', async () => {
    const written: unknown[] = []
    const ask = await start((request, response) => {
      request.session.set('big', 'x'.repeat(5000))
      written.push(response.write('a'), response.flushHeaders())
    })
    const refused = await ask('/')
    expect([refused.status, refused.json().code]).toEqual([500, 'session_too_large'])
    expect(refused.headers.getSetCookie()).toEqual([])
    expect(written[0]).toBe(false)
  })
})

describe.each<[string, Start]>([
  ['Express', startExpress],
  ['Fastify', startFastify],
])('CSRF protection in %s', (_, start) => {
  test('lets a form with its token pass, by field and by header', async () => {
    const ask = visitor(await start())
    const [, token = ''] = /value="([^"]+)"/.exec((await ask('/form')).text) ?? []
    const body = new URLSearchParams({ cart: 'a', csrf_token: token })
    expect((await ask('/cart', { method: 'POST', body })).status).toBe(303)
    const json = { method: 'POST', body: '{"cart":"b"}', headers: { 'content-type': 'application/json' } }
    expect((await ask('/cart', { ...json, headers: { ...json.headers, 'x-csrf-token': token } })).status).toBe(303)
    expect((await ask('/read')).json()).toEqual({ cart: 'b' })
  })

  test('rejects a form without a token, with another session’s, and from another site', async () => {
    const site = await start()
    const [ada, eve] = [visitor(site), visitor(site)]
    await ada('/token')
    const { text: stolen } = await eve('/token')
    const send = (fields: Record<string, string>, headers = {}) =>
      ada('/cart', { method: 'POST', body: new URLSearchParams({ cart: 'x', ...fields }), headers })
    const codes = []
    for (const response of [
      await send({}),
      await send({ csrf_token: stolen }),
      await send({}, { origin: 'https://evil.example' }),
      await send({}, { 'sec-fetch-site': 'cross-site' }),
    ]) {
      codes.push(`${response.status} ${response.json().code}`)
    }
    expect(codes).toEqual([
      '403 csrf_token_missing',
      '403 csrf_token_invalid',
      '403 csrf_cross_site',
      '403 csrf_cross_site',
    ])
    expect((await ada('/read')).json()).toEqual({ cart: null })
  })
})

describe('options that cannot work are errors that say so', () => {
  const foreign = [
    ['session()', session({ secrets }), 'expressSession() of @arlen/session/express'],
    ['csrf()', csrf(), 'fastifyCsrf of @arlen/session/fastify'],
  ] as const

  test.each(foreign)('%s given to Express and Fastify', async (name, middleware, remedy) => {
    const app = express()
    app.use(middleware as never)
    const onExpress = await visitor(await listenExpress(app))('/')
    const hooked = fastify()
    hooked.addHook('onRequest', middleware as never)
    hooked.get('/', () => 'never')
    const onFastify = await visitor(await listenFastify(hooked))('/')
    for (const response of [onExpress, onFastify]) {
      expect({ status: response.status, ...response.json() }).toMatchObject({ status: 500, code: 'middleware_foreign' })
      expect(response.json().message).toContain(name)
      expect(response.json().message).toContain(remedy)
    }
  })

  test('a guard of createAuthentication()', async () => {
    const auth = createAuthentication({ findUser: () => undefined })
    const app = express()
    app.use(auth.requireUser as never)
    const response = await visitor(await listenExpress(app))('/')
    expect({ status: response.status, code: response.json().code }).toEqual({ status: 500, code: 'guard_foreign' })
  })

  test('options that are misspelled or invalid, when they are given', async () => {
    expect(() => expressSession({ secret: secrets } as never)).toThrow(/expressSession\(\) has no option secret/)
    expect(() => expressSession({ secrets: ['short'] })).toThrow(ArlenError)
    expect(() => expressCsrf({ trusted: [] } as never)).toThrow(/expressCsrf\(\) has no option trusted/)
    const app = fastify()
    closing.push(() => app.close())
    app.register(fastifySession, { secret: secrets } as never)
    await expect(app.ready()).rejects.toThrow(/fastifySession has no option secret/)
  })

  test('CSRF protection without a session: in Fastify at once, in Express at the first request that needs it', async () => {
    const app = fastify()
    closing.push(() => app.close())
    app.register(fastifyCsrf)
    await expect(app.ready()).rejects.toMatchObject({
      code: 'session_missing',
      message: expect.stringContaining('c.session was read, but no app.register(fastifySession) runs'),
    })
    const other = express()
    other.use(expressCsrf())
    const response = await visitor(await listenExpress(other))('/', { method: 'POST' })
    expect(response.json().code).toBe('session_missing')
    expect(response.json().message).toContain('expressSession()')
  })

  test('a form that nothing has read before CSRF protection', async () => {
    const app = express()
    app.use(expressSession({ secrets, secure: false, log: false }), expressCsrf())
    const response = await visitor(await listenExpress(app))('/', {
      method: 'POST',
      body: new URLSearchParams({ a: 'b' }),
    })
    expect({ status: response.status, code: response.json().code }).toEqual({ status: 500, code: 'csrf_form_unread' })
    expect(response.json().message).toBe(
      'The form was not read before expressCsrf(), so its CSRF token is not known. Register express.urlencoded({ extended: false }), or the parser of multipart forms, above it.',
    )
    const other = fastify()
    other.addContentTypeParser('application/x-www-form-urlencoded', (_request, payload, done) => {
      payload.resume()
      done(null, undefined)
    })
    other.register(fastifySession, { secrets, secure: false })
    other.register(fastifyCsrf)
    other.post('/', () => 'never')
    const refused = await visitor(await listenFastify(other))('/', {
      method: 'POST',
      body: new URLSearchParams({ a: 'b' }),
    })
    expect(refused.json()).toEqual({
      code: 'csrf_form_unread',
      message:
        "The form was not read before fastifyCsrf, so its CSRF token is not known. Register @fastify/formbody, or @fastify/multipart with attachFieldsToBody: 'keyValues'.",
    })
  })

  test.each(['session', 'flash', 'csrfToken', 'csrfField'] as const)(
    'request.%s of Fastify in a hook before the session',
    async name => {
      const app = fastify()
      app.addHook('onRequest', async request => {
        const member = request[name] as unknown
        if (typeof member === 'function') member.call(request, 'key')
      })
      app.register(fastifySession, { secrets, secure: false })
      app.get('/', () => 'never')
      const response = await visitor(await listenFastify(app))('/')
      expect(response.json()).toEqual({
        code: 'session_missing',
        message:
          'c.session was read, but no fastifySession runs before this handler. Add it to the application or to the route.',
      })
    },
  )

  test('a second library for sessions', async () => {
    const app = express()
    app.use((request, _response, next) => {
      Object.assign(request, { session: {} })
      next()
    })
    app.use(expressSession({ secrets, log: false }))
    expect((await visitor(await listenExpress(app))('/')).json()).toEqual({
      code: 'session_foreign',
      message:
        'request.session already exists, from another session library. Use only one of them: remove it, or expressSession().',
    })
    const other = fastify()
    closing.push(() => other.close())
    other.decorateRequest('session')
    other.register(fastifySession, { secrets })
    await expect(other.ready()).rejects.toMatchObject({
      code: 'session_foreign',
      message: expect.stringContaining('remove it, or fastifySession.'),
    })
  })
})
