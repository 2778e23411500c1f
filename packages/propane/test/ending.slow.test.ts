import { describe, expect, test } from 'vitest'
import WebSocket from 'ws'
import { Bin, type LogLine } from './bin.ts'
import { fixture, get, start } from './helpers.ts'

const ARGS = [
  '--workers',
  '1',
  '--port',
  '0',
  '--log-format',
  'json',
  '--control-socket',
  'off',
  '--idle-window',
  '300',
]

/** What the application itself has said. */
function said(lines: readonly LogLine[]): string[] {
  return lines.filter(line => line.name !== 'propane').flatMap(line => line.msg.split('\n'))
}

/** Starts an application, stops it, and resolves with what it has said in the meantime. */
async function stopped(app: string, env: NodeJS.ProcessEnv = {}, more: readonly string[] = []): Promise<string[]> {
  const bin = new Bin([fixture(app), ...ARGS, ...more], { env })
  await get(await bin.serving())
  bin.child.kill('SIGTERM')
  expect(await bin.exit).toBe(0)
  return said(bin.lines)
}

describe('frameworks run their hooks as under plain Node.js:', () => {
  test.each<[string, string, NodeJS.ProcessEnv, string[]]>([
    ['Fastify', 'fastify-app.ts', {}, ['fastify closed']],
    [
      'NestJS, exported',
      'nest-hooks.cjs',
      {},
      ['onModuleDestroy', 'beforeApplicationShutdown undefined', 'onApplicationShutdown undefined'],
    ],
    [
      'NestJS, exported, with enableShutdownHooks()',
      'nest-hooks.cjs',
      { ENABLE_HOOKS: '1' },
      ['onModuleDestroy', 'beforeApplicationShutdown SIGTERM', 'onApplicationShutdown SIGTERM'],
    ],
    [
      'NestJS that listens itself',
      'nest-hooks.cjs',
      { ENABLE_HOOKS: '1', LISTENS: '1' },
      ['onModuleDestroy', 'beforeApplicationShutdown SIGTERM', 'onApplicationShutdown SIGTERM'],
    ],
    ['terminus', 'terminus-app.mjs', {}, ['onSignal', 'onShutdown']],
    ['http-graceful-shutdown', 'graceful-shutdown-app.mjs', {}, ['preShutdown SIGTERM', 'onShutdown', 'finally']],
  ])('%s', async (_, app, env, expected) => {
    expect(await stopped(app, env)).toEqual(expected)
  })
})

describe('an application is notified of its end by', () => {
  test.each<[string, string, string[]]>([
    [
      'its SIGTERM listener, whose server.close() calls back',
      'sigterm',
      ['answered', 'SIGTERM SIGTERM 15', 'closed undefined'],
    ],
    ['its SIGINT listener, which is awaited', 'sigint', ['answered', 'SIGINT']],
    ['one signal, if it listens to both', 'both', ['answered', 'one of both']],
    ['the close event of its server, whose promise is awaited', 'close', ['answered', 'close']],
    ['the close event of its server, whose timer is waited for', 'callback', ['answered', 'later']],
    ['a shutdown message, as pm2 sends it', 'message', ['answered', 'message shutdown']],
    ['its exported onStop, which is awaited', 'onStop', ['answered', 'onStop']],
    ['nothing, and ends at once', '', ['answered']],
    ['its close event, while something keeps it alive', 'pool', ['answered', 'close']],
  ])('%s', async (_, ends, expected) => {
    expect(await stopped('own-end.mjs', { ENDS: ends })).toEqual(['answered', ...expected]) // the probe is a request, too
  })
})

test('hooks run after the last answer, in a single process as well', async () => {
  const stories = await Promise.all(
    ['1', '0'].map(async workers => {
      const args = [fixture('own-end.mjs'), ...ARGS, '--workers', workers]
      const bin = new Bin(args, { env: { ENDS: 'sigterm,onStop' } })
      const url = await bin.serving()
      const inFlight = get(`${url}/?ms=800`)
      await get(url)
      bin.child.kill('SIGTERM')
      expect((await inFlight).body).toBe('own end')
      expect(await bin.exit).toBe(0)
      return workers === '1' ? said(bin.lines) : bin.stdout.split('\n').filter(line => !line.startsWith('{') && line)
    }),
  )
  for (const story of stories) {
    expect(story).toEqual(['answered', 'answered', 'answered', 'onStop', 'SIGTERM SIGTERM 15', 'closed undefined'])
  }
})

test('an end that takes longer than the drain time is cut short, and the log says so', async () => {
  const lines = await stopped('own-end.mjs', { ENDS: 'never' }, ['--drain-timeout', '1500', '--kill-timeout', '20s'])
  expect(lines.at(-1)).toMatch(/^propane: the application was ended before its own hooks had finished/)
})

test('a reload also runs the hooks of the old workers', async () => {
  const bin = new Bin([fixture('own-end.mjs'), ...ARGS], { env: { ENDS: 'onStop' } })
  await bin.serving()
  bin.child.kill('SIGHUP')
  await bin.line('reloaded in')
  expect(said(bin.lines)).toContain('onStop')
})

describe('WebSockets', () => {
  test.each([
    ['get 1001 when all requests are answered', {}, []],
    ['hear the goodbye of the application first', { GOODBYE: '1' }, ['goodbye']],
  ])('%s', async (_, env, goodbye) => {
    const handle = await start({
      app: fixture('websocket-app.mjs'),
      workers: 1,
      env: { ...process.env, ...env },
      drainTimeoutMs: 30_000,
    })
    const socket = new WebSocket(handle.url.replace('http', 'ws'))
    const heard: string[] = []
    socket.on('message', data => void heard.push(String(data)))
    await new Promise(resolve => socket.once('open', resolve))
    socket.send('echo')
    await new Promise(resolve => socket.once('message', resolve))
    const closed = new Promise<number>(resolve => socket.once('close', resolve))
    const drained = handle.once('drained')
    const began = performance.now()
    const reloaded = handle.reload()
    expect(await closed).toBe(1001)
    expect(await drained).toMatchObject({ cut: 0 })
    await reloaded
    expect(performance.now() - began).toBeLessThan(20_000) // not the drain time
    expect(heard).toEqual(['echo', ...goodbye])
  })
})
