import { once } from 'node:events'
import { connect } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import type { Handler } from '../src/index.ts'
import { serving } from './serving.ts'

const { start } = serving()

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** An answer of `count` pieces. */
type RawResponse = (count: number, atEnd: () => void) => Handler

/** Calls `atEnd` when the last piece is about to be sent, while the answer is still open. */
async function* pieces<T>(count: number, make: (i: number) => T, atEnd: () => void): AsyncGenerator<T> {
  for (let i = 0; i < count; i++) {
    if (i === count - 1) atEnd()
    // The peer must have its turn, as it has where events come from elsewhere.
    if (i % 1000 === 0) await new Promise(resolve => setImmediate(resolve))
    yield make(i)
  }
}

/** Heap that an open answer of many pieces keeps for each of them, and what the pieces cost, in milliseconds of CPU. */
async function measure(answer: RawResponse, count: number): Promise<{ bytesPerPiece: number; cpuMs: number }> {
  let heap = 0
  const atEnd = () => {
    collect()
    heap = process.memoryUsage().heapUsed
  }
  const server = await start(answer(count, atEnd))
  collect()
  const before = process.memoryUsage().heapUsed
  const cpu = process.cpuUsage()
  const socket = connect(server.port, '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
  await once(socket.resume(), 'end')
  const { user, system } = process.cpuUsage(cpu)
  socket.end()
  return { bytesPerPiece: (heap - before) / count, cpuMs: (user + system) / 1000 }
}

const events: RawResponse = (count, atEnd) => c => c.events(pieces(count, i => ({ id: String(i), data: 'x' }), atEnd))

const stream: RawResponse = (count, atEnd) => c => c.stream(pieces(count, i => `id: ${i}\ndata: x\n\n`, atEnd))

test('200,000 events keep no memory while the answer is open', async () => {
  await measure(events, 10_000)
  // A promise and its reactions would be 260 bytes.
  expect((await measure(events, 200_000)).bytesPerPiece).toBeLessThan(20)
})

test('events cost what a stream of the same text costs (timed)', { retry: 2 }, async () => {
  // Others on the machine can only make a round cost more, so the cheapest of each kind are compared.
  const cheapest = { stream: Number.POSITIVE_INFINITY, events: Number.POSITIVE_INFINITY }
  await measure(stream, 10_000)
  await measure(events, 10_000)
  for (let round = 0; round < 8; round++) {
    cheapest.stream = Math.min(cheapest.stream, (await measure(stream, 20_000)).cpuMs)
    cheapest.events = Math.min(cheapest.events, (await measure(events, 20_000)).cpuMs)
  }
  // It is 1.4: an event is an object that is checked and turned into text.
  expect(cheapest.events / cheapest.stream).toBeLessThan(1.7)
})
