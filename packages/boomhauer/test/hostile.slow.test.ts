import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { answering, ask, outcomeOf, serving } from './support.ts'

test('messages that an application sends to its parent are ignored', async () => {
  const app = await serving({
    'app.ts': `for (const message of ['ready', 42, null, true, [], { type: 'failed' }, { type: 'ready', files: [], info: {} }]) process.send?.(message)
${answering('fine')}`,
  })
  expect((await app.get()).body).toBe('fine')
})

test.each([
  ['an invalid status', 'HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n'],
  ['no HTTP at all', 'hello\r\n\r\n'],
  ['half a head', 'HTTP/1.1 200 OK\r\nContent-Le'],
  ['less than announced', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort'],
])('an application that answers with %s harms only that request', async (_name, bytes) => {
  const app = await serving({
    'app.ts': `import { servable } from './servable.js'
export default servable((req, res) => {
  if (req.url === '/odd') req.socket.end(${JSON.stringify(bytes)})
  else res.end('fine')
})`,
  })
  await app.get()
  await ask(app.server.port, '/odd').catch(() => undefined)
  expect((await app.get()).body).toBe('fine')
})

test('clients that send nonsense do no harm', async () => {
  const app = await serving({ 'app.ts': answering('fine') })
  await app.get()
  for (const bytes of [
    '\0\0\0',
    'GET',
    'GET / HTTP/9.9\r\n\r\n',
    'GET /é HTTP/1.1\r\nHost: localhost\r\n\r\n',
    'CONNECT x:1 HTTP/1.1\r\n\r\n',
  ]) {
    const socket = connect(app.server.port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.end(bytes)
    socket.resume()
    await once(socket, 'close')
  }
  expect((await app.get()).body).toBe('fine')
})

test('an application that ends its channel to the supervisor ends', async () => {
  const app = await serving({
    'app.ts': `import { servable } from './servable.js'
export default servable((req, res) => res.end('fine', () => process.disconnect()))\n`,
  })
  const crashed = once(app.server, 'crashed')
  await app.get()
  await crashed
  expect(await app.save('app.ts', answering('better'))).toBe('ready')
})

test('an application that writes without end is still served and still replaced', async () => {
  const app = await serving({
    'app.ts': `import { servable } from './servable.js'
const noise = Buffer.alloc(65_536, 'x')
export default servable((req, res) => { res.writeHead(200); const go = () => { while (res.write(noise)); res.once('drain', go) }; go() })`,
  })
  const socket = connect(app.server.port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await once(socket, 'readable')
  expect(await app.save('app.ts', answering('calm'))).toBe('ready')
  expect((await app.get()).body).toBe('calm')
  socket.destroy()
})

test('a module that hangs forever is given up with the next save', async () => {
  const app = await serving({ 'app.ts': answering('one') })
  await app.get()
  const building = once(app.server, 'building')
  app.write('app.ts', 'for (;;);\n')
  await building
  expect(await app.save('app.ts', answering('two'))).toBe('ready')
})

test('packages that are installed while it runs are seen', async () => {
  const app = await serving({ 'app.ts': `import 'late'\n${answering('installed')}` })
  expect((await app.get()).status).toBe(500)
  mkdirSync(app.path('node_modules/late'), { recursive: true })
  app.write('node_modules/late/package.json', '{ "type": "module", "exports": "./index.js" }')
  app.write('node_modules/late/index.js', '')
  const outcome = outcomeOf(app.server)
  app.write('node_modules/.package-lock.json', '{}')
  expect(await outcome).toBe('ready')
  expect((await app.get()).body).toBe('installed')
})
