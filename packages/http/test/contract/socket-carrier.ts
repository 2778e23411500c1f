import { connect, type Socket } from 'node:net'
import { serve } from '../../src/index.ts'
import type { Ask, Carrier, RawResponse } from './carrier.ts'

/** Requests that come over TCP, each on a connection of its own. */
export const socketCarrier: Carrier = {
  async serve(handler, options) {
    const server = await serve(handler, { port: 0, ...options })
    const sockets = new Set<Socket>()
    return {
      ask(ask = {}) {
        const socket = connect({ port: server.address!.port, host: '127.0.0.1', allowHalfOpen: true })
        sockets.add(socket)
        socket.on('error', () => undefined) // the reader of the answer hears it
        void send(socket, ask)
        const answer = readResponse(new Reader(socket), ask.method ?? 'GET')
        answer.catch(() => undefined) // whoever waits for it hears it too
        return { answer, leave: () => socket.resetAndDestroy() }
      },
      async close() {
        for (const socket of sockets) socket.destroy()
        await server.close({ graceMs: 0 })
      },
    }
  },
}

async function send(socket: Socket, { method = 'GET', target = '/', headers = [], body }: Ask): Promise<void> {
  let head = `${method} ${target} HTTP/1.1\r\n`
  const has = (name: string) => headers.some(([given]) => given === name)
  if (!has('Host')) head += 'Host: shop.example\r\n'
  for (const [name, value] of headers) head += `${name}: ${value}\r\n`
  if (typeof body === 'string' && !has('Content-Length')) head += `Content-Length: ${Buffer.byteLength(body)}\r\n`
  const chunked = body !== undefined && typeof body !== 'string' && !has('Content-Length')
  if (chunked) head += 'Transfer-Encoding: chunked\r\n'
  socket.write(`${head}\r\n`, 'latin1')
  if (typeof body === 'string') socket.write(body)
  else if (body !== undefined) {
    for await (const piece of body) {
      if (!socket.writable) return
      const framed = chunked ? [`${piece.length.toString(16)}\r\n`, piece, '\r\n'] : [piece]
      const ready = framed.map(part => socket.write(part)).at(-1)
      if (!ready) await new Promise(resolve => socket.once('drain', resolve).once('close', resolve))
    }
    if (chunked) socket.write('0\r\n\r\n')
  }
  // What was said of the length and did not come never will.
  if (has('Content-Length')) socket.end()
}

/** Reads a socket no faster than it is asked to. */
class Reader {
  private rest: Buffer = Buffer.alloc(0)
  private readonly source: AsyncIterator<Buffer>

  constructor(socket: Socket) {
    this.source = socket[Symbol.asyncIterator]()
  }

  /** Something that has arrived, or null at the end. */
  async some(most = Number.POSITIVE_INFINITY): Promise<Buffer | null> {
    if (this.rest.length === 0) {
      const step = await this.source.next()
      if (step.done) return null
      this.rest = step.value
    }
    const piece = this.rest.subarray(0, most)
    this.rest = this.rest.subarray(piece.length)
    return piece
  }

  /** Everything up to and with `mark`. */
  async through(mark: string): Promise<string> {
    for (;;) {
      const at = this.rest.indexOf(mark)
      if (at >= 0) {
        const found = this.rest.toString('latin1', 0, at)
        this.rest = this.rest.subarray(at + mark.length)
        return found
      }
      const step = await this.source.next()
      if (step.done) throw new Error('the connection ended')
      this.rest = Buffer.concat([this.rest, step.value])
    }
  }
}

async function readResponse(reader: Reader, method: string): Promise<RawResponse> {
  let lines = (await reader.through('\r\n\r\n')).split('\r\n')
  while (/^HTTP\/1\.1 1/.test(lines[0]!)) lines = (await reader.through('\r\n\r\n')).split('\r\n')
  const fields = lines.slice(1).map(line => line.split(/: (.*)/, 2) as [string, string])
  const all = (name: string) => fields.filter(([field]) => field.toLowerCase() === name).map(([, value]) => value)
  const header = (name: string) => all(name.toLowerCase()).join(', ') || null
  const status = Number(lines[0]!.slice(9, 12))
  const isEmpty = method === 'HEAD' || status === 204 || status === 304
  const read = isEmpty ? async () => null : contentReader(reader, header)
  const text = async () => {
    const pieces: Uint8Array[] = []
    for (let piece = await read(); piece !== null; piece = await read()) pieces.push(piece)
    return Buffer.concat(pieces).toString()
  }
  return { status, header, cookies: all('set-cookie'), text, read }
}

function contentReader(reader: Reader, header: RawResponse['header']): () => Promise<Uint8Array | null> {
  const isChunked = header('transfer-encoding') === 'chunked'
  let left = isChunked ? 0 : Number(header('content-length'))
  let started = false
  return async () => {
    if (isChunked && left === 0) {
      if (started) await reader.through('\r\n')
      started = true
      left = Number.parseInt(await reader.through('\r\n'), 16)
      if (left === 0) return null
    }
    if (left === 0) return null
    const piece = await reader.some(left)
    if (piece === null) throw new Error('the connection ended')
    left -= piece.length
    return piece
  }
}
