import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { LIMITS, type LimitName, type Limits } from '@arlen/http'
import { describe, expect, test } from 'vitest'
import { type App, createApp } from '../src/index.ts'
import { serveApp } from './serve-app.ts'

let cut = Promise.withResolvers<void>()
let arrival = Promise.withResolvers<void>()

function build(app: App): void {
  app.get('/', c => c.req.query)
  app.post('/unread', () => 'ok')
  app.post('/text', c => c.req.text())
  app.post('/json', c => c.req.json())
  app.get('/never', () => {
    arrival.resolve()
    return new Promise<never>(() => undefined)
  })
  app.get('/big', c => {
    c.signal.addEventListener('abort', () => cut.resolve())
    return Buffer.alloc(64 * 1024 * 1024)
  })
}

/** A connection with all that came over it. */
class Client {
  readonly socket: Socket
  text = ''

  constructor(url: string) {
    this.socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', allowHalfOpen: true })
    this.socket.on('error', () => undefined)
    this.socket.setEncoding('latin1').on('data', piece => {
      this.text += piece
    })
  }

  /** Sends a request, or a part of one, and waits for the first response. */
  async send(text: string): Promise<this> {
    this.socket.write(text.replaceAll('\n', '\r\n'))
    while (!/\r\n\r\n/.test(this.text)) await once(this.socket, 'data')
    return this
  }

  get status(): number {
    return Number(/^HTTP\/1\.1 (\d+)/.exec(this.text)?.[1])
  }
}

const get = (path: string, fields = '') => `GET ${path} HTTP/1.1\nHost: localhost\n${fields}\n`
const post = (path: string, length: number, body: string, type = 'text/plain') =>
  `POST ${path} HTTP/1.1\nHost: localhost\nContent-Type: ${type}\nContent-Length: ${length}\n\n${body}`
const chunked = (body: string) => `POST /text HTTP/1.1\nHost: localhost\nTransfer-Encoding: chunked\n\n${body}`

/** For each limit: its setting, what exceeds it, and the status that follows. */
const ANSWERED: Partial<Record<LimitName, [limits: Partial<Limits>, request: string, status: number]>> = {
  maxRequestLineBytes: [{ maxRequestLineBytes: 30 }, get('/?a=12345678901234567890'), 414],
  maxHeaderBytes: [{ maxHeaderBytes: 30 }, get('/', 'X-Long: 12345678901234567890\n'), 431],
  maxHeaderFields: [{ maxHeaderFields: 1 }, get('/', 'X-Second: 1\n'), 431],
  maxBodyBytes: [{ maxBodyBytes: 3 }, post('/text', 4, 'four'), 413],
  maxPairs: [{ maxPairs: 1 }, get('/?a=1&b=2'), 400],
  maxJsonValues: [{ maxJsonValues: 2 }, post('/json', 5, '[1,2]', 'application/json'), 413],
  maxJsonDepth: [{ maxJsonDepth: 1 }, post('/json', 4, '[[]]', 'application/json'), 413],
  maxChunkExtensionBytes: [{ maxChunkExtensionBytes: 3 }, chunked('1;abcd\na\n0\n\n'), 400],
  maxTrailerBytes: [{ maxTrailerBytes: 3 }, chunked('0\nX-T: 1\n\n'), 431],
  headerTimeoutMs: [{ headerTimeoutMs: 50 }, 'GET / HT', 408],
  bodyTimeoutMs: [{ bodyTimeoutMs: 50 }, post('/text', 5, 'a'), 408],
  handlerTimeoutMs: [{ handlerTimeoutMs: 50 }, get('/never'), 503],
}

/** For each limit that shows in another way: its setting, and how it shows. */
const OTHERWISE: Partial<Record<LimitName, [Partial<Limits>, (url: string, app: App) => Promise<unknown>]>> = {
  maxDiscardedBytes: [{ maxDiscardedBytes: 1 }, url => closesAfter(url, post('/unread', 1000, ''))],
  maxRequestsPerConnection: [{ maxRequestsPerConnection: 1 }, url => closesAfter(url, get('/'))],
  maxConnections: [{ maxConnections: 1, maxWaitingConnections: 1 }, thirdIsRefused],
  maxWaitingConnections: [{ maxConnections: 1, maxWaitingConnections: 1 }, thirdIsRefused],
  maxRequestsInFlight: [
    { maxRequestsInFlight: 1 },
    async url => {
      arrival = Promise.withResolvers()
      new Client(url).socket.write(get('/never').replaceAll('\n', '\r\n'))
      await arrival.promise
      expect((await new Client(url).send(get('/'))).status).toBe(503)
    },
  ],
  minBodyBytesPerSecond: [
    { bodyTimeoutMs: 100, minBodyBytesPerSecond: 1_000_000 },
    async url => {
      const client = new Client(url)
      const answered = client.send(post('/text', 100_000, ''))
      const drip = setInterval(() => client.socket.write('a'), 10)
      expect((await answered).status).toBe(408)
      clearInterval(drip)
    },
  ],
  writeTimeoutMs: [
    { writeTimeoutMs: 50 },
    async url => {
      cut = Promise.withResolvers()
      const client = new Client(url)
      client.socket.write(get('/big').replaceAll('\n', '\r\n'))
      client.socket.pause()
      await expect(cut.promise).resolves.toBeUndefined()
    },
  ],
  keepAliveTimeoutMs: [
    { keepAliveTimeoutMs: 50 },
    async url => {
      const client = await new Client(url).send(get('/'))
      expect(client.status).toBe(200)
      await once(client.socket, 'end')
    },
  ],
  lingerTimeoutMs: [
    { lingerTimeoutMs: 0 },
    (url, app) =>
      sooner(LIMITS.lingerTimeoutMs.default, async () => {
        await new Client(url).send(get('/', 'Connection: close\n'))
        await app.close({ graceMs: 60_000 })
      }),
  ],
  drainTimeoutMs: [
    { drainTimeoutMs: 0, lingerTimeoutMs: 0 },
    (url, app) =>
      sooner(LIMITS.drainTimeoutMs.default, async () => {
        const client = await new Client(url).send(get('/'))
        const ended = once(client.socket, 'end')
        await app.close({ graceMs: 60_000 })
        await ended
      }),
  ],
}

async function closesAfter(url: string, request: string): Promise<void> {
  const client = await new Client(url).send(request)
  expect(client.text).toMatch(/^connection: close\r$/im)
}

/** The second waits, accepted but unread. */
async function thirdIsRefused(url: string): Promise<void> {
  await new Client(url).send(get('/'))
  const second = new Client(url)
  await once(second.socket, 'connect')
  expect((await new Client(url).send(get('/'))).status).toBe(503)
  expect(second.text).toBe('')
}

/** It takes less time than it would with the default. */
async function sooner(ms: number, run: () => Promise<void>): Promise<void> {
  const started = performance.now()
  await run()
  expect(performance.now() - started).toBeLessThan(ms)
}

async function serving(http: Partial<Limits>, use: (url: string, app: App) => Promise<unknown>): Promise<void> {
  const { app, url, close } = await serveApp(build, { config: { apiOnly: true, http } })
  try {
    await use(url, app)
  } finally {
    await close()
  }
}

describe('a setting of the application is a limit of its server:', () => {
  test.each(Object.entries(ANSWERED))('%s', (_, [limits, request, status]) =>
    serving(limits, async url => expect((await new Client(url).send(request)).status).toBe(status)),
  )

  test.each(Object.entries(OTHERWISE))('%s', (_, [limits, use]) => serving(limits, use))

  test('there is none without such a test', () => {
    expect([...Object.keys(ANSWERED), ...Object.keys(OTHERWISE)].sort()).toEqual(Object.keys(LIMITS).sort())
  })
})

test('the same requests pass without these settings', () =>
  serving({}, async url => {
    for (const [name, [, request, status]] of Object.entries(ANSWERED)) {
      if (LIMITS[name as LimitName].unit === 'ms') continue
      const answer = await new Client(url).send(request)
      expect([name, answer.status], answer.text).not.toEqual([name, status])
      expect(answer.status, name).toBe(200)
    }
  }))

describe('an application refuses', () => {
  const root = import.meta.dirname
  const make = (http: object) => () => createApp({ root, environment: 'test', log: false, config: { http } })

  test.each(Object.entries(LIMITS))('a value of http.%s below its minimum', (name, { min }) => {
    expect(make({ [name]: min - 1 })).toThrow(expect.objectContaining({ code: 'config_invalid' }))
  })

  test('the former short names', () => {
    expect(make({ body: 1000 })).toThrow(expect.objectContaining({ code: 'config_invalid' }))
  })
})
