import { expect, test } from 'vitest'
import { formatLine } from './log-text.ts'
import { createLogger } from './pino-logger.ts'

test('a line for people has the time, the level, the message and the facts', () => {
  const lines: string[] = []
  const log = createLogger({ format: 'text', destination: { write: line => void lines.push(line) } })
  log.info({ method: 'GET', path: '/a b', status: 200, timings: { parse: 1 } }, 'request')
  expect(lines[0]).toMatch(
    /^\d\d:\d\d:\d\d info {2}request method=GET path="\/a b" status=200 timings=\{"parse":1\}\n$/,
  )
})

test('an error is shown with its stack, indented', () => {
  const lines: string[] = []
  const log = createLogger({ format: 'text', destination: { write: line => void lines.push(line) } })
  log.error({ err: new TypeError('x is not a function') }, 'request failed')
  expect(lines[0]).toMatch(/error request failed\n {2}TypeError: x is not a function\n {6}at /)
})

test('data from clients cannot write escape sequences to the terminal', () => {
  const line = formatLine(
    JSON.stringify({ level: 'info', time: new Date().toISOString(), msg: 'a\u001b[2Jb\nc' }),
    false,
  )
  expect(line).not.toContain('\u001b')
  expect(line.trimEnd()).not.toContain('\n')
})

test('a line that is not JSON passes as it is', () => {
  expect(formatLine('hello\n', false)).toBe('hello\n')
})
