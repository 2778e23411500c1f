import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** A socket that says what it is told, byte for byte, and shows what it was answered. */
export class RawClient {
  readonly socket: Socket
  received = ''
  ended = false
  closed = false
  failure: NodeJS.ErrnoException | undefined
  private waiting: (() => void)[] = []

  constructor(socket: Socket) {
    this.socket = socket
    socket.setEncoding('latin1')
    socket.on('data', chunk => this.notice(() => (this.received += String(chunk))))
    socket.on('end', () => this.notice(() => (this.ended = true)))
    socket.on('error', error => this.notice(() => (this.failure = error)))
    socket.on('close', () => this.notice(() => (this.closed = true)))
  }

  static async open(port: number, options: { allowHalfOpen?: boolean } = {}): Promise<RawClient> {
    const socket = connect({ port, host: '127.0.0.1', ...options })
    await once(socket, 'connect')
    return new RawClient(socket)
  }

  send(text: string): this {
    this.socket.write(text, 'latin1')
    return this
  }

  /** Resolves when `condition` holds; fails when the connection closes first. */
  async until(condition: (client: RawClient) => boolean): Promise<string> {
    while (!condition(this)) {
      if (this.closed) throw new Error(`closed before the condition held, after: ${JSON.stringify(this.received)}`)
      await new Promise<void>(resolve => this.waiting.push(resolve))
    }
    return this.received
  }

  /** Everything the server says until it closes its side. */
  async toEnd(): Promise<string> {
    return this.until(client => client.ended || client.closed)
  }

  /** Waits for `count` answers with a Content-Length (or none) and takes them off. */
  async answers(count: number): Promise<RawResponse[]> {
    const out: RawResponse[] = []
    while (out.length < count) {
      await this.until(client => client.ended || client.closed || readResponse(client.received) !== null)
      const answer = readResponse(this.received)
      if (answer === null) throw new Error(`closed after ${out.length} answers and ${JSON.stringify(this.received)}`)
      this.received = this.received.slice(answer.length)
      out.push(answer)
    }
    return out
  }

  close(): void {
    this.socket.destroy()
  }

  private notice(change: () => void): void {
    change()
    const waiting = this.waiting
    this.waiting = []
    for (const resolve of waiting) resolve()
  }
}

export interface RawResponse {
  status: number
  head: string
  body: string
  length: number
}

/** The first whole answer in `text` that is framed by its Content-Length, or null. */
function readResponse(text: string): RawResponse | null {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return null
  const head = text.slice(0, end)
  const size = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0)
  if (text.length < end + 4 + size) return null
  return { status: Number(head.slice(9, 12)), head, body: text.slice(end + 4, end + 4 + size), length: end + 4 + size }
}
