import { once } from 'node:events'
import net from 'node:net'
import { expect, test } from 'vitest'
import { occupyQueue, setQueueLength } from './listening-socket.ts'

test('a queue of one has room for one connection of our own, once, and not while another one waits in it', async () => {
  const accepted: net.Socket[] = []
  const server = net.createServer(socket => accepted.push(socket)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  setQueueLength(server, 0)
  // None is accepted before the event loop comes round.
  expect([await occupyQueue(server), await occupyQueue(server)]).toEqual([true, false])
  server.close()
  await once(server, 'close')
  expect(accepted).toEqual([])
})
