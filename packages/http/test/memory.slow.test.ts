import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { get, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { eventually } from './serving.ts'

const MiB = 1024 * 1024
let child: ChildProcess
let port = 0
let memoryPort = 0
const sockets: Socket[] = []

beforeEach(async () => {
  const program = join(import.meta.dirname, '../fixtures/memory-server.ts')
  child = spawn(process.execPath, ['--expose-gc', '--conditions=@arlen/source', program], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [line] = (await once(child.stdout!, 'data')) as [Buffer]
  ;[port = 0, memoryPort = 0] = String(line).split(' ').map(Number)
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  child.stdin!.end()
  await once(child, 'exit')
})

const rss = () => told('/')

/** Figures that the server reports about itself. */
async function told(path: '/' | '/connections'): Promise<number> {
  const [answer] = (await once(get({ port: memoryPort, path, agent: false }), 'response')) as [AsyncIterable<Buffer>]
  let text = ''
  for await (const chunk of answer) text += String(chunk)
  return Number(text)
}

async function open(): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  sockets.push(socket)
  socket.on('error', () => undefined) // the server cuts some of these on purpose
  await once(socket, 'connect')
  return socket
}

/** Memory settles after the first use of everything; growth is counted from there. */
async function growth(work: () => Promise<unknown>): Promise<number> {
  await work()
  const before = await rss()
  await work()
  return (await rss()) - before
}

test('pipelined requests behind a slow handler stay in the client’s own queue', async () => {
  const flood = Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(40_000))
  const before = await rss()
  const socket = await open()
  socket.write('GET /slow HTTP/1.1\r\nHost: a\r\n\r\n')
  let accepted = 0
  // As much as the kernel takes: then the server has stopped reading.
  for (let still = 0; still < 20 && accepted < 1000; ) {
    if (socket.writableNeedDrain) still++
    else {
      socket.write(flood)
      accepted++
      still = 0
    }
    await rss() // it has read meanwhile what it wants to read
  }
  expect(accepted).toBeLessThan(1000)
  expect((await rss()) - before).toBeLessThan(8 * MiB)
})

test('a body in chunks of one byte weighs what a body weighs', async () => {
  const chunks = Buffer.from('1\r\nx\r\n'.repeat(10_000))
  const before = await rss()
  const clients = await Promise.all(Array.from({ length: 10 }, open))
  for (const socket of clients) {
    socket.write('POST /collect HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n')
    for (let i = 0; i < 100; i++) if (!socket.write(chunks)) await once(socket, 'drain')
  }
  // Ten bodies of a million bytes; as buffers of one byte they would be a gigabyte.
  expect((await rss()) - before).toBeLessThan(150 * MiB)
  const answers = clients.map(socket => once(socket, 'data'))
  for (const socket of clients) socket.write('0\r\n\r\n')
  for (const [answer] of await Promise.all(answers)) expect(String(answer)).toMatch(/\{"bytes":1000000\}$/)
})

test('a client that never reads costs little and is cut', async () => {
  await growth(async () => undefined)
  const before = await rss()
  const closed: Promise<unknown>[] = []
  for (let i = 0; i < 20; i++) {
    const socket = await open()
    socket.pause()
    closed.push(once(socket, 'close'))
    socket.write('GET /endless HTTP/1.1\r\nHost: a\r\n\r\n')
  }
  await eventually(async () => (await told('/connections')) === 20)
  // Cut after the write time-out of one second: reading on finds the end of it.
  let most = 0
  await eventually(async () => {
    most = Math.max(most, await rss())
    return (await told('/connections')) === 0
  })
  expect(most - before).toBeLessThan(20 * MiB)
  for (const socket of sockets) socket.resume()
  await Promise.all(closed)
})

async function upload(mebibytes: number): Promise<void> {
  const block = Buffer.alloc(MiB)
  const headers = { 'content-length': mebibytes * MiB }
  const going = request({ port, path: '/upload', method: 'POST', headers })
  const answered = once(going, 'response') as Promise<[AsyncIterable<Buffer>]>
  for (let i = 0; i < mebibytes; i++) if (!going.write(block)) await once(going, 'drain')
  going.end()
  const [answer] = await answered
  let text = ''
  for await (const piece of answer) text += String(piece)
  expect(JSON.parse(text)).toEqual({ bytes: mebibytes * MiB })
}

test('a gigabyte passes in either direction in flat memory', async () => {
  // The allocator keeps what waited for the collector once, 20 to 70 MiB; what it takes after that is growth.
  await upload(256)
  const before = await rss()
  const [download] = (await once(get({ port, path: '/download' }), 'response')) as [AsyncIterable<Buffer>]
  let bytes = 0
  for await (const piece of download) bytes += piece.length
  expect(bytes).toBe(1024 * MiB)
  expect((await rss()) - before).toBeLessThan(100 * MiB)
  await upload(1024)
  expect((await rss()) - before).toBeLessThan(100 * MiB)
})

test('connections come and go without leaving anything', async () => {
  const round = async () => {
    for (let i = 0; i < 1000; i++) {
      const socket = await open()
      socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
      await once(socket.resume(), 'close')
    }
    sockets.length = 0
  }
  await round()
  expect(await growth(round)).toBeLessThan(10 * MiB)
  await eventually(() => sockets.length === 0)
})
