import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AS_BROWSER, ask, TestServer } from './support.ts'

// One application for all tests: each writes a module of its own, which answers the requests that name it.
let app: TestServer
let port: number
beforeAll(async () => {
  app = new TestServer(
    {
      'app.ts': `import { servable } from './servable.js'
const moduleOf = req => import('./modules/' + req.headers['x-module'] + '.js')
const app = servable(
  async (req, res) => (await moduleOf(req)).default(req, res),
  async (req, socket, head) => (await moduleOf(req)).upgrade(socket, head),
)
app.server.on('checkContinue', async (req, res) => (await moduleOf(req)).checkContinue(req, res))
export default app
`,
    },
    false,
  )
  await app.start({}, false)
  port = app.server.port
})
afterAll(async () => {
  await app.server.close()
  app.delete()
})

let modules = 0
/** @returns the header of requests for these exports */
function served(exports: string): { 'X-Module': string } {
  const name = String(++modules)
  app.write(`modules/${name}.js`, exports)
  return { 'X-Module': name }
}

test('methods, paths, fields and bodies arrive as they were sent', async () => {
  const module = served(`export default async (req, res) => {
      const chunks = []
      for await (const chunk of req) chunks.push(chunk)
      res.end(JSON.stringify({ method: req.method, url: req.url, raw: req.rawHeaders, body: Buffer.concat(chunks).toString() }))
    }`)
  const { body } = await ask(port, '/a%2Fb?x=1&y=%20', {
    method: 'PATCH',
    body: 'hello',
    headers: {
      'X-Twice': ['one', 'two'],
      Cookie: 'a=1',
      Host: 'shop.localhost:1',
      'Accept-Encoding': 'gzip',
      ...module,
    },
  })
  const seen = JSON.parse(body)
  expect(seen).toMatchObject({ method: 'PATCH', url: '/a%2Fb?x=1&y=%20', body: 'hello' })
  expect(seen.raw.join('|')).toContain('X-Twice|one|X-Twice|two|Cookie|a=1|Host|shop.localhost:1|Accept-Encoding|gzip')
  expect(seen.raw.join('|')).toContain('X-Forwarded-For|127.0.0.1')
})

test('answers arrive as they were given: status, repeated fields, trailers', async () => {
  const module = served(`export default (req, res) => {
      res.writeHead(418, 'Short And Stout', [['Set-Cookie', 'a=1'], ['Set-Cookie', 'b=2'], ['X-Case', 'Kept'], ['Trailer', 'X-Sum']])
      res.write('tea')
      res.addTrailers({ 'X-Sum': '42' })
      res.end()
    }`)
  const answer = await ask(port, '/', { headers: module })
  expect(answer.status).toBe(418)
  expect(answer.headers['set-cookie']).toEqual(['a=1', 'b=2'])
  expect(answer.rawHeaders).toContain('X-Case')
  expect(answer.trailers).toEqual({ 'x-sum': '42' })
  expect(answer.body).toBe('tea')
})

test('HEAD, 204 and 304 have no body and keep their fields', async () => {
  const module = served(`export default (req, res) => {
      if (req.url === '/204') return res.writeHead(204).end()
      if (req.url === '/304') return res.writeHead(304, { etag: '"x"' }).end()
      res.writeHead(200, { 'content-length': 5, 'content-type': 'text/html' }).end(req.method === 'HEAD' ? undefined : 'hello')
    }`)
  const head = await ask(port, '/', { method: 'HEAD', headers: { ...AS_BROWSER, ...module } })
  expect([head.status, head.headers['content-length'], head.body]).toEqual([200, '5', ''])
  expect((await ask(port, '/204', { headers: module })).status).toBe(204)
  expect((await ask(port, '/304', { headers: module })).headers.etag).toBe('"x"')
})

test('a stream passes as it comes', async () => {
  const module = served(`let next
export default (req, res) => {
      if (req.url === '/next') {
        next()
        return res.end()
      }
      res.writeHead(200, { 'content-type': 'text/event-stream' })
      res.write('data: 1\\n\\n')
      next = () => res.end('data: 2\\n\\n')
    }`)
  const req = request({ port, host: '127.0.0.1', agent: false, headers: module }).end()
  const [res] = (await once(req, 'response')) as [IncomingMessage]
  const chunks: string[] = []
  for await (const chunk of res) {
    if (chunks.push(String(chunk)) === 1) await ask(port, '/next', { headers: module })
  }
  expect(chunks).toEqual(['data: 1\n\n', 'data: 2\n\n'])
})

test('a large upload and a large answer pass without being collected', async () => {
  const module = served(`export default async (req, res) => {
      let size = 0
      for await (const chunk of req) size += chunk.length
      res.setHeader('x-size', size)
      res.end(Buffer.alloc(size, 'y'))
    }`)
  const body = 'x'.repeat(20_000_000)
  const answer = await ask(port, '/', { method: 'POST', body, headers: module })
  expect([answer.headers['x-size'], answer.body.length]).toEqual(['20000000', 20_000_000])
})

test('a client that hangs up is known to the application', async () => {
  const module = served(`export default (req, res) => {
      res.write('begun')
      req.once('close', () => channel('arlen:http:request:finish').publish({ context: { req: { method: 'GET', path: '/closed' } }, finish: { status: 0, durationMs: 0 } }))
    }
import { channel } from 'node:diagnostics_channel'`)
  const req = request({ port, host: '127.0.0.1', agent: false, headers: module }).end()
  const [res] = (await once(req, 'response')) as [IncomingMessage]
  const closed = once(app.server, 'request')
  await once(res, 'data')
  res.on('error', () => undefined)
  req.destroy()
  expect((await closed)[0].path).toBe('/closed')
})

test('an application that hangs up on its client hangs up', async () => {
  const module = served(`export default (req, res) => req.socket.destroy()`)
  await expect(ask(port, '/', { headers: module })).rejects.toThrow(/socket hang up|ECONNRESET/)
})

test('Expect: 100-continue is asked of the application', async () => {
  const module = served(`export function checkContinue(req, res) {
      if (req.url === '/no') return res.writeHead(413).end()
      res.writeContinue()
      req.pipe(res)
    }`)
  const send = async (path: string) => {
    const headers = { expect: '100-continue', 'content-length': 4, ...module }
    const req = request({ port, host: '127.0.0.1', path, method: 'PUT', agent: false, headers })
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
  const module = served(`export default (req, res) => {
      res.writeEarlyHints({ link: '</a.css>; rel=preload' })
      res.end('ok')
    }`)
  const req = request({ port, host: '127.0.0.1', agent: false, headers: module }).end()
  const [[info], [res]] = await Promise.all([once(req, 'information'), once(req, 'response')])
  expect(info).toMatchObject({ statusCode: 103, headers: { link: '</a.css>; rel=preload' } })
  expect(res.statusCode).toBe(200)
  req.destroy()
})

test('an upgraded connection passes both ways', async () => {
  const module = served(`export function upgrade(socket, head) {
      socket.write('HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: echo\\r\\nConnection: Upgrade\\r\\n\\r\\n')
      socket.write(head)
      socket.pipe(socket)
    }`)
  const socket = connect(port, '127.0.0.1')
  socket.write(
    `GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: echo\r\nX-Module: ${module['X-Module']}\r\n\r\nfirst `,
  )
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
  const module = served(`import { gzipSync } from 'node:zlib'
export default (req, res) => {
  if (req.url === '/json') return res.setHeader('content-type', 'application/json').end('{}')
  const body = '<!doctype html><p>Hi</p>'
  res.setHeader('content-type', 'text/html')
  if (/gzip/.test(req.headers['accept-encoding'])) return res.setHeader('content-encoding', 'gzip').end(gzipSync(body))
  if (req.url === '/nonce') res.setHeader('content-security-policy', "script-src 'nonce-abc123'")
  res.setHeader('content-length', body.length).end(body)
}`)
  const browser = { ...AS_BROWSER, ...module }
  const script = /^<!doctype html><script src="\/_boomhauer\/client\.js" data-build="[^"]+" async><\/script><p>Hi<\/p>$/
  const gzip = { 'accept-encoding': 'gzip' }
  expect((await ask(port, '/', { headers: browser })).body).toMatch(script)
  expect((await ask(port, '/', { headers: { ...browser, ...gzip } })).body).toMatch(script)
  expect((await ask(port, '/nonce', { headers: browser })).body).toContain('nonce="abc123"')
  expect((await ask(port, '/', { headers: { 'sec-fetch-dest': 'empty', ...module } })).body).not.toContain('script')
  expect((await ask(port, '/json', { headers: browser })).body).toBe('{}')
  expect((await ask(port, '/', { headers: module })).body).toBe('<!doctype html><p>Hi</p>')

  const req = request({ port, host: '127.0.0.1', agent: false, headers: { ...gzip, ...module } }).end()
  const [res] = (await once(req, 'response')) as [IncomingMessage]
  const chunks: Buffer[] = []
  for await (const chunk of res) chunks.push(chunk)
  expect(gunzipSync(Buffer.concat(chunks)).toString()).toBe('<!doctype html><p>Hi</p>')
})
