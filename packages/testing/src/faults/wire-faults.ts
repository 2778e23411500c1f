import { testingError } from '../errors.ts'
import { type DescribedRequest, headText, type RequestDescription } from '../request/description.ts'
import type { ResponseHead } from '../wire/response-reader.ts'
import type { WireConnection } from '../wire/wire-connection.ts'

/** What a misbehaving client received. */
export interface FaultOutcome {
  /** The status of the response; undefined if the connection ended without one. */
  status: number | undefined
  head: ResponseHead | undefined
  /** The received part of the body. */
  body: Buffer
  /** Whether the response is complete. */
  whole: boolean
  /** Why it is incomplete. */
  error: Error | undefined
}

/** Misbehaving clients and failing networks. Each takes a request that has been described but not sent. */
export class WireFaults {
  readonly #connect: (what: string) => WireConnection
  readonly #take: (request: DescribedRequest) => RequestDescription
  readonly #host: string

  constructor(
    connect: (what: string) => WireConnection,
    take: (request: DescribedRequest) => RequestDescription,
    host: string,
  ) {
    this.#connect = connect
    this.#take = take
    this.#host = host
  }

  /**
   * Reads the head of the response and then pauses, so that the application's writes must wait.
   *
   * @param ms - the length of the pause; then the rest is read
   */
  async slowReader(request: DescribedRequest, ms: number): Promise<FaultOutcome> {
    const bytes = await this.#bytes(request)
    const { connection, outcome, headSeen } = this.#start(request, 'slowReader()')
    connection.stream.write(bytes, 'latin1')
    await headSeen
    connection.stream.pause()
    await delay(ms)
    connection.stream.resume()
    return outcome
  }

  /** Writes the request byte by byte, with a pause between, until it is complete or the server responds. */
  async slowWriter(request: DescribedRequest, msPerByte: number): Promise<FaultOutcome> {
    const bytes = Buffer.from(await this.#bytes(request), 'latin1')
    const { connection, outcome } = this.#start(request, 'slowWriter()')
    let over = false
    void outcome.then(() => {
      over = true
    })
    for (let at = 0; at < bytes.length && !over && connection.stream.writable; at++) {
      connection.stream.write(bytes.subarray(at, at + 1))
      await delay(msPerByte)
    }
    return outcome
  }

  /** Cuts the connection after this many bytes of the body, like a phone in a tunnel. Resolves when it is cut. */
  async abortedUpload(request: DescribedRequest, afterBytes: number): Promise<void> {
    const text = await this.#bytes(request)
    const { connection, outcome } = this.#start(request, 'abortedUpload()')
    const bodyAt = text.indexOf('\r\n\r\n') + 4
    connection.stream.write(text.slice(0, bodyAt + afterBytes), 'latin1')
    await settle()
    connection.destroy()
    await outcome
  }

  /** Sends the request and then a FIN: a client that has half-closed its side and still reads. */
  async halfOpen(request: DescribedRequest): Promise<FaultOutcome> {
    const bytes = await this.#bytes(request)
    const { connection, outcome } = this.#start(request, 'halfOpen()')
    connection.stream.end(bytes, 'latin1')
    return outcome
  }

  /** Disconnects after this many bytes of the response's body. Resolves when the connection is closed. */
  async cutResponse(request: DescribedRequest, afterBytes: number): Promise<FaultOutcome> {
    const bytes = await this.#bytes(request)
    const { connection, outcome } = this.#start(request, 'cutResponse()', afterBytes)
    connection.stream.write(bytes, 'latin1')
    return outcome
  }

  /** A normal request whose handler may take no longer than this, to test its time-out. */
  handlerTimeout<Request extends DescribedRequest>(request: Request, ms: number): Request {
    request.description.handlerTimeoutMs = ms
    return request
  }

  /** Connects. Call it when the bytes are ready, because the server's time-outs start now. */
  #start(request: DescribedRequest, what: string, mostBytes: number = Number.POSITIVE_INFINITY) {
    const connection = this.#connect(`faults.${what}`)
    const { method } = request.description
    const chunks: Buffer[] = []
    let seenBytes = 0
    let head: ResponseHead | undefined
    const seen = Promise.withResolvers<void>()
    const outcome = new Promise<FaultOutcome>(resolve => {
      const done = (error: Error | undefined) => {
        seen.resolve()
        resolve({ status: head?.status, head, body: Buffer.concat(chunks), whole: error === undefined, error })
      }
      connection.expect({
        method,
        head: given => {
          head = given
          seen.resolve()
        },
        data: bytes => {
          chunks.push(bytes.subarray(0, mostBytes - seenBytes))
          seenBytes += bytes.length
          if (seenBytes < mostBytes) return
          done(new Error(`the client left after ${mostBytes} bytes`))
          connection.destroy()
        },
        end: () => done(undefined),
        failed: done,
      })
    })
    return { connection, outcome, headSeen: seen.promise }
  }

  /** The whole request, one character per byte. */
  async #bytes(request: DescribedRequest): Promise<string> {
    const description = this.#take(request)
    const body = await description.body
    const content = body?.content
    if (content !== undefined && !Buffer.isBuffer(content)) {
      throw testingError('option_invalid', {
        name: 'body',
        problem: 'of a fault must have a known length: text, bytes, JSON or a form.',
      })
    }
    const type = body?.type ? `Content-Type: ${body.type}\r\n` : ''
    const length = content ? `Content-Length: ${content.length}\r\n` : ''
    return headText(description, this.#host, type + length) + (content?.toString('latin1') ?? '')
  }
}

const { setTimeout: startTimer } = globalThis

function delay(ms: number): Promise<void> {
  return new Promise(resolve => startTimer(resolve, ms))
}

/** Waits until everything that was written has arrived at the other end. */
async function settle(): Promise<void> {
  await new Promise<void>(resolve => setImmediate(resolve))
  await new Promise<void>(resolve => setImmediate(resolve))
}
