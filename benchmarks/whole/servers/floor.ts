// What node:net itself costs: a server that reads nothing and writes one constant. No server in JavaScript is below it.
import { createServer } from 'node:net'
import { bodies } from '../scenarios.ts'
import { portOf } from './port.ts'

export function start(scenario: string): Promise<number> {
  const body = bodies[scenario] ?? ''
  const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}`
  const answer = Buffer.from(`${head}\r\ndate: ${new Date().toUTCString()}\r\n\r\n${body}`)
  const server = createServer({ noDelay: true }, socket => {
    socket.on('data', () => socket.write(answer))
    socket.on('error', () => socket.destroy())
  })
  return portOf(server.listen(0, '127.0.0.1'))
}
