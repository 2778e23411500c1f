import { execFileSync } from 'node:child_process'
import nodeFs from 'node:fs'
import path from 'node:path'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { temporaryFolder } from '../../test/helpers.ts'
import { fs } from '../system/builtins.ts'
import { NonBlockingOutput, openLogFile } from './non-blocking-output.ts'

afterEach(() => void vi.restoreAllMocks())

/** A pipe whose reader reads when it is told to. */
function pipe() {
  const file = path.join(temporaryFolder(), 'pipe')
  execFileSync('mkfifo', [file])
  const reader = nodeFs.openSync(file, nodeFs.constants.O_RDONLY | nodeFs.constants.O_NONBLOCK)
  const writer = openLogFile(file)
  onTestFinished(() => nodeFs.closeSync(writer))
  const chunk = Buffer.alloc(1 << 20)
  const read = () => {
    try {
      return chunk.toString('latin1', 0, nodeFs.readSync(reader, chunk))
    } catch {
      return '' // empty
    }
  }
  return { writer, read, close: () => nodeFs.closeSync(reader) }
}

const LINE = `${'x'.repeat(999)}\n`

test('a full pipe holds nothing up: what does not fit waits, and comes whole and in order', async () => {
  const { writer, read, close } = pipe()
  onTestFinished(close)
  const output = new NonBlockingOutput(writer)
  for (let count = 0; count < 500; count++) output.write(Buffer.from(`${count} ${LINE}`))
  const flushed = output.flush(60_000)
  let text = read()
  while (text.split('\n').length < 501) {
    text += read()
    await new Promise(resolve => setImmediate(resolve))
  }
  await flushed
  expect(
    text
      .split('\n')
      .map(line => Number(line.split(' ')[0]))
      .slice(0, 500),
  ).toEqual([...Array(500).keys()])
  expect(output.dropped).toBe(0)
})

test('beyond a limit lines are dropped and counted, and the log says so once it can be written again', async () => {
  const { writer, read, close } = pipe()
  onTestFinished(close)
  const output = new NonBlockingOutput(writer)
  const recovered = new Promise<number>(resolve => {
    output.onRecovered = resolve
  })
  for (let count = 0; count < 6000; count++) output.write(Buffer.from(LINE))
  expect(output.dropped).toBeGreaterThan(1000)
  let bytes = 0
  const reading = setInterval(() => {
    bytes += read().length
  }, 1)
  onTestFinished(() => clearInterval(reading))
  await output.flush(60_000)
  output.write(Buffer.from('next\n'))
  expect(await recovered).toBe(output.dropped)
  await vi.waitUntil(() => bytes >= (6000 - output.dropped) * LINE.length, { timeout: 30_000 })
})

test('a flush ends at its deadline if the output is not read', async () => {
  const { writer, close } = pipe()
  onTestFinished(close)
  const output = new NonBlockingOutput(writer)
  for (let count = 0; count < 200; count++) output.write(Buffer.from(LINE))
  await output.flush(20)
  expect(output.dropped).toBe(0)
})

test('a reader that is gone costs lines, and nothing else', () => {
  const { writer, close } = pipe()
  const output = new NonBlockingOutput(writer)
  close()
  output.write(Buffer.from('one\ntwo\n'))
  expect(output.dropped).toBe(2)
})

test('a line that a full disk has cut is ended before the next', () => {
  const file = path.join(temporaryFolder(), 'log')
  const output = new NonBlockingOutput(openLogFile(file))
  const told: number[] = []
  output.onRecovered = dropped => told.push(dropped)
  const write = fs.writeSync.bind(fs) as typeof fs.writeSync
  const full = () => {
    throw Object.assign(new Error('no space left'), { code: 'ENOSPC' })
  }
  vi.spyOn(fs, 'writeSync')
    .mockImplementationOnce((fd, bytes) => write(fd, (bytes as unknown as Buffer).subarray(0, 4)))
    .mockImplementationOnce(full)
    .mockImplementationOnce(full)
  output.write(Buffer.from('first line\n'))
  output.write(Buffer.from('lost\n'))
  output.write(Buffer.from('third line\n'))
  expect(nodeFs.readFileSync(file, 'utf8')).toBe('firs\nthird line\n')
  expect(told).toEqual([2])
})

test('an unread pipe is not a log file', () => {
  const file = path.join(temporaryFolder(), 'pipe')
  execFileSync('mkfifo', [file])
  expect(() => openLogFile(file)).toThrow(/ENXIO/)
})
