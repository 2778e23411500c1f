// What node:net itself costs, at its least: a server that reads into one shared buffer, looks at nothing and writes one
// constant. No server over node:net is below it.
import { createServer, type Server, Socket, type SocketConstructorOpts } from 'node:net'
import { bodies } from '../scenarios.ts'
import { portOf } from './port.ts'

export function start(scenario: string): Promise<number> {
  const body = bodies[scenario] ?? ''
  const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}`
  const answer = Buffer.from(`${head}\r\ndate: ${new Date().toUTCString()}\r\n\r\n${body}`)
  return portOf(listen(answer).listen(0, '127.0.0.1'))
}

function listen(answer: Buffer): Server {
  const buffer = Buffer.allocUnsafe(64 * 1024)
  return createServer({ noDelay: true, pauseOnConnect: true }, accepted => {
    const callback = () => {
      socket.write(answer)
      return true
    }
    // A socket gets its buffer when it is made, and a server makes its sockets without one. A buffer of its own for every
    // read, which is what `data` events come with, is a fifth of all that this server costs.
    const handle = takeHandle(accepted)
    const socket = new Socket({ handle, onread: { buffer, callback } } as SocketConstructorOpts)
    socket.on('error', () => socket.destroy())
    socket.resume()
  })
}

function takeHandle(socket: Socket): unknown {
  const inside = socket as unknown as { _handle: unknown }
  const handle = inside._handle
  inside._handle = null
  return handle
}
