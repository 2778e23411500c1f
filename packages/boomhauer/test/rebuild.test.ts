import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect, test } from 'vitest'
import { answering, ask, serving } from './support.ts'

test('serves what was saved last', async () => {
  const app = await serving({ 'app.ts': answering('one') })
  expect((await app.get()).body).toBe('one')
  for (const text of ['two', 'three', 'four']) {
    await app.save('app.ts', answering(text))
    expect((await app.get()).body).toBe(text)
  }
})

test('requests wait for the first build', async () => {
  const app = await serving({ 'app.ts': `await new Promise(r => setTimeout(r, 300))\n${answering('up')}` })
  expect((await app.get()).body).toBe('up')
})

test('requests wait for a rebuild instead of failing', async () => {
  const app = await serving({ 'app.ts': answering('old') })
  await app.get()
  const building = once(app.server, 'building')
  app.write('app.ts', `await new Promise(r => setTimeout(r, 300))\n${answering('new')}`)
  await building
  const answers = await Promise.all(Array.from({ length: 20 }, () => app.get()))
  expect(answers.map(answer => answer.body)).toEqual(Array(20).fill('new'))
})

test('a save during a build gives that build up', async () => {
  const app = await serving({ 'app.ts': answering('one') })
  await app.get()
  const builds: string[] = []
  app.server.on('ready', ({ build }) => builds.push(build))
  const building = once(app.server, 'building')
  app.write('app.ts', `await new Promise(() => setInterval(() => {}, 1000))\n${answering('never')}`)
  await building
  const waiting = app.get()
  await app.save('app.ts', answering('three'))
  expect((await waiting).body).toBe('three')
  expect(builds).toHaveLength(1)
})

test('a request that waits for a build that hangs does not keep the save that mends it from being built', async () => {
  const app = await serving({ 'app.ts': answering('one') })
  await app.get()
  const building = once(app.server, 'building')
  app.write('app.ts', `await new Promise(() => setInterval(() => {}, 1000))\n${answering('never')}`)
  await building
  const waiting = app.get()
  const overtaken = once(app.server, 'building')
  app.write('app.ts', `await new Promise(() => setInterval(() => {}, 1000))\n${answering('nor this')}`)
  await overtaken
  app.write('app.ts', answering('mended'))
  expect((await waiting).body).toBe('mended')
})

/** Says that the request has arrived, and answers it after so many milliseconds or never. */
const SLOW = (afterMs?: number) => `
import { channel } from 'node:diagnostics_channel'
import { servable } from './servable.js'
export default servable((req, res) => {
  channel('arlen:http:request:finish').publish({ context: { req: { method: req.method, path: req.url } }, finish: { status: 0, durationMs: 0 } })
  ${afterMs === undefined ? '' : `setTimeout(() => res.end('finished'), ${afterMs})`}
})`

test('a request without effects that a rebuild cuts off is asked again', async () => {
  const app = await serving({ 'app.ts': SLOW() })
  const arrived = once(app.server, 'request')
  const slow = app.get()
  await arrived
  await app.save('app.ts', answering('answered by the next'))
  expect((await slow).body).toBe('answered by the next')
})

test('a request that may have had effects is not asked again', async () => {
  const app = await serving({ 'app.ts': SLOW() })
  const arrived = once(app.server, 'request')
  const slow = ask(app.server.port, '/slow', { method: 'POST', body: 'pay', headers: { accept: 'application/json' } })
  await arrived
  await app.save('app.ts', answering('two'))
  const answer = await slow
  expect(answer.status).toBe(503)
  expect(JSON.parse(answer.body)).toMatchObject({ code: 'app_restarted' })
})

test('a request in flight that ends soon is answered by the process that had it', async () => {
  const app = await serving({ 'app.ts': SLOW(100) }, { graceMs: 30_000 })
  const arrived = once(app.server, 'request')
  const inFlight = ask(app.server.port, '/', { method: 'POST' })
  await arrived
  app.write('app.ts', answering('new'))
  expect((await inFlight).body).toBe('finished')
})

test('the former process is gone before the next one loads', async () => {
  // Both want the same port for themselves.
  const source = (text: string) => `
import { createServer } from 'node:net'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
await once(createServer().listen(Number(readFileSync(import.meta.dirname + '/port', 'utf8'))), 'listening')
${answering(text)}`
  const app = await serving({ 'app.ts': answering('first') })
  app.write('port', String(await freePort()))
  for (const text of ['a', 'b', 'c']) {
    expect(await app.save('app.ts', source(text))).toBe('ready')
    expect((await app.get()).body).toBe(text)
  }
})

test('a save while the former process is still ending costs no second process', async () => {
  // It takes its whole grace, as with a request that does not end.
  const app = await serving({ 'app.ts': SLOW() }, { graceMs: 300 })
  const arrived = once(app.server, 'request')
  const slow = app.get()
  await arrived
  const building = once(app.server, 'building')
  app.write('app.ts', answering('two'))
  await building
  expect(await app.save('app.ts', answering('three'))).toBe('ready')
  expect((await slow).body).toBe('three')
})

test('a request with side effects that has not reached a process yet goes to the next one', async () => {
  const app = await serving({ 'app.ts': answering('one') })
  await app.get()
  // The socket goes before the process does.
  const path = `export default { listen: ({ path }) => new Promise(done => createServer().listen(path, () => { unlinkSync(path); done({}) })), close() {} }
import { createServer } from 'node:http'
import { unlinkSync } from 'node:fs'
`
  await app.save('app.ts', path)
  const posted = ask(app.server.port, '/', { method: 'POST', body: 'pay' })
  await app.save('app.ts', answering('took it'))
  expect((await posted).body).toBe('took it')
})

test('environment files are read again', async () => {
  const app = await serving({
    '.env': 'COLOR=red',
    'app.ts': `import { servable } from './servable.js'
export default servable((req, res) => res.end(process.env.COLOR + ' ' + process.env.SIZE + ' ' + process.env.ARLEN_ENV))`,
  })
  expect((await app.get()).body).toBe('red undefined development')
  await app.save('.env', 'COLOR=green')
  expect((await app.get()).body).toBe('green undefined development')
  await app.save('.env.development', 'COLOR=blue\nSIZE=9')
  expect((await app.get()).body).toBe('blue 9 development')
})

test('the application is started as Node.js would start it', async () => {
  const app = await serving({
    'app.ts': `import { servable } from './servable.js'
export default servable((req, res) => res.end(JSON.stringify([process.argv.slice(1), process.cwd()])))`,
  })
  expect(JSON.parse((await app.get()).body)).toEqual([[app.path('app.ts')], app.root])
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
