import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { AS_BROWSER, ask, serving } from './support.ts'

const app = (handler: string, rest = '') => ({
  'app.ts': `import { servable } from './servable.js'\n${rest}\nexport default servable(${handler})\n`,
})

test('methods, paths, fields and bodies arrive as they were sent', async () => {
  const { server } = await serving(
    app(`async (req, res) => {
      const chunks = []
      for await (const chunk of req) chunks.push(chunk)
      res.end(JSON.stringify({ method: req.method, url: req.url, raw: req.rawHeaders, body: Buffer.concat(chunks).toString() }))
    }`),
  )
  const { body } = await ask(server.port, '/a%2Fb?x=1&y=%20', {
    method: 'PATCH',
    body: 'hello',
    headers: { 'X-Twice': ['one', 'two'], Cookie: 'a=1', Host: 'shop.localhost:1', 'Accept-Encoding': 'gzip' },
  })
  const seen = JSON.parse(body)
  expect(seen).toMatchObject({ method: 'PATCH', url: '/a%2Fb?x=1&y=%20', body: 'hello' })
  expect(seen.raw.join('|')).toContain('X-Twice|one|X-Twice|two|Cookie|a=1|Host|shop.localhost:1|Accept-Encoding|gzip')
  expect(seen.raw.join('|')).toContain('X-Forwarded-For|127.0.0.1')
})

test('answers arrive as they were given: status, repeated fields, trailers', async () => {
  const { server } = await serving(
    app(`(req, res) => {
      res.writeHead(418, 'Short And Stout', [['Set-Cookie', 'a=1'], ['Set-Cookie', 'b=2'], ['X-Case', 'Kept'], ['Trailer', 'X-Sum']])
      res.write('tea')
      res.addTrailers({ 'X-Sum': '42' })
      res.end()
    }`),
  )
  const answer = await ask(server.port, '/')
  expect(answer.status).toBe(418)
  expect(answer.headers['set-cookie']).toEqual(['a=1', 'b=2'])
  expect(answer.rawHeaders).toContain('X-Case')
  expect(answer.trailers).toEqual({ 'x-sum': '42' })
  expect(answer.body).toBe('tea')
})

test('HEAD, 204 and 304 have no body and keep their fields', async () => {
  const { server } = await serving(
    app(`(req, res) => {
      if (req.url === '/204') return res.writeHead(204).end()
      if (req.url === '/304') return res.writeHead(304, { etag: '"x"' }).end()
      res.writeHead(200, { 'content-length': 5, 'content-type': 'text/html' }).end(req.method === 'HEAD' ? undefined : 'hello')
    }`),
  )
  const head = await ask(server.port, '/', { method: 'HEAD', headers: AS_BROWSER })
  expect([head.status, head.headers['content-length'], head.body]).toEqual([200, '5', ''])
  expect((await ask(server.port, '/204')).status).toBe(204)
  expect((await ask(server.port, '/304')).headers.etag).toBe('"x"')
})

test('a stream passes as it comes', async () => {
  const { server } = await serving(
    app(`(req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' })
      res.write('data: 1\\n\\n')
      req.socket.on('data', () => {})
      globalThis.next = () => res.write('data: 2\\n\\n')
      if (req.url === '/next') { res.end(); }
      setTimeout(() => res.end('data: 2\\n\\n'), 50)
    }`),
  )
  const req = request({ port: server.port, host: '127.0.0.1', agent: false }).end()
  const [res] = (await once(req, 'response')) as [IncomingMessage]
  const chunks: string[] = []
  for await (const chunk of res) chunks.push(String(chunk))
  expect(chunks).toEqual(['data: 1\n\n', 'data: 2\n\n'])
})

test('a large upload and a large answer pass without being collected', async () => {
  const { server } = await serving(
    app(`async (req, res) => {
      let size = 0
      for await (const chunk of req) size += chunk.length
      res.setHeader('x-size', size)
      res.end(Buffer.alloc(size, 'y'))
    }`),
  )
  const body = 'x'.repeat(20_000_000)
  const answer = await ask(server.port, '/', { method: 'POST', body })
  expect([answer.headers['x-size'], answer.body.length]).toEqual(['20000000', 20_000_000])
})

test('a client that hangs up is known to the application', async () => {
  const { server } = await serving(
    app(
      `(req, res) => {
      res.write('begun')
      req.once('close', () => channel('arlen:http:request:finish').publish({ context: { req: { method: 'GET', path: '/closed' } }, finish: { status: 0, durationMs: 0 } }))
    }`,
      `import { channel } from 'node:diagnostics_channel'`,
    ),
  )
  const req = request({ port: server.port, host: '127.0.0.1', agent: false }).end()
  const [res] = (await once(req, 'response')) as [IncomingMessage]
  const closed = once(server, 'request')
  await once(res, 'data')
  res.on('error', () => undefined)
  req.destroy()
  expect((await closed)[0].path).toBe('/closed')
})

test('an application that hangs up on its client hangs up', async () => {
  const { server } = await serving(app(`(req, res) => req.socket.destroy()`))
  await expect(ask(server.port, '/')).rejects.toThrow(/socket hang up|ECONNRESET/)
})

test('Expect: 100-continue is asked of the application', async () => {
  const { server } = await serving({
    'app.ts': `import { servable } from './servable.js'
const app = servable((req, res) => res.end('plain'))
app.server.on('checkContinue', (req, res) => {
  if (req.url === '/no') return res.writeHead(413).end()
  res.writeContinue()
  req.pipe(res)
})
export default app`,
  })
  const send = async (path: string) => {
    const headers = { expect: '100-continue', 'content-length': 4 }
    const req = request({ port: server.port, host: '127.0.0.1', path, method: 'PUT', agent: false, headers })
    let continued = false
    req.on('continue', () => {
      continued = true
      req.end('body')
    })
    req.flushHeaders()
    const [res] = (await once(req, 'response')) as [IncomingMessage]
    let body = ''
    for await (const chunk of res) body += chunk
    req.destroy()
    return { status: res.statusCode, continued, body }
  }
  expect(await send('/yes')).toEqual({ status: 200, continued: true, body: 'body' })
  expect(await send('/no')).toMatchObject({ status: 413, continued: false })
})

test('early hints pass', async () => {
  const { server } = await serving(
    app(`(req, res) => {
      res.writeEarlyHints({ link: '</a.css>; rel=preload' })
      res.end('ok')
    }`),
  )
  const req = request({ port: server.port, host: '127.0.0.1', agent: false }).end()
  const [[info], [res]] = await Promise.all([once(req, 'information'), once(req, 'response')])
  expect(info).toMatchObject({ statusCode: 103, headers: { link: '</a.css>; rel=preload' } })
  expect(res.statusCode).toBe(200)
  req.destroy()
})

test('an upgraded connection passes both ways', async () => {
  const { server } = await serving(
    app(`(req, res) => res.end(), (req, socket, head) => {
      socket.write('HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: echo\\r\\nConnection: Upgrade\\r\\n\\r\\n')
      socket.write(head)
      socket.pipe(socket)
    }`),
  )
  const socket = connect(server.port, '127.0.0.1')
  socket.write('GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nfirst ')
  let seen = ''
  for await (const chunk of socket) {
    seen += chunk
    if (seen.endsWith('first ')) socket.write('second')
    if (seen.endsWith('second')) break
  }
  expect(seen).toMatch(/^HTTP\/1\.1 101 .*\r\n\r\nfirst second$/s)
  socket.destroy()
})

test('a page gets the script, a piece of a page does not, nor does anything else', async () => {
  const { server } = await serving({
    'app.ts': `import { gzipSync } from 'node:zlib'
import { servable } from './servable.js'
export default servable((req, res) => {
  if (req.url === '/json') return res.setHeader('content-type', 'application/json').end('{}')
  const body = '<!doctype html><p>Hi</p>'
  res.setHeader('content-type', 'text/html')
  if (/gzip/.test(req.headers['accept-encoding'])) return res.setHeader('content-encoding', 'gzip').end(gzipSync(body))
  if (req.url === '/nonce') res.setHeader('content-security-policy', "script-src 'nonce-abc123'")
  res.setHeader('content-length', body.length).end(body)
})`,
  })
  const script = /^<!doctype html><script src="\/_boomhauer\/client\.js" data-build="[^"]+" async><\/script><p>Hi<\/p>$/
  const gzip = { 'accept-encoding': 'gzip' }
  expect((await ask(server.port, '/', { headers: AS_BROWSER })).body).toMatch(script)
  expect((await ask(server.port, '/', { headers: { ...AS_BROWSER, ...gzip } })).body).toMatch(script)
  expect((await ask(server.port, '/nonce', { headers: AS_BROWSER })).body).toContain('nonce="abc123"')
  expect((await ask(server.port, '/', { headers: { 'sec-fetch-dest': 'empty' } })).body).not.toContain('script')
  expect((await ask(server.port, '/json', { headers: AS_BROWSER })).body).toBe('{}')
  expect((await ask(server.port, '/')).body).toBe('<!doctype html><p>Hi</p>')

  const req = request({ port: server.port, host: '127.0.0.1', agent: false, headers: { ...gzip } }).end()
  const [res] = (await once(req, 'response')) as [IncomingMessage]
  const chunks: Buffer[] = []
  for await (const chunk of res) chunks.push(chunk)
  expect(gunzipSync(Buffer.concat(chunks)).toString()).toBe('<!doctype html><p>Hi</p>')
})
