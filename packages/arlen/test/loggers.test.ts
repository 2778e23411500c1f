import { Console } from 'node:console'
import { PassThrough } from 'node:stream'
import { createServer } from '@arlen/http'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type AppOptions, createApp } from '../src/index.ts'
import { serveApp } from './serve-app.ts'

type Log = NonNullable<AppOptions['log']>

const rejections: unknown[] = []
const onRejection = (reason: unknown) => void rejections.push(reason)

beforeEach(() => {
  rejections.length = 0
  process.on('unhandledRejection', onRejection)
  vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
})

afterEach(() => {
  process.off('unhandledRejection', onRejection)
  vi.restoreAllMocks()
})

/** A logger whose every member is as the function makes it. */
function loggerOf(member: () => (...line: unknown[]) => unknown): Log {
  const names = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'child']
  return Object.fromEntries(names.map(name => [name, member()])) as unknown as Log
}

/** A logger that is whole when it is checked, and cannot be read from then on. */
function spoiled(): Log {
  const logger = loggerOf(() => () => undefined) as unknown as Record<string, unknown>
  let whole = true
  setImmediate(() => {
    whole = false
  })
  for (const [name, method] of Object.entries(logger)) {
    Object.defineProperty(logger, name, {
      get() {
        if (whole) return method
        throw new Error(`${name} is gone`)
      },
    })
  }
  return logger as unknown as Log
}

const LOGGERS: [string, () => Log][] = [
  ['false', () => false],
  ['a console', () => new Console({ stdout: new PassThrough().resume(), stderr: new PassThrough().resume() })],
  [
    'one that throws',
    () =>
      loggerOf(() => () => {
        throw new Error('disk full')
      }),
  ],
  ['one that rejects', () => loggerOf(() => () => Promise.reject(new Error('collector gone')))],
  ['one whose children are nothing', () => loggerOf(() => () => undefined)],
  ['one that cannot be read any more', spoiled],
]

test.each(LOGGERS)('with %s for a logger, what fails is answered and the next request served', async (_, log) => {
  const served = await serveApp(
    app => {
      app.get('/throws', () => {
        throw new Error('boom')
      })
      app.get('/logs', c => {
        c.log.info({ a: 1 }, 'hello')
        return { ok: true }
      })
      app.get('/worse', () => {
        throw new Error('worse')
      })
      app.onError((error, c) => {
        if (c.req.path === '/worse') throw error
        return undefined
      })
    },
    { log: log() },
  )
  for (const path of ['/throws', '/worse', '/throws']) {
    const answer = await served.get(path)
    expect([answer.status, (await answer.json()).code]).toEqual([500, 'internal_error'])
  }
  expect(await (await served.get('/logs')).json()).toEqual({ ok: true })
  await served.close()
  expect(rejections).toEqual([])
})

test.each(LOGGERS)('the engine alone, with %s for a logger: the last resort answers', async (_, log) => {
  const server = createServer(
    () => {
      throw new Error('boom')
    },
    {
      log: log(),
      onError: () => Promise.reject(new Error('onError failed')),
      onFinish: (() => Promise.reject(new Error('onFinish failed'))) as () => void,
    },
  )
  const { port } = await server.listen({ port: 0 })
  for (const _ of [1, 2]) expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(500)
  await server.close({ graceMs: 0 })
  expect(rejections).toEqual([])
})

test.each([true, null, 'info', {}, { error() {} }])('createApp() refuses %j for a logger, with the remedy', log => {
  expect(() => createApp({ root: import.meta.dirname, environment: 'test', log: log as unknown as Log })).toThrow(
    /The logger (is|has no) .*createLogger\(\) of @arlen\/core\/logger, a pino logger, console, or false/,
  )
})

test('a console gets the failure with its stack and the id in the response', async () => {
  const stderr = new PassThrough()
  const served = await serveApp(
    app => {
      app.get('/', () => {
        throw new Error('boom')
      })
    },
    { log: new Console({ stdout: new PassThrough().resume(), stderr }) },
  )
  const { correlationId } = await (await served.get('/')).json()
  await served.close()
  stderr.end()
  const text = Buffer.concat(await stderr.toArray()).toString()
  expect(text).toContain('request failed')
  expect(text).toContain('Error: boom')
  expect(text).toContain(correlationId)
})
