import { expect, test } from 'vitest'
import { type App, createApp } from '../src/index.ts'

test('methods that register something return the application for chaining', async () => {
  const app = createApp({ root: import.meta.dirname, environment: 'test', log: false })
  const calls = [
    () => app.onStart('start', () => undefined),
    () => app.onStop('stop', () => undefined),
    () => app.every('task', 1000, () => undefined),
    () => app.use(next => next),
    () => app.onError(() => undefined),
    () => app.notFound(() => 'none'),
  ]
  for (const call of calls) expect(call()).toBe(app)
  await app.close()
})

test.each([
  ['onStart()', (app: App) => app.onStart('late', () => undefined)],
  ['onStop()', (app: App) => app.onStop('late', () => undefined)],
  ['every()', (app: App) => app.every('late', 1000, () => undefined)],
  ['use()', (app: App) => app.use(next => next)],
  ['notFound()', (app: App) => app.notFound(() => 'none')],
])('%s after the start is refused: it would not run', async (what, call) => {
  const app = createApp({ root: import.meta.dirname, environment: 'test', log: false })
  const ran: string[] = []
  // What starts may bring further parts.
  app.onStart('first', () => void app.onStart('second', () => void ran.push('second')))
  await app.start()
  expect(ran).toEqual(['second'])
  expect(() => call(app)).toThrow(
    expect.objectContaining({ code: 'app_frozen', message: expect.stringContaining(what) }),
  )
  await app.close()
})

test('a plugin whose setUp() is asynchronous is refused: what it registers would come too late', async () => {
  const app = createApp({ root: import.meta.dirname, environment: 'test', log: false })
  const setUp = async () => Promise.reject(new Error('nobody sees it'))
  expect(() => app.register({ name: 'late', setUp })).toThrow(expect.objectContaining({ code: 'plugin_async' }))
  const mounted = { name: 'mounted', setUp }
  expect(() => app.register(mounted, undefined, { prefix: '/x' })).toThrow(
    expect.objectContaining({ code: 'plugin_async' }),
  )
  await app.close()
})

test('listen() with options that are undefined listens where the configuration says', async () => {
  const config = { http: { port: 0, host: '127.0.0.2' } }
  const app = createApp({ root: import.meta.dirname, environment: 'test', log: false, config })
  const { address, port } = await app.listen({ host: undefined, port: undefined } as object)
  expect(address).toBe('127.0.0.2')
  expect(port).toBeGreaterThan(0)
  await app.close()
})

test('close() with a wrong option rejects, as every function that returns a promise', async () => {
  const app = createApp({ root: import.meta.dirname, environment: 'test', log: false })
  await expect(app.close({ grace: 1 } as object)).rejects.toMatchObject({ code: 'option_unknown' })
  await app.close()
})
