import { Duplex } from 'node:stream'
import type { App } from 'arlen'

/** A client that sends one request, without a socket. */
class Wire extends Duplex {
  received = ''

  override _read(): void {}

  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.received += chunk.toString('latin1')
    done()
  }
}

/** The server's response to a client that sends exactly these bytes. */
export function exchange(server: App, bytes: Buffer): Promise<string> {
  return new Promise(resolve => {
    const wire = new Wire()
    wire.on('close', () => resolve(wire.received))
    server.handleConnection(wire)
    wire.push(bytes)
    wire.push(null)
  })
}

export interface RequestParts {
  method?: string
  target?: string
  fields?: readonly string[]
  body?: string
}

/** A request as Latin-1 bytes, with the fields that every request needs. */
export function requestBytes({ method = 'GET', target = '/', fields = [], body }: RequestParts): Buffer {
  const lines = [`${method} ${target} HTTP/1.1`, ...fields]
  if (!fields.some(field => /^host:/i.test(field))) lines.push('Host: localhost')
  if (body !== undefined && !fields.some(field => /^transfer-encoding:/i.test(field))) {
    lines.push(`Content-Length: ${body.length}`)
  }
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body ?? ''}`, 'latin1')
}
