// Sessions against @fastify/secure-session (libsodium) and iron-session: sealing and opening 200 bytes, and a whole route
// that reads and writes the session, in CPU time of the server process; what security headers add to a JSON hello; and
// decisions of the rate limiter. The servers are processes of this same file.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { Server } from 'node:http'
import { createRequire } from 'node:module'
import { type AddressInfo, connect } from 'node:net'
import { Context, type Handler, serve } from '@arlen/http'
import { addressKey, createRateLimiter, securityHeaders } from '@arlen/security'
import { generateSecret, session, withSession } from '@arlen/session'
import { CookieCodec, KeyRing } from '@arlen/session/crypto'
import { serve as serveHono } from '@hono/node-server'
import fastify, { type FastifyPluginCallback } from 'fastify'
import { Hono } from 'hono'
import { getIronSession, sealData, unsealData } from 'iron-session'
import { compare } from './harness.ts'

// Required, not imported: by its types and those of @arlen/session/fastify, one request would have two kinds of session.
const secureSession: FastifyPluginCallback<{ key: Buffer; cookie?: object }> = createRequire(import.meta.url)(
  '@fastify/secure-session',
)

interface SecureSessions {
  createSecureSession(data: object): object
  encodeSecureSession(session: object): string
  decodeSecureSession(text: string): object
}

const smoke = process.env.BENCH_SMOKE === '1'
const [ROUNDS, REQUESTS, CONNECTIONS] = smoke ? [1, 50, 2] : [5, 20_000, 50]
const [BRACE, DIGIT_TWO] = [0x7d, 0x32]
const PASSWORD = 'a password of at least 32 characters'

/** 190 bytes as JSON. */
const CONTENTS = {
  userId: 12345,
  name: 'Ada Lovelace',
  cart: [
    { sku: 'propane-20', n: 2 },
    { sku: 'grill-300', n: 1 },
  ],
  locale: 'en-GB',
  roles: ['customer', 'beta'],
  theme: 'dark',
  note: 'x'.repeat(20),
}

/** Each answers `/start` with a session of those contents, `/read` with a name in it and `/count` with its count, one higher. */
const servers: Record<string, () => Promise<number>> = {
  async 'fastify, secure-session'() {
    const app = fastify()
    await app.register(secureSession, { key: Buffer.alloc(32, 7), cookie: { path: '/', httpOnly: true } })
    app.get('/start', request => {
      for (const [key, value] of Object.entries(CONTENTS)) request.session.set(key as never, value as never)
      return {}
    })
    app.get('/count', request => {
      const count = ((request.session.get('count' as never) as number | undefined) ?? 0) + 1
      request.session.set('count' as never, count as never)
      return { count }
    })
    app.get('/read', request => ({ user: request.session.get('name' as never) }))
    await app.listen({ port: 0, host: '127.0.0.1' })
    return (app.server.address() as AddressInfo).port
  },

  async 'hono, iron-session'() {
    const app = new Hono()
    const options = { password: PASSWORD, cookieName: 'session', cookieOptions: { secure: false } }
    app.get('/start', async c => {
      const session = await getIronSession<Record<string, unknown>>(c.req.raw, c.res, options)
      Object.assign(session, CONTENTS)
      await session.save()
      return c.json({})
    })
    app.get('/count', async c => {
      const session = await getIronSession<{ count?: number }>(c.req.raw, c.res, options)
      session.count = (session.count ?? 0) + 1
      await session.save()
      return c.json({ count: session.count })
    })
    app.get('/read', async c => {
      const { name } = await getIronSession<{ name?: string }>(c.req.raw, c.res, options)
      return c.json({ user: name })
    })
    const server = serveHono({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server
    if (!server.listening) await once(server, 'listening')
    return (server.address() as AddressInfo).port
  },

  '@arlen/session': () =>
    listen(
      session({ secrets: [generateSecret()], secure: false, strict: false })(c => {
        if (c.req.path === '/start') {
          for (const [key, value] of Object.entries(CONTENTS)) c.session.set(key, value)
          return {}
        }
        if (c.req.path === '/read') return { user: c.session.get('name') }
        const count = (c.session.get<number>('count') ?? 0) + 1
        c.session.set('count', count)
        return { count }
      }),
    ),

  'hello, bare': () => listen(() => ({ hello: 'world' })),
  'hello, security headers': () => listen(securityHeaders()(() => ({ hello: 'world' }))),
}

async function listen(handler: Handler): Promise<number> {
  const server = await serve(handler, { port: 0, context: withSession(Context) })
  return server.address?.port ?? 0
}

const serverName = process.argv[2] === '--server' ? process.argv[3] : undefined
if (serverName === undefined) await main()
else await beServer(serverName)

async function beServer(name: string): Promise<void> {
  process.on('message', () => process.send?.(process.cpuUsage()))
  process.on('disconnect', () => process.exit())
  process.send?.({ port: await servers[name]!() })
}

async function main(): Promise<void> {
  await compareSealing()
  const withSessions = ['fastify, secure-session', 'hono, iron-session', '@arlen/session']
  await compareServers('a route that reads a session of 200 bytes', withSessions, '/read')
  await compareServers('a route that reads and writes one', withSessions)
  await compareServers('a JSON hello', ['hello, bare', 'hello, security headers'])
  await countDecisions()
}

async function compareSealing(): Promise<void> {
  const app = fastify()
  await app.register(secureSession, { key: Buffer.alloc(32, 7) })
  await app.ready()
  const secure = app as unknown as SecureSessions
  const theirs = secure.createSecureSession(CONTENTS)
  const encoded = secure.encodeSecureSession(theirs)
  const iron = await sealData(CONTENTS, { password: PASSWORD })
  const codec = new CookieCodec(new KeyRing([generateSecret()]), 'session')
  const sealed = codec.seal(JSON.stringify(CONTENTS))
  // More than are remembered, so that each is decrypted.
  const many = Array.from({ length: 2000 }, () => codec.seal(JSON.stringify(CONTENTS)))
  let turn = 0
  await compare('sealing 200 bytes', {
    'iron-session': () => sealData(CONTENTS, { password: PASSWORD }),
    '@fastify/secure-session': () => secure.encodeSecureSession(theirs),
    '@arlen/session': () => codec.seal(JSON.stringify(CONTENTS)),
  })
  await compare('opening 200 bytes', {
    'iron-session': () => unsealData(iron, { password: PASSWORD }),
    '@fastify/secure-session': () => secure.decodeSecureSession(encoded),
    '@arlen/session, first time': () => JSON.parse(codec.open(many[turn++ % 2000]!)!),
    '@arlen/session, seen before': () => JSON.parse(codec.open(sealed)!),
  })
  await app.close()
}

async function countDecisions(): Promise<void> {
  const addresses = Array.from({ length: 10_000 }, (_, i) => `10.${i >> 8}.${i & 255}.17`)
  const six = Array.from({ length: 10_000 }, (_, i) => `2001:db8:${i.toString(16)}::1`)
  const limit = { limit: 1_000_000, windowMs: 60_000 }
  const limiters = {
    sliding: createRateLimiter(limit),
    bucket: createRateLimiter({ ...limit, algorithm: 'token-bucket' }),
  }
  let i = 0
  const thousand = (decide: (at: number) => unknown) => () => {
    for (let n = 0; n < 1000; n++) decide(i++ % 10_000)
  }
  await compare('1,000 decisions about 10,000 addresses', {
    'sliding window': thousand(at => limiters.sliding.consume(addressKey(addresses[at]!))),
    'token bucket': thousand(at => limiters.bucket.consume(addressKey(addresses[at]!))),
    'sliding window, IPv6': thousand(at => limiters.sliding.consume(addressKey(six[at]!))),
  })
}

/** CPU microseconds per request, the median over rounds in which the servers take turns. */
async function compareServers(title: string, names: readonly string[], path = '/count'): Promise<void> {
  const running = await Promise.all(names.map(name => startServer(name, path)))
  const figures = new Map(names.map(name => [name, [] as Cost[]]))
  try {
    for (const server of running) await server.measure(Math.min(REQUESTS, 10_000))
    for (let round = 0; round < ROUNDS; round++) {
      for (const server of running) figures.get(server.name)!.push(await server.measure(REQUESTS))
    }
  } finally {
    for (const { child } of running) child.kill('SIGKILL')
  }
  if (smoke) return console.log(`${title}: ${names.join(', ')} run`)
  const median = (name: string, of: keyof Cost) =>
    figures
      .get(name)!
      .map(cost => cost[of])
      .sort((a, b) => a - b)[ROUNDS >> 1]!
  const [reference] = names as [string]
  const ratio = (name: string, of: keyof Cost) => Number((median(reference, of) / median(name, of)).toFixed(2))
  console.log(title)
  console.table(
    names.map(name => ({
      case: name,
      'CPU µs/request': Number(median(name, 'total').toFixed(2)),
      'times the first': ratio(name, 'total'),
      'of it user': Number(median(name, 'user').toFixed(2)),
      'times the first (user)': ratio(name, 'user'),
    })),
  )
}

/** CPU time of a request in microseconds: in the process itself, and with the kernel's share. */
interface Cost {
  user: number
  total: number
}

async function startServer(name: string, path: string) {
  const child = fork(import.meta.filename, ['--server', name], { env: { ...process.env, NODE_ENV: 'production' } })
  const [{ port }] = (await once(child, 'message')) as [{ port: number }]
  const cookie = await startSession(port)
  const request = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: */*\r\n${cookie}\r\n`
  return {
    name,
    child,
    async measure(requests: number): Promise<Cost> {
      const before = await usage(child)
      await load(port, request, requests)
      const after = await usage(child)
      const user = (after.user - before.user) / requests
      return { user, total: user + (after.system - before.system) / requests }
    },
  }
}

async function usage(child: ChildProcess): Promise<NodeJS.CpuUsage> {
  child.send('usage')
  return ((await once(child, 'message')) as [NodeJS.CpuUsage])[0]
}

/** The `Cookie` field of a session that was begun, or nothing where there are none. */
async function startSession(port: number): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}/start`)
  const cookies = answer.headers.getSetCookie().map(cookie => cookie.split(';')[0])
  return cookies.length === 0 ? '' : `Cookie: ${cookies.join('; ')}\r\n`
}

/** Keep-alive connections, one request at a time on each. Answers are JSON objects: a brace ends them. */
async function load(port: number, request: string, requests: number): Promise<void> {
  let toSend = requests
  await Promise.all(
    Array.from({ length: CONNECTIONS }, () => {
      const buffer = Buffer.allocUnsafe(64 * 1024)
      return new Promise<void>((resolve, reject) => {
        const callback = (bytes: number) => {
          if (buffer[bytes - 1] !== BRACE) return true
          if (buffer[9] !== DIGIT_TWO) reject(new Error(buffer.toString('latin1', 0, bytes)))
          next()
          return true
        }
        const socket = connect({ port, host: '127.0.0.1', noDelay: true, onread: { buffer, callback } }, () => next())
        socket.on('error', reject)
        const next = () => {
          if (toSend-- > 0) socket.write(request)
          else {
            socket.destroy()
            resolve()
          }
        }
      })
    }),
  )
}
