import { expect, test } from 'vitest'
import { createLogger } from './pino-logger.ts'

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

test('redacts secrets wherever requests and configuration carry them', () => {
  const secret = 'correct horse battery'
  const text = JSON.stringify(
    linesOf(log => {
      log.info({
        password: secret,
        headers: { authorization: secret, cookie: secret, 'set-cookie': secret },
        card: secret,
      })
    }),
  )
  expect(text).not.toContain(secret)
  expect(text).toContain('[redacted]')
})
