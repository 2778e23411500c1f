import { Console } from 'node:console'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { silentLogger } from './logger.ts'
import { createLogger } from './pino-logger.ts'
import { LOG_METHODS, toLogger } from './safe-logger.ts'

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

/** Rejections nobody handled are told after the microtasks of a turn. */
const nextTurn = () => new Promise(resolve => setImmediate(resolve))

/** All that is in it; one `read()` may give a part. */
function textOf(stream: PassThrough): string {
  let text = ''
  for (let piece = stream.read(); piece !== null; piece = stream.read()) text += String(piece)
  return text
}

function loggerOf(method: (...line: unknown[]) => unknown, more: object = {}): object {
  const logger: Record<string, unknown> = { child: () => logger, ...more }
  for (const name of LOG_METHODS) logger[name] ??= method
  return logger
}

test('false is silence, also from a child', () => {
  const log = toLogger(false)
  log.error({ err: new Error('x') }, 'nobody sees this')
  log.child({ a: 1 }).fatal('nor this')
  expect(log).toBe(silentLogger)
})

test('a pino logger is itself behind the guard, with its level and its children', () => {
  const lines: Record<string, unknown>[] = []
  const pino = createLogger({ destination: { write: line => void lines.push(JSON.parse(line)) } })
  const log = toLogger(pino) as typeof pino
  expect(toLogger(log)).toBe(log)
  log.child({ requestId: 'r1' }).child({ part: 'p' }).warn({ n: 1 }, 'hello')
  log.level = 'error'
  log.info('too low')
  expect(pino.level).toBe('error')
  expect(log.isLevelEnabled('info')).toBe(false)
  expect(lines).toMatchObject([{ level: 'warn', msg: 'hello', n: 1, requestId: 'r1', part: 'p' }])
})

test('a console is adapted: messages first, then members and those of children', () => {
  const out = new PassThrough()
  const err = new PassThrough()
  const log = toLogger(new Console({ stdout: out, stderr: err }))
  log
    .child({ requestId: 'r1' })
    .child({ user: 7 })
    .error({ err: new Error('boom') }, 'request failed')
  log.info('plain')
  log.fatal(new Error('end'))
  log.trace({ a: 1 }, 'fine')
  expect(textOf(out)).toBe('plain\nfine { a: 1 }\n')
  const errors = textOf(err)
  expect(errors).toMatch(/^request failed \{\n {2}requestId: 'r1',\n {2}user: 7,/)
  expect(errors).toContain('Error: boom')
  expect(errors).toContain('Error: end')
  expect(() => toLogger(console)).not.toThrow()
})

test.each([
  ['true', true, 'is a value of type boolean'],
  ['null', null, 'is null'],
  ['a text', 'info', 'is a value of type string'],
  ['nothing', undefined, 'is a value of type undefined'],
  ['half a logger', { info() {}, error() {} }, 'has no trace(), debug(), warn(), fatal(), child()'],
  ['a logger without children', loggerOf(() => undefined, { child: undefined }), 'has no child()'],
  [
    'a getter that throws',
    {
      get trace() {
        throw new Error('not now')
      },
    },
    'cannot be read: Error: not now',
  ],
])('%s is refused with what is wrong and what to give', (_, given, problem) => {
  expect(() => toLogger(given)).toThrow(expect.objectContaining({ code: 'logger_invalid' }))
  expect(() => toLogger(given)).toThrow(problem)
  expect(() => toLogger(given)).toThrow('createLogger()')
})

test('a logger that throws, rejects or has a thenable that throws costs its line and nothing else', async () => {
  const copy = './safe-logger.ts?unused' // a process is warned once, so a copy that has not warned yet
  const { toLogger } = (await import(copy)) as typeof import('./safe-logger.ts')
  const thrower = toLogger(
    loggerOf(() => {
      throw new Error('disk full')
    }),
  )
  const rejecter = toLogger(loggerOf(() => Promise.reject(new Error('socket closed'))))
  const thenable = {
    // biome-ignore lint/suspicious/noThenProperty: a logger may return anything
    get then() {
      throw new Error('no')
    },
  }
  const odd = toLogger(loggerOf(() => thenable))
  for (const log of [thrower, rejecter, odd]) {
    for (const name of LOG_METHODS) expect(log[name]('x')).toBeUndefined()
  }
  await nextTurn()
  expect(rejections).toEqual([])
  expect(process.emitWarning).toHaveBeenCalledTimes(1)
})

test('methods that turn into getters that throw, or are frozen, are no way round the guard', () => {
  const logger = loggerOf(() => undefined)
  const log = toLogger(logger)
  Object.defineProperty(logger, 'error', {
    get() {
      throw new Error('gone')
    },
  })
  expect(() => log.error('x')).not.toThrow()
  const frozen = toLogger(
    Object.freeze(
      loggerOf(() => {
        throw new Error('frozen')
      }),
    ),
  )
  expect(() => frozen.error('x')).not.toThrow()
})

test('if child() fails or returns no logger, the parent is used', () => {
  const lines: unknown[] = []
  for (const child of [() => undefined, () => ({}), () => Promise.reject(new Error('later'))]) {
    const log = toLogger(loggerOf(line => lines.push(line), { child }))
    log.child({ requestId: 'r1' }).info('kept')
  }
  const throwing = toLogger(
    loggerOf(line => lines.push(line), {
      child() {
        throw new Error('no children')
      },
    }),
  )
  throwing.child({}).info('kept')
  expect(lines).toEqual(['kept', 'kept', 'kept', 'kept'])
})
