import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import express, { type ErrorRequestHandler, type Express } from 'express'
import fastify, { type FastifyInstance } from 'fastify'
import { afterEach, describe, expect, test } from 'vitest'
import { expressRateLimit, expressSecurityHeaders } from '../src/adapters/express.ts'
import { fastifyRateLimit, fastifySecurityHeaders } from '../src/adapters/fastify.ts'
import { cors, hostCheck, type RateStore, rateLimit, securityHeaders } from '../src/index.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function listenExpress(app: Express): Promise<string> {
  const report: ErrorRequestHandler = (error, _request, response, _next) => {
    response
      .status(error.status ?? 500)
      .set(error.headers ?? {})
      .json({ code: error.code, message: error.message })
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

async function listenFastify(app: FastifyInstance): Promise<string> {
  closing.push(() => app.close())
  return app.listen({ port: 0, host: '127.0.0.1' })
}

interface Limit {
  byUser?: boolean
  store?: RateStore
  onStoreError?: 'closed'
}

const servers = {
  async Express({ byUser = false, ...options }: Limit = {}): Promise<string> {
    const app = express()
    app.set('trust proxy', 'loopback')
    app.use(expressSecurityHeaders({ frameOptions: 'DENY' }))
    app.get('/nonce', (_request, response) => void response.send(response.cspNonce))
    app.get('/own', (_request, response) => void response.set('X-Frame-Options', 'SAMEORIGIN').send('x'))
    const key = byUser ? { key: (request: express.Request) => request.get('x-user') } : {}
    const skip = (request: express.Request) => request.path === '/free'
    app.use(expressRateLimit({ limit: 2, windowMs: 60_000, skip, ...key, ...options, log: false }))
    app.get(['/', '/free'], (_request, response) => void response.send('x'))
    return listenExpress(app)
  },
  async Fastify({ byUser = false, ...options }: Limit = {}): Promise<string> {
    const app = fastify({ trustProxy: 'loopback' })
    app.register(fastifySecurityHeaders, { frameOptions: 'DENY' })
    app.get('/nonce', (_request, reply) => reply.send(reply.cspNonce))
    app.get('/own', (_request, reply) => reply.header('X-Frame-Options', 'SAMEORIGIN').send('x'))
    app.register(async limited => {
      limited.register(fastifyRateLimit, {
        limit: 2,
        windowMs: 60_000,
        skip: request => request.url === '/free',
        ...(byUser && { key: request => request.headers['x-user'] as string }),
        ...options,
      })
      limited.get('/', () => 'x')
      limited.get('/free', () => 'x')
    })
    app.setErrorHandler((error: Error & { code: string; status?: number; headers?: object }, _request, reply) =>
      reply
        .code(error.status ?? 500)
        .headers(error.headers ?? {})
        .send({ code: error.code, message: error.message }),
    )
    return listenFastify(app)
  },
}

describe.each(Object.entries(servers))('security headers in %s', (_, start) => {
  test('are on every answer, over https with HSTS, and give way to what a handler sets', async () => {
    const site = await start()
    for (const path of ['/', '/gone']) {
      const { headers } = await fetch(site + path)
      // Express's own page for 404 has a stricter policy.
      expect(headers.get('content-security-policy')).toMatch(/default-src '(self|none)'/)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('x-frame-options')).toBe('DENY')
      expect(headers.get('strict-transport-security')).toBeNull()
      expect(headers.get('x-powered-by')).toBeNull()
    }
    const secure = await fetch(site, { headers: { 'x-forwarded-proto': 'https' } })
    expect(secure.headers.get('strict-transport-security')).toContain('max-age=31536000')
    expect((await fetch(`${site}/own`)).headers.get('x-frame-options')).toBe('SAMEORIGIN')
  })

  test('have a nonce of their own in each answer that asks for one', async () => {
    const site = await start()
    const nonces = []
    for (let i = 0; i < 2; i += 1) {
      const response = await fetch(`${site}/nonce`)
      const nonce = await response.text()
      expect(response.headers.get('content-security-policy')).toContain(`'nonce-${nonce}'`)
      nonces.push(nonce)
    }
    expect(nonces[0]).toMatch(/^[\w+/]{22}==$/)
    expect(nonces[0]).not.toBe(nonces[1])
    expect((await fetch(site)).headers.get('content-security-policy')).not.toContain('nonce-')
  })
})

describe.each(Object.entries(servers))('rate limits in %s', (_, start) => {
  const ask = async (site: string, headers: Record<string, string> = {}, path = '/') => {
    const response = await fetch(site + path, { headers })
    return { status: response.status, headers: response.headers, text: await response.text() }
  }

  test('let so many through and tell the rest when to come again', async () => {
    const site = await start()
    const first = await ask(site)
    expect(first.headers.get('ratelimit')).toMatch(/^"default";r=1;t=\d+$/)
    expect(first.headers.get('ratelimit-policy')).toBe('"default";q=2;w=60')
    expect((await ask(site)).status).toBe(200)
    const over = await ask(site)
    expect({ status: over.status, code: JSON.parse(over.text).code }).toEqual({ status: 429, code: 'rate_limited' })
    expect(Number(over.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await ask(site, {}, '/free')).status).toBe(200)
  })

  test('count by the address from a trusted proxy, or by the result of a function', async () => {
    const site = await start()
    const from = (ip: string) => ask(site, { 'x-forwarded-for': ip }).then(({ status }) => status)
    expect([await from('203.0.113.1'), await from('203.0.113.1'), await from('203.0.113.1')]).toEqual([200, 200, 429])
    expect(await from('203.0.113.2')).toBe(200)
    const users = await start({ byUser: true })
    const as = (user: string) => ask(users, { 'x-user': user }).then(({ status }) => status)
    expect([await as('ada'), await as('ada'), await as('ada'), await as('bob')]).toEqual([200, 200, 429, 200])
  })

  test('count in a shared store, and refuse when it fails, if told to', async () => {
    const broken: RateStore = { consume: () => Promise.reject(new Error('gone')), reset: () => Promise.resolve() }
    const site = await start({ store: broken, onStoreError: 'closed' })
    const response = await ask(site)
    expect({ status: response.status, code: JSON.parse(response.text).code }).toEqual({
      status: 503,
      code: 'rate_limit_unavailable',
    })
  })
})

describe('options that cannot work are errors that say so', () => {
  test.each([
    ['rateLimit()', rateLimit({ limit: 1, windowMs: 1000 }), 'expressRateLimit()'],
    ['securityHeaders()', securityHeaders(), 'fastifySecurityHeaders'],
    ['cors()', cors({ origins: '*' }), 'servers of @arlen/http'],
    ['hostCheck()', hostCheck({ hosts: ['example.com'] }), 'servers of @arlen/http'],
  ])('%s given to Express or Fastify', async (name, middleware, remedy) => {
    const app = express()
    app.use(middleware as never)
    const onExpress = await fetch(await listenExpress(app))
    const other = fastify()
    other.addHook('onRequest', middleware as never)
    other.get('/', () => 'never')
    const onFastify = await fetch(await listenFastify(other))
    for (const response of [onExpress, onFastify]) {
      const { code, message } = (await response.json()) as { code: string; message: string }
      expect({ status: response.status, code }).toEqual({ status: 500, code: 'middleware_foreign' })
      expect(message).toContain(`${name} wraps the next handler`)
      expect(message).toContain(remedy)
    }
  })

  test('limits and options that are wrong, when they are registered', async () => {
    expect(() => expressRateLimit({ limit: 0, windowMs: 1000 })).toThrow(/limit must be a whole number/)
    expect(() => expressRateLimit({ limit: 1, windowMs: 1000, keys: 'address' } as never)).toThrow(/no option keys/)
    expect(() => expressSecurityHeaders({ frame: 'DENY' } as never)).toThrow(/no option frame/)
    for (const register of [
      (app: FastifyInstance) => app.register(fastifyRateLimit, { limit: 0, windowMs: 1000 }),
      (app: FastifyInstance) => app.register(fastifySecurityHeaders, { frame: 'DENY' } as never),
    ]) {
      const app = fastify()
      closing.push(() => app.close())
      register(app)
      await expect(app.ready()).rejects.toThrow(/whole number|no option frame/)
    }
  })
})
