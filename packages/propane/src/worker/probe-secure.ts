import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import { http1Request } from './probe-http1.ts'

/**
 * Sends one request over TLS and resolves with the status of its response. The server's certificate is not verified,
 * because both ends are in this process.
 *
 * @param protocol - `h2` where the server must speak it; `https` accepts what the server prefers
 */
export async function secureRequest(socket: Socket, path: string, protocol: 'https' | 'h2'): Promise<number> {
  const tls = process.getBuiltinModule('node:tls')
  const ALPNProtocols = protocol === 'h2' ? ['h2', 'http/1.1'] : ['http/1.1']
  const client: TLSSocket = tls.connect({ socket, rejectUnauthorized: false, servername: 'localhost', ALPNProtocols })
  await new Promise<void>((resolve, reject) => {
    client.once('secureConnect', resolve)
    client.once('error', reject)
    client.once('close', () => reject(new Error('the connection was closed during the TLS handshake')))
  })
  return client.alpnProtocol === 'h2' ? http2Request(client, path) : http1Request(client, path)
}

/** Sends one request over HTTP/2 and resolves with the status of its complete answer. */
export function http2Request(socket: Duplex, path: string): Promise<number> {
  const http2 = process.getBuiltinModule('node:http2')
  return new Promise((resolve, reject) => {
    const session = http2.connect('http://localhost', { createConnection: () => socket })
    session.once('error', reject)
    session.once('close', () => reject(new Error(`GET ${path} was not answered`)))
    const stream = session.request({ ':path': path, 'user-agent': 'propane-probe' })
    let status = 0
    stream.once('error', reject)
    stream.once('response', headers => {
      status = headers[':status'] ?? 0
    })
    stream.once('end', () => {
      if (status > 0) resolve(status)
      else reject(new Error(`GET ${path} was not answered with HTTP/2`))
      session.destroy()
    })
    stream.resume()
    stream.end()
  })
}
