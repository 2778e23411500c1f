import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createLogger } from '@arlen/core/logger'
import { compress } from '@arlen/http'
import {
  type Authentication,
  apiKeys,
  bearer,
  createAuthentication,
  createMemoryApiKeyStore,
  createMemoryEndedSessions,
  createMemoryTokenStore,
  createOneTimeTokens,
} from '@arlen/session'
import { jwt } from '@arlen/session/jwt'
import { type App, type Context, createApp, IntegerParam } from 'arlen'
import * as v from 'valibot'

const Order = v.object({
  name: v.pipe(v.string(), v.trim(), v.maxLength(100)),
  email: v.optional(v.pipe(v.string(), v.email())),
  lines: v.optional(v.pipe(v.array(v.object({ id: IntegerParam, note: v.optional(v.string()) })), v.maxLength(100))),
})

/** An application that parses everything a client can send, with every built-in feature turned on. */
export function everythingApp(root: string): App {
  mkdirSync(join(root, 'public'), { recursive: true })
  writeFileSync(join(root, 'public/file.txt'), 'a file')
  const app = createApp({
    root,
    environment: 'test',
    log: createLogger({ level: 'debug', format: 'text', destination: { write: () => undefined } }),
    config: {
      http: {
        trustedProxies: ['unix'],
        forwardedHeader: ['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'x-forwarded-port'],
        maxRequestLineBytes: 64 * 1024,
        maxHeaderBytes: 64 * 1024,
        maxHeaderFields: 1000,
      },
      session: { secrets: ['linear-time '.repeat(4)], secure: false, trustedOrigins: ['https://pay.example'] },
      security: {
        hosts: [],
        csp: { reportTo: '/csp-reports' },
        cors: { origins: ['https://app.example'] },
        rateLimit: { limit: 1_000_000 },
      },
    },
  })
  addRoutes(app, authentication())
  return app
}

function authentication(): Authentication<{ id: number }> {
  const user = { id: 1 }
  return createAuthentication({
    findUser: () => user,
    ended: createMemoryEndedSessions(),
    remember: createOneTimeTokens({ purpose: 'remember-me', store: createMemoryTokenStore(), replace: false }),
    schemes: [
      apiKeys({ store: createMemoryApiKeyStore(), prefix: 'shop', findUser: () => user }),
      jwt({ algorithms: ['HS256'], issuer: 'i', audience: 'a', key: Buffer.alloc(32, 1), findUser: () => user }),
      bearer({ verify: () => undefined }),
    ],
  })
}

function addRoutes(app: App, auth: Authentication<{ id: number }>): void {
  const said = ({ req }: Context) => [req.ip, req.host, req.protocol, req.id, req.cookies, req.headers, req.trailers]
  app.get('/', c => c.respond({ html: () => c.html('<p>'), json: () => said(c).length, any: () => 'any' }))
  app.get(
    '/query',
    { query: v.object({ a: v.optional(v.string()), page: v.optional(IntegerParam) }) },
    c => c.valid.query,
  )
  app.get('/file', c => c.file(join(import.meta.filename)))
  app.get('/ws', c => c.upgrade('echo', socket => socket.end()))
  app.get('/redirect', c => c.redirect(String(c.req.query.to)))
  app.get('/compressed', { use: compress() }, () => 'text '.repeat(1000))
  app.get('/private', { under: auth.requireUser }, () => 'private')
  app.get('/users/:id', { constraints: { id: /[a-z]+\d*/ } }, c => c.params)
  app.get('/tree/:a/:b/:c', c => c.params)
  app.get('/tree/:a/*rest', c => c.params)
  app.get('/a-:b-:c.:d', c => c.params)
  app.post('/form', async c => Object.keys(await c.req.form()).length)
  app.post(
    '/open/form',
    { csrfExempt: 'the reader alone is measured' },
    async c => Object.keys(await c.req.form()).length,
  )
  app.post('/open/order', { csrfExempt: 'as above', body: Order }, c => c.valid.body.name)
  app.post('/open/json', { csrfExempt: 'as above' }, async c => typeof (await c.req.json()))
  app.post('/open/text', { csrfExempt: 'as above' }, async c => (await c.req.text()).length)
  app.post('/upload', c => c.redirect('/'))
  app.post('/open/upload', { csrfExempt: 'as above' }, async c => {
    let parts = 0
    for await (const part of c.req.multipart()) if (part.name !== '') parts++
    return parts
  })
}
