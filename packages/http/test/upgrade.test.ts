import { expect, test } from 'vitest'
import type { Handler } from '../src/index.ts'
import { eventually, GET, serving } from './serving.ts'

const { start, open } = serving()

const ASK = 'GET /ws HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: foo, Echo\r\n\r\n'

/** Speaks a protocol that gives back what it is told. */
const echo: Handler = c =>
  c.upgrade('echo', (socket, head) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n')
    socket.write(head)
    socket.pipe(socket)
  })

test('an upgrade handler gets the socket, with what the client has sent already', async () => {
  const server = await start(echo)
  const client = await open(server)
  client.send(`${ASK}early`)
  await client.until(({ received }) => received.endsWith('\r\n\r\nearly'))
  await client.send(' late').until(({ received }) => received.endsWith('early late'))
  await client.send(GET).until(({ received }) => received.endsWith(GET))
  expect(client.received).toMatch(/^HTTP\/1\.1 101 /)
  expect(server.requestsInFlight).toBe(0)
  client.close()
  await eventually(() => server.connections === 0)
})

test('after other requests on the connection, and after a while', async () => {
  const server = await start(async c => {
    await new Promise(resolve => setImmediate(resolve))
    return c.req.path === '/ws' ? echo(c) : 'plain'
  })
  const client = await open(server)
  client.send(`${GET}${ASK}early`)
  const [plain] = await client.answers(1)
  expect(plain!.body).toBe('plain')
  await client.until(({ received }) => received.endsWith('early'))
  expect(client.received).toMatch(/^HTTP\/1\.1 101 /)
})

test.each([
  ['no Upgrade', GET],
  ['another protocol', ASK.replace('Echo', 'bar')],
  ['no Connection: upgrade', ASK.replace(', Upgrade', '')],
  ['HTTP/1.0', ASK.replace('HTTP/1.1', 'HTTP/1.0')],
])('a request with %s is answered 426, naming the protocol', async (_, request) => {
  const client = await open(await start(echo))
  const [answer] = await client.send(request).answers(1)
  expect(answer!.status).toBe(426)
  expect(answer!.head).toMatch(/^Upgrade: echo\r$/m)
  expect(answer!.head).toMatch(/^Connection: (?:close, )?upgrade\r?$/m)
})

/** The handshake as a page's `new WebSocket()` makes a browser send it, with these fields beside. */
const handshake = (...fields: string[]) => ASK.replace('\r\n\r\n', ['', ...fields, '', ''].join('\r\n'))
const CROSS_SITE: [string, string[]][] = [
  ['cross-site', ['Origin: https://evil.example', 'Sec-Fetch-Site: cross-site']],
  ['another site of the same registrable domain', ['Origin: https://b.a', 'Sec-Fetch-Site: same-site']],
  ['another origin, from a browser without Sec-Fetch-Site', ['Origin: https://evil.example']],
  ['an origin that hides', ['Origin: null']],
  ['another port', ['Origin: http://a:8080']],
  ['our name in front of another', ['Origin: https://a.evil.example']],
]

test.each(CROSS_SITE)('a handshake from %s is 403, and the handler is not called', async (_, fields) => {
  const taken: string[] = []
  const server = await start(c => c.upgrade('echo', socket => taken.push('taken') && socket.end()))
  const client = await open(server)
  const [answer] = await client.send(handshake(...fields)).answers(1)
  expect(answer!.status).toBe(403)
  expect(JSON.parse(answer!.body)).toMatchObject({ code: 'upgrade_cross_site' })
  expect(taken).toEqual([])
})

test.each(CROSS_SITE)('a route may say that %s is welcome', async (_, fields) => {
  const server = await start(c => c.upgrade('echo', socket => socket.end('taken'), { crossSite: true }))
  const client = await open(server)
  expect(await client.send(handshake(...fields)).toEnd()).toBe('taken')
})

test.each([
  ['our own page', ['Origin: http://a', 'Sec-Fetch-Site: same-origin']],
  ['our own page, in a browser without Sec-Fetch-Site', ['Origin: https://a']],
  ['our own page, where the client writes the usual port', ['Origin: https://a:443']],
  ['a program', []],
  ['a page of a trusted origin', ['Origin: https://app.example', 'Sec-Fetch-Site: cross-site']],
])('a handshake from %s is taken', async (_, fields) => {
  const server = await start(c => c.upgrade('echo', socket => socket.end('taken')), {
    trustedOrigins: ['https://app.example'],
  })
  const client = await open(server)
  expect(await client.send(handshake(...fields)).toEnd()).toBe('taken')
})

test('an invalid trusted origin does not start', async () => {
  await expect(start(echo, { trustedOrigins: ['app.example'] })).rejects.toMatchObject({ code: 'option_invalid' })
})

test('an upgrade request that the server does not support is plain HTTP', async () => {
  const client = await open(await start(c => c.req.path))
  const answers = await client.send(ASK + GET).answers(2)
  expect(answers.map(({ status, body }) => [status, body])).toEqual([
    [200, '/ws'],
    [200, '/'],
  ])
})

test('an upgraded connection does not hold the server back when it closes', async () => {
  const server = await start(echo, { drainTimeoutMs: 10 })
  const client = await open(server)
  await client.send(ASK).until(({ received }) => received.includes('101'))
  await server.close()
  await client.until(one => one.closed)
  expect(server.connections).toBe(0)
})
