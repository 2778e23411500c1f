import net from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { until } from '../../test/helpers.ts'
import { bindTcp } from '../system/listening-socket.ts'
import { Acceptor } from './acceptor.ts'

interface Bench {
  acceptor: Acceptor
  port: number
  asked: number
}

async function listening(): Promise<Bench> {
  const socket = bindTcp('127.0.0.1', 0)
  const bench: Bench = { acceptor: new Acceptor(() => bench.asked++), port: socket.port!, asked: 0 }
  bench.acceptor.virtualServer.on('connection', (accepted: net.Socket) => {
    accepted.on('error', () => undefined)
    accepted.once('end', () => accepted.end()).resume()
  })
  await bench.acceptor.listen(socket.handle, 1, 10)
  onTestFinished(() => bench.acceptor.stop())
  return bench
}

/** The error, or `connected`. */
function dial(port: number): Promise<string> {
  return new Promise(resolve => {
    const socket = net.connect(port, '127.0.0.1', () => resolve('connected'))
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''))
    onTestFinished(() => void socket.destroy())
  })
}

test('counts the connections that are open', async () => {
  const { acceptor, port } = await listening()
  const told: string[] = []
  acceptor.onOpen = () => told.push(`open ${acceptor.connections}`)
  acceptor.onClose = () => told.push(`closed ${acceptor.connections}`)
  const client = net.connect(port, '127.0.0.1')
  await until(
    () => acceptor.connections,
    count => count === 1,
  )
  client.end()
  await until(
    () => told.length,
    count => count === 2,
  )
  expect(told).toEqual(['open 1', 'closed 0'])
})

test('a paused one asks once for a copy of its sockets, and resumes with it', async () => {
  const bench = await listening()
  const { acceptor } = bench
  acceptor.pause()
  acceptor.pause()
  expect([acceptor.accepting, bench.asked, acceptor.resume()]).toEqual([false, 1, false])
  // A socket of its own stands for the copy: two copies in one process would share a descriptor.
  const copy = bindTcp('127.0.0.1', 0)
  acceptor.addSpare(copy.handle, 0, 1)
  expect(acceptor.resume()).toBe(true)
  expect(await dial(copy.port!)).toBe('connected')
})

test('of two copies of a socket one is enough', async () => {
  const { acceptor } = await listening()
  const [first, second] = [bindTcp('127.0.0.1', 0), bindTcp('127.0.0.1', 0)]
  acceptor.addSpare(first.handle, 0, 1)
  acceptor.addSpare(second.handle, 0, 1)
  acceptor.pause()
  acceptor.resume()
  expect([await dial(first.port!), await dial(second.port!)]).toEqual(['connected', 'ECONNREFUSED'])
})

test('stopped last, it accepts what is queued, even if it was paused, and nothing afterwards', async () => {
  const bench = await listening()
  bench.acceptor.pause()
  const copy = bindTcp('127.0.0.1', 0)
  bench.acceptor.addSpare(copy.handle, 0, 1)
  const stopped = bench.acceptor.stopLast()
  expect(await dial(copy.port!)).toBe('connected')
  await stopped
  expect([bench.acceptor.connections >= 1, bench.acceptor.accepting, bench.acceptor.resume()]).toEqual([
    true,
    false,
    false,
  ])
  const late = bindTcp('127.0.0.1', 0)
  bench.acceptor.addSpare(late.handle, 0, 1)
  expect(await dial(late.port!)).toBe('ECONNREFUSED')
})

test('looks to an application like a server that listens', async () => {
  const { acceptor, port } = await listening()
  expect(acceptor.virtualServer.listening).toBe(true)
  expect(acceptor.virtualServer.address()).toMatchObject({ port })
  await new Promise<void>(resolve => acceptor.virtualServer.close(() => resolve()))
  expect(acceptor.accepting).toBe(false)
})
