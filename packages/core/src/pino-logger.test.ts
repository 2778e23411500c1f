import { expect, test } from 'vitest'
import { createLogger, type PinoLogger } from './pino-logger.ts'

function linesOf(run: (log: ReturnType<typeof createLogger>) => void): Record<string, unknown>[] {
  const lines: string[] = []
  run(
    createLogger({ base: { release: 'r1' }, redact: ['card'], destination: { write: line => void lines.push(line) } }),
  )
  return lines.map(line => JSON.parse(line))
}

test('writes JSON lines with level names, ISO times and the base members', () => {
  const [line] = linesOf(log => log.info({ id: 1 }, 'hello'))
  expect(line).toMatchObject({ level: 'info', msg: 'hello', release: 'r1', id: 1 })
  expect(new Date(line!.time as string).toISOString()).toBe(line!.time)
})

const SECRET = 'correct horse battery'

test.each<[string, (log: PinoLogger) => void]>([
  ['a field', log => log.info({ password: SECRET }, 'x')],
  ['a header', log => log.info({ headers: { authorization: SECRET, cookie: SECRET, 'set-cookie': [SECRET] } })],
  ['a field far down', log => log.info({ order: { payment: { card: { cvc: SECRET } } } })],
  ['an item of a list', log => log.info({ users: [{ name: 'Ada', apiKey: SECRET }] })],
  ['an error', log => log.error({ err: Object.assign(new Error('x'), { accessToken: SECRET }) })],
  ['an error alone', log => log.error(Object.assign(new Error('x'), { accessToken: SECRET }))],
  ['the fields of a child', log => log.child({ session_id: SECRET }).info('x')],
  ['a path of one’s own', log => log.info({ card: SECRET })],
])('takes secrets out of %s', (_, run) => {
  const text = JSON.stringify(linesOf(run))
  expect(text).not.toContain(SECRET)
  expect(text).toContain('[redacted]')
})

test('leaves the rest of a line, and what was given, as it is', () => {
  const fields = {
    user: { name: 'Ada', password: SECRET },
    at: new Date(0),
    list: [1, { a: 2 }],
    none: null,
    token: null,
  }
  const [line] = linesOf(log => log.info(fields, 'hello'))
  expect(line).toMatchObject({
    user: { name: 'Ada', password: '[redacted]' },
    at: '1970-01-01T00:00:00.000Z',
    list: [1, { a: 2 }],
    none: null,
    token: null,
  })
  expect(fields.user.password).toBe(SECRET)
})

test('a circular value does not loop', () => {
  const loop: Record<string, unknown> = { password: SECRET }
  loop.self = loop
  expect(JSON.stringify(linesOf(log => log.info(loop)))).toContain('[redacted]')
})
