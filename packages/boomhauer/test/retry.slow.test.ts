import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { Command } from './command-process.ts'
import { AS_BROWSER, AS_PROGRAM, answering, ask, serving, TestFolder } from './support.ts'

/** Moves the clock of the development server forward. Its timers stay, so that nothing but a request can start an attempt. */
function passTime(ms: number): void {
  const now = performance.now.bind(performance)
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now() + ms)
  onTestFinished(() => clock.mockRestore())
}

/** A service that the application needs when it starts, and that is not there yet. */
class Service {
  #server: Server | undefined
  readonly port: number

  constructor(port: number) {
    this.port = port
  }

  /** On a port that was free a moment ago. */
  static async absent(): Promise<Service> {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    server.close()
    await once(server, 'close')
    return new Service(port)
  }

  async start(): Promise<void> {
    const server = createServer(socket => socket.destroy()).listen(this.port, '127.0.0.1')
    this.#server = server
    onTestFinished(() => void this.#server?.close())
    await once(server, 'listening')
  }
}

const buildOf = ({ body }: { body: string }) => /data-build="([^"]+)"/.exec(body)?.[1]

const needing = (port: number) => `import { connect } from 'node:net'
import { once } from 'node:events'
import { servable } from './servable.js'
const app = servable((req, res) => res.end('up'))
export default { ...app, async listen(options) {
  const socket = connect(${port}, '127.0.0.1')
  await once(socket, 'connect')
  socket.destroy()
  return app.listen(options)
} }
`

test('a start that failed because a service was missing is retried; attempts that fail alike are not reported again', async () => {
  const service = await Service.absent()
  const app = await serving({ 'app.ts': needing(service.port) })
  let failures = 0
  app.server.on('failed', () => failures++)
  const waiting = once(app.server, 'waiting')
  const first = await app.get('/', AS_BROWSER)
  expect(first.body).toContain('ECONNREFUSED')
  expect(first.body).toContain('action="/_boomhauer/actions/retry"')
  expect(await waiting).toEqual([{ inMs: 1_000 }])
  await once(app.server, 'building')
  // The request waits for the attempt. Open pages keep their build: they need not reload.
  expect(buildOf(await app.get('/', AS_BROWSER))).toBe(buildOf(first))
  expect(failures).toBe(1)
  await service.start()
  await once(app.server, 'ready')
  expect((await app.get('/')).body).toBe('up')
})

test('a start that failed is tried again by requests for pages, but not by one that comes at once', async () => {
  const app = await serving({
    'app.ts': `import { existsSync } from 'node:fs'
import { servable } from './servable.js'
const app = servable((req, res) => res.end('up'))
export default { ...app, async listen(options) {
  if (!existsSync(import.meta.dirname + '/outside.lock')) throw new Error('not yet')
  return app.listen(options)
} }
`,
  })
  // At once is within a second, which on a busy machine a page may take.
  const clock = vi.spyOn(performance, 'now').mockReturnValue(performance.now())
  onTestFinished(() => clock.mockRestore())
  expect((await app.get('/', AS_BROWSER)).body).toContain('not yet')
  app.write('outside.lock', '')
  expect((await app.get('/', AS_BROWSER)).body).toContain('not yet')
  clock.mockReturnValue(performance.now() + 1_000)
  expect((await app.get('/', AS_PROGRAM)).status).toBe(500)
  const page = await app.get('/', AS_BROWSER)
  clock.mockRestore()
  expect(page).toMatchObject({ status: 200, body: 'up' })
})

test('the button of the page tries again whatever failed', async () => {
  const app = await serving({
    'app.ts': `import { existsSync } from 'node:fs'
if (!existsSync('/proc/self/nothing') && !existsSync(import.meta.dirname + '/outside.lock')) throw new Error('not yet')\n${answering('up')}`,
  })
  expect((await app.get('/', AS_BROWSER)).body).toContain('Try again')
  app.write('outside.lock', '')
  expect((await app.get('/', AS_BROWSER)).body).toContain('not yet')
  const answer = await ask(app.server.port, '/_boomhauer/actions/retry', { method: 'POST' })
  expect(answer.status).toBe(303)
  expect((await app.get('/', AS_BROWSER)).body).toContain('up')
  expect((await app.get('/', AS_BROWSER)).body).not.toContain('Try again')
})

test('the key r in the terminal tries again', async () => {
  const folder = new TestFolder({
    'app.ts': `import { existsSync } from 'node:fs'
if (!existsSync(import.meta.dirname + '/outside.lock')) throw new Error('not yet')\n${answering('up')}`,
  })
  const command = new Command(folder, ['--typecheck', 'off'], 'pipe')
  await command.until(/not yet/)
  folder.write('outside.lock', '')
  command.process.stdin!.write('r')
  await command.until(/ready in/)
  expect((await ask(await command.port(), '/')).body).toBe('up')
})

test('a mistake in the code is not tried again by itself', async () => {
  const app = await serving({ 'app.ts': `throw new Error('a mistake')\n` })
  const events: string[] = []
  for (const name of ['building', 'waiting'] as const) app.server.on(name, () => events.push(name))
  await app.get('/', AS_BROWSER)
  events.length = 0
  passTime(60_000)
  await app.get('/', AS_BROWSER)
  expect(events).toEqual([])
})
