import { createServer } from 'node:http'
import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { probe } from './probe.ts'

/** An application that answers so. */
function answering(status: number): (socket: Socket) => void {
  const server = createServer((request, response) => {
    response.statusCode = request.url === '/ready' ? status : 200
    response.end('body')
  })
  return socket => void server.emit('connection', socket)
}

test('any complete answer will do without a path, with one only a good one', async () => {
  await probe(answering(500), { protocol: 'http', path: '', timeoutMs: 5000 })
  await probe(answering(204), { protocol: 'http', path: '/ready', timeoutMs: 5000 })
  await probe(answering(302), { protocol: 'http', path: '/ready', timeoutMs: 5000 })
  await expect(probe(answering(500), { protocol: 'http', path: '/ready', timeoutMs: 5000 })).rejects.toThrow(
    'it did not pass the probe: GET /ready was answered with 500',
  )
})

test('says so when a response is not HTTP, missing, or never ends', async () => {
  const says = (text: string) => (socket: Socket) => void socket.end(text)
  await expect(probe(says('hello'), { protocol: 'http', path: '', timeoutMs: 5000 })).rejects.toThrow(
    'GET / was answered with "hello", not HTTP',
  )
  await expect(probe(says(''), { protocol: 'http', path: '', timeoutMs: 5000 })).rejects.toThrow(
    'GET / was answered with "", not HTTP',
  )
  await expect(probe(socket => void socket.resume(), { protocol: 'http', path: '', timeoutMs: 50 })).rejects.toThrow(
    'no complete answer within 50 ms',
  )
  const resets = probe(socket => void socket.resetAndDestroy(), { protocol: 'http', path: '', timeoutMs: 5000 })
  await expect(resets).rejects.toThrow('it did not pass the probe: ')
})
