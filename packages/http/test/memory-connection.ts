import { Connection } from '../src/connection/connection.ts'
import { join, type Transport } from '../src/connection/output.ts'
import type { Context } from '../src/context.ts'
import type { Handler } from '../src/handler.ts'
import { createService, type HttpOptions } from '../src/options.ts'
import type { Service } from '../src/service.ts'

/** A transport that remembers: what was written, and what became of the connection. */
export class MemoryTransport implements Transport {
  remoteAddress: string | undefined = '192.0.2.1'
  encrypted = false
  sent = ''
  writes = 0
  ended = false
  destroyed = false
  paused = false
  /** What `write` answers: false is a peer that does not keep up. */
  ready = true
  connection: Connection | undefined

  write(data: string, encoding: 'latin1' | 'utf8'): boolean {
    return this.writeBytes(Buffer.from(data, encoding))
  }

  writeBytes(data: Uint8Array): boolean {
    this.sent += Buffer.from(data).toString('latin1')
    this.writes++
    return this.ready
  }

  writeJoined(text: string, encoding: 'latin1' | 'utf8', bytes: Uint8Array): boolean {
    return this.writeBytes(join(text, encoding, bytes))
  }

  cork(): void {}
  uncork(): void {}

  end(): void {
    this.ended = true
    queueMicrotask(() => this.connection?.flushed())
  }

  destroy(): void {
    this.destroyed = true
    queueMicrotask(() => this.connection?.closed())
  }

  reset(): void {
    this.destroy()
  }

  detach(): never {
    throw new Error('there is no stream to hand over')
  }

  pause(): void {
    this.paused = true
  }

  resume(): void {
    this.paused = false
  }
}

/** A connection without a socket, and its transport. */
export function memoryConnection(
  handler: Handler,
  options: HttpOptions = {},
): { connection: Connection; transport: MemoryTransport; engine: Service } {
  const engine = createService(handler, options)
  const transport = new MemoryTransport()
  const connection = new Connection(engine, transport)
  transport.connection = connection
  return { connection, transport, engine }
}

/** Lets every promise that can settle do so. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 40; i++) await null
}

/** What a connection made of some bytes: the lines of each request with its answer, and whether it is still open. */
export async function transcript(pieces: readonly Buffer[], options: HttpOptions = {}): Promise<string[]> {
  const requests: string[][] = []
  const handler = async (c: Context) => {
    const lines = [
      c.req.host === '' ? `${c.req.method} ${c.req.url}` : `${c.req.method} ${c.req.url} host=${c.req.host}`,
    ]
    requests.push(lines)
    const body = await c.req.bytes()
    if (body.length > 0) lines.push(`body=${JSON.stringify(body.toString('latin1'))}`)
    for (const [name, value] of Object.entries(c.req.trailers)) lines.push(`trailer ${name}=${value}`)
    return 'ok'
  }
  const { connection, transport } = memoryConnection(handler, options)
  for (const piece of pieces) {
    if (transport.ended || transport.destroyed) break
    connection.receive(piece)
    await settle()
  }
  const answers = readAnswers(transport.sent)
  const lines: string[] = []
  for (const request of requests) {
    lines.push(...request)
    // Informational answers come before the final one.
    const final = answers.findIndex(answer => !answer.startsWith('1'))
    lines.push(...answers.splice(0, final < 0 ? answers.length : final + 1))
  }
  return [...lines, ...answers, transport.ended || transport.destroyed ? 'closed' : 'open']
}

/** The status of each answer, with the code of a refusal. */
function readAnswers(sent: string): string[] {
  const out: string[] = []
  for (let rest = sent; rest !== ''; ) {
    const end = rest.indexOf('\r\n\r\n') + 4
    const head = rest.slice(0, end)
    const length = Number(/^content-length: (\d+)\r$/im.exec(head)?.[1] ?? 0)
    const body = rest.slice(end, end + length)
    rest = rest.slice(end + length)
    const code = body.startsWith('{') ? ` ${(JSON.parse(body) as { code: string }).code}` : ''
    const keepAlive = /^connection: keep-alive\r$/im.test(head) ? ' keep-alive' : ''
    out.push(`${head.slice(9, 12)}${code}${keepAlive}`)
  }
  return out
}
