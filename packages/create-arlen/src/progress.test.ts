import { expect, test, vi } from 'vitest'
import type { CreateIo } from './io.ts'
import { Progress } from './progress.ts'

function setUp(isTerminal: boolean) {
  const [lines, shown]: [string[], (string | undefined)[]] = [[], []]
  const out = (line: string) => void lines.push(line)
  const io: CreateIo = { cwd: '/', env: {}, isTerminal, out, err: out }
  if (isTerminal) io.status = text => void shown.push(text)
  return { lines, shown, progress: new Progress(io) }
}

test('on a terminal a step is shown in place, with its seconds, and cleared at the end', () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
  try {
    const { lines, shown, progress } = setUp(true)
    progress.step('Installing')
    vi.advanceTimersByTime(2_000)
    progress.end()
    vi.advanceTimersByTime(5_000)
    expect([lines, shown]).toEqual([[], [undefined, 'Installing …', 'Installing … 1 s', 'Installing … 2 s', undefined]])
  } finally {
    vi.useRealTimers()
  }
})

test('elsewhere it is a line, once', () => {
  const { lines, progress } = setUp(false)
  progress.step('Installing')
  progress.end()
  expect(lines).toEqual(['Installing …'])
})
