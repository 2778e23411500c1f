import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/helpers.ts'
import { LogSink } from '../observation/log.ts'
import { WorkerOutput } from './worker-output.ts'

const [ONE, TWO] = [1, 2].map(id => ({ id, slot: id, generation: 1, pid: 100 + id })) as [Worker, Worker]
type Worker = { id: number; slot: number; generation: number; pid: number }

function output(json: boolean): { out: WorkerOutput; lines: () => string[] } {
  const file = path.join(temporaryFolder(), 'log')
  return { out: new WorkerOutput(new LogSink(file), json), lines: () => readFileSync(file, 'utf8').split('\n') }
}

test('halves of lines of several workers and streams are put together, never mixed', () => {
  const { out, lines } = output(false)
  out.push(ONE, Buffer.from('one sta'), 'stdout')
  out.push(TWO, Buffer.from('two sta'), 'stdout')
  out.push(ONE, Buffer.from('error of one\n'), 'stderr')
  out.push(TWO, Buffer.from('rts\n'), 'stdout')
  out.push(ONE, Buffer.from('rts\n'), 'stdout')
  expect(lines()).toEqual(['error of one', 'two starts', 'one starts', ''])
})

test('output that is not JSON is marked with its worker, and errors as errors', () => {
  const { out, lines } = output(true)
  out.push(TWO, Buffer.from('plain\n'), 'stdout')
  out.push(TWO, Buffer.from('bad\n'), 'stderr')
  out.push(TWO, Buffer.from('{"level":"debug"}\n'), 'stdout')
  const [plain, bad, own] = lines().map(line => (line === '' ? {} : (JSON.parse(line) as object)))
  expect(plain).toMatchObject({ level: 'info', worker: 2, pid: 102, msg: 'plain' })
  expect(bad).toMatchObject({ level: 'error', msg: 'bad' })
  expect(own).toEqual({ level: 'debug' })
})

test('the end waits for all streams, and passes on what has no end of line', async () => {
  const { out, lines } = output(false)
  out.push(ONE, Buffer.from('last wor'), 'stdout')
  out.push(TWO, Buffer.from('x\n'), 'stdout')
  const ended = out.ended(60_000)
  out.push(TWO, undefined, 'stdout')
  out.push(ONE, Buffer.from('ds'), 'stdout')
  out.push(ONE, undefined, 'stdout')
  await ended
  await out.ended(60_000)
  expect(lines()).toEqual(['x', 'last words', ''])
})

test('a stream that someone holds open does not keep it forever', async () => {
  const { out, lines } = output(false)
  out.push(ONE, Buffer.from('x\n'), 'stdout')
  await out.ended(10)
  expect(lines()).toEqual(['x', ''])
})
