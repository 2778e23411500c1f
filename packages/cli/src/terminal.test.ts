import { expect, test } from 'vitest'
import { processIo } from './terminal.ts'

function terminal(isTTY: boolean, env: Readonly<Record<string, string>> = {}) {
  const written: string[] = []
  const stream = { isTTY, columns: 20, write: (text: string) => void written.push(text) }
  return { written, io: processIo({ env, stdin: { isTTY }, stdout: stream, stderr: stream, cwd: () => '/' }) }
}

test('on a terminal, what is being done stands in one line, which goes away before the next', () => {
  const { written, io } = terminal(true)
  io.status?.('checking')
  io.status?.('a text that is too long for this terminal')
  io.out('ok')
  io.status?.()
  expect(written.join('')).toBe(
    '\u001b[2mchecking\u001b[22m\r\u001b[2K\u001b[2ma text that is too \u001b[22m\r\u001b[2Kok\n',
  )
  expect(io.isTerminal).toBe(true)
})

test.each([
  ['elsewhere', false, {}],
  ['on a terminal that can do nothing', true, { TERM: 'dumb' }],
  ['in CI', true, { CI: 'true' }],
])('%s there are only lines', (_, isTTY, env) => {
  const { written, io } = terminal(isTTY, env)
  io.status?.('checking')
  io.out('ok')
  io.err('not ok')
  expect(written).toEqual(['ok\n', 'not ok\n'])
})

test('standard output is kept for what a command prints, until it is released', () => {
  const [printed, diverted]: [string[], string[]] = [[], []]
  const from = {
    env: {},
    stdin: {},
    stdout: { write: (text: string) => printed.push(text) },
    stderr: { write: (text: string) => diverted.push(text) },
    cwd: () => '/',
  }
  const io = processIo(from)
  const release = io.reserve!()
  from.stdout.write('a word of the application')
  io.out('{}')
  expect([printed, diverted]).toEqual([['{}\n'], ['a word of the application']])
  release()
  from.stdout.write('again')
  expect(printed).toEqual(['{}\n', 'again'])
})
