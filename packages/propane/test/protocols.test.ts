import { copyFileSync, readFileSync } from 'node:fs'
import http2 from 'node:http2'
import https from 'node:https'
import net from 'node:net'
import path from 'node:path'
import tls from 'node:tls'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { PropaneHandle } from '../src/index.ts'
import { fixture, get, launch, PATIENT, start, temporaryFolder } from './helpers.ts'

const SECURE = fixture('secure-app.mjs')

function kind(KIND: string, more: NodeJS.ProcessEnv = {}) {
  return { app: SECURE, workers: 1, env: { ...process.env, KIND, ...more } }
}

/** One request over HTTPS, on a connection of its own. */
function overHttps(handle: PropaneHandle, at = '/'): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = {
      port: handle.port,
      path: at,
      rejectUnauthorized: false,
      agent: false,
      headers: { 'user-agent': 'test' },
    }
    https
      .get(options, response => {
        let text = ''
        response.on('data', chunk => {
          text += String(chunk)
        })
        response.once('end', () => resolve(text))
      })
      .once('error', reject)
  })
}

function connectHttp2(handle: PropaneHandle, scheme: 'http' | 'https'): http2.ClientHttp2Session {
  const session = http2.connect(`${scheme}://127.0.0.1:${handle.port}`, { rejectUnauthorized: false })
  onTestFinished(() => session.destroy())
  session.on('error', () => undefined)
  return session
}

function overHttp2(session: http2.ClientHttp2Session, at = '/'): Promise<string> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ':path': at, 'user-agent': 'test' })
    let text = ''
    stream.on('data', chunk => {
      text += String(chunk)
    })
    stream.once('error', reject)
    stream.once('close', () => (text === '' ? reject(new Error('no answer')) : resolve(text)))
  })
}

describe('starts, probes, drains and stops', () => {
  test.each<[string, (handle: PropaneHandle, at: string) => Promise<string>, string]>([
    ['https', overHttps, 'https 1.1 test'],
    ['h2', (handle, at) => overHttp2(connectHttp2(handle, 'https'), at), 'h2 2.0 test'],
    ['h2 and http/1.1', overHttps, 'h2 and http/1.1 1.1 test'],
    ['h2c', (handle, at) => overHttp2(connectHttp2(handle, 'http'), at), 'h2c 2.0 test'],
    ['streams', (handle, at) => overHttp2(connectHttp2(handle, 'https'), at), 'streams test'],
  ])('%s', async (name, ask, expected) => {
    const handle = await start({ ...kind(name), probePath: '/ready', heartbeatIntervalMs: 50 })
    expect(await ask(handle, '/')).toBe(expected)
    const inFlight = ask(handle, '/?ms=600')
    await handle.once('heartbeat', ({ stats }) => stats.inFlight === 1)
    const drained = handle.once('drained')
    expect(await handle.stop()).toEqual({ code: 0 })
    expect(await inFlight).toBe(expected)
    expect(await drained).toMatchObject({ cut: 0 })
  })

  test('a server that speaks neither, which is not probed', async () => {
    const handle = await start({ ...kind('tcp'), drainTimeoutMs: 1000 })
    const socket = net.connect(handle.port, '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    socket.write('hello')
    const data = await new Promise(resolve => socket.once('data', resolve))
    expect(String(data)).toBe('hello')
    expect(await handle.stop()).toEqual({ code: 0 })
  })
})

test('a reload takes new certificates, and loses no request over HTTPS or HTTP/2', async () => {
  const folder = temporaryFolder()
  const use = (name: string) => {
    for (const end of ['key', 'crt']) copyFileSync(fixture(`tls/${name}.${end}`), path.join(folder, `one.${end}`))
  }
  use('one')
  const handle = await start({ ...PATIENT, ...kind('h2 and http/1.1', { CERTIFICATES: folder }), workers: 2 })
  expect(await certificate(handle)).toBe(fingerprint('one'))
  let stopping = false
  const lost: string[] = []
  let answered = 0
  const client = async (ask: () => Promise<string>) => {
    while (!stopping) {
      try {
        await ask()
        answered++
      } catch (error) {
        lost.push(String(error))
      }
    }
  }
  const sessions: http2.ClientHttp2Session[] = []
  const sessionOf = (index: number) => {
    if (sessions[index]?.closed !== false) sessions[index] = connectHttp2(handle, 'https')
    return sessions[index]!
  }
  const clients = [
    ...[0, 1, 2, 3].map(index => client(() => overHttp2(sessionOf(index), '/?ms=20'))),
    ...[4, 5, 6, 7].map(() => client(() => overHttps(handle, '/?ms=20'))),
  ]
  use('two')
  await handle.reload()
  const before = answered
  expect(await certificate(handle)).toBe(fingerprint('two'))
  await expect.poll(() => answered).toBeGreaterThan(before + 20)
  stopping = true
  await Promise.all(clients)
  expect(lost).toEqual([])
})

test('an idle HTTP/2 connection gets GOAWAY only with its next request', async () => {
  const handle = await start({ ...kind('h2c'), idleWindowMs: 8000 })
  const unused = connectHttp2(handle, 'http')
  const session = connectHttp2(handle, 'http')
  await Promise.all([unused, session].map(each => new Promise(resolve => each.once('remoteSettings', resolve))))
  expect(await overHttp2(session)).toBe('h2c 2.0 test')
  const ended = [unused, session].map(each => new Promise(resolve => each.once('close', resolve)))
  const goaway = new Promise(resolve => session.once('goaway', (_code, lastStream) => resolve(lastStream)))
  const drained = handle.once('drained')
  const stopped = handle.stop()
  await expect.poll(() => connects(handle.port)).toBe(false)
  expect(session.closed).toBe(false)
  expect(await overHttp2(session, '/?ms=20')).toBe('h2c 2.0 test')
  expect(await goaway).toBe(2 ** 31 - 1)
  await Promise.all(ended)
  expect(await drained).toMatchObject({ cut: 0 })
  expect(await stopped).toEqual({ code: 0 })
})

function connects(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = net.connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

/** The fingerprint of the certificate that a new connection sees. */
function certificate({ port }: PropaneHandle): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ port, rejectUnauthorized: false, ALPNProtocols: ['h2'] }, () => {
      resolve(socket.getPeerX509Certificate()!.fingerprint256)
      socket.destroy()
    })
    socket.once('error', reject)
  })
}

function fingerprint(name: string): string {
  const context = process.getBuiltinModule('node:crypto')
  return new context.X509Certificate(readFileSync(fixture(`tls/${name}.crt`))).fingerprint256
}

describe('the probe', () => {
  test('can be off', async () => {
    const handle = await start({ app: fixture('answers-500.ts'), workers: 1, probe: 'off', probePath: '/healthz' })
    expect((await get(`${handle.url}/healthz`)).status).toBe(500)
  })

  test('of another protocol than that of the server says what came instead', async () => {
    const handle = await launch({ ...kind('https'), probe: 'http', bootTimeoutMs: 10_000 })
    expect((await handle.done).reason).toMatch(/^it did not pass the probe: /)
    const other = await launch({ ...kind('https'), probe: 'h2c', bootTimeoutMs: 10_000 })
    expect((await other.done).reason).toMatch(/probe/)
  })

  test('asks a path that is answered with 503 again, until it is ready', async () => {
    const handle = await start({ ...kind('https', { WARM_MS: '1500' }), probePath: '/ready' })
    expect(handle.status().serving).toBe(1)
    const late = await launch({ ...kind('https', { WARM_MS: '60000' }), probePath: '/ready', bootTimeoutMs: 10_000 })
    expect((await late.done).reason).toMatch(/GET \/ready was answered with 503/)
  })
})
