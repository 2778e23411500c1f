import type { AddressInfo, Server, Socket } from 'node:net'
import { net } from '../system/builtins.ts'

/**
 * Sends the application one request over a loopback connection of its own, before any client can: an application that
 * cannot answer never takes a connection. Without a path any complete answer to `GET /` will do. Written in plain
 * bytes, because loading node:http costs a worker whose engine does without it some 16 MiB.
 *
 * @throws Error that says what came instead.
 */
export async function probe(take: (socket: Socket) => void, path: string, timeoutMs: number): Promise<void> {
  const what = `GET ${path || '/'}`
  const [client, accepted, server] = await connectedPair()
  try {
    take(accepted)
    const answer = await roundTrip(client, `${what} HTTP/1.1\r\n`, timeoutMs)
    const status = Number(/^HTTP\/1\.[01] (\d{3}) /.exec(answer)?.[1] ?? 0)
    if (status === 0) throw new Error(`${what} was answered with ${JSON.stringify(answer.slice(0, 40))}, not HTTP`)
    if (path !== '' && (status < 200 || status >= 400)) throw new Error(`${what} was answered with ${status}`)
  } catch (cause) {
    throw new Error(`it did not pass the probe: ${(cause as Error).message}`, { cause })
  } finally {
    client.destroy()
    server.close()
  }
}

/** Both ends of one TCP connection to ourselves. Whoever else dials the port meanwhile is turned away. */
async function connectedPair(): Promise<[client: Socket, accepted: Socket, server: Server]> {
  const server = net.createServer({ allowHalfOpen: true, noDelay: true })
  const came: Socket[] = []
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const client = net.connect((server.address() as AddressInfo).port, '127.0.0.1')
  const accepted = await new Promise<Socket>((resolve, reject) => {
    const match = () => {
      const ours = came.find(socket => socket.remotePort === client.localPort)
      if (ours) resolve(ours)
    }
    server.on('connection', (socket: Socket) => {
      came.push(socket)
      match()
    })
    client.once('connect', match)
    client.once('error', reject)
  })
  for (const socket of came) if (socket !== accepted) socket.destroy()
  server.on('connection', (socket: Socket) => socket.destroy())
  return [client, accepted, server]
}

function roundTrip(client: Socket, requestLine: string, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const timer = setTimeout(() => reject(new Error(`there was no complete answer within ${timeoutMs} ms`)), timeoutMs)
    client.on('data', data => {
      if (answer.length < 1024) answer += data.toString('latin1')
    })
    client.once('error', reject)
    client.once('end', () => resolve(answer))
    client.once('close', () => clearTimeout(timer))
    client.write(`${requestLine}host: localhost\r\nuser-agent: propane-probe\r\nconnection: close\r\n\r\n`)
  })
}
