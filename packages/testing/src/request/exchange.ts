import type { Duplex } from 'node:stream'
import { testingError } from '../errors.ts'
import { onBehalfOf, type ServerRecord } from '../observe/record.ts'
import type { Connections } from '../wire/connections.ts'
import type { ResponseHead } from '../wire/response-reader.ts'
import type { WireConnection } from '../wire/wire-connection.ts'
import type { OutgoingBody } from './body.ts'
import { hasField, headText, type RequestDescription } from './description.ts'

/** What was received for one request. */
export interface RawResponse {
  head: ResponseHead
  /** The 1xx responses that preceded it. */
  interim: ResponseHead[]
  body: Buffer
  record: ServerRecord
}

// Saved before a test can replace the clock: a hanging request must fail in real time.
const { setTimeout: startTimer, clearTimeout: stopTimer } = globalThis

/**
 * Sends one request over a connection and waits for the whole response.
 *
 * @throws ArlenError `response_incomplete`, `response_missing`
 */
export async function exchange(
  request: RequestDescription,
  connections: Connections,
  host: string,
  record: ServerRecord,
): Promise<RawResponse> {
  const body = request.body === undefined ? undefined : await request.body
  const connection = connections.take()
  return new Promise((resolve, reject) => {
    const interim: ResponseHead[] = []
    const chunks: Buffer[] = []
    let head: ResponseHead | undefined
    const timer = startTimer(() => {
      failed(testingError('response_missing', { request: describeRequest(request), ms: request.timeoutMs }))
      connection.destroy()
    }, request.timeoutMs)
    const failed = (error: Error) => {
      stopTimer(timer)
      reject(error)
    }
    const receiver = {
      method: request.method,
      interim: (given: ResponseHead) => void interim.push(given),
      head: (given: ResponseHead) => {
        head = given
      },
      data: (bytes: Buffer) => void chunks.push(bytes),
      end: () => {
        stopTimer(timer)
        const whole = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
        resolve({ head: head!, interim, body: whole, record })
      },
      failed: (error: Error) => {
        failed(
          testingError(
            'response_incomplete',
            { request: describeRequest(request), reason: error.message },
            { cause: error },
          ),
        )
      },
      upgraded: (stream: Duplex) => stream.destroy(),
    }
    onBehalfOf(record, () => sendRequest(connection, request, body, host, receiver))
  })
}

export type Receiver = Parameters<WireConnection['send']>[1]

/** Writes a request: its head together with a body of known length, otherwise the body piece by piece as it comes. */
export function sendRequest(
  connection: WireConnection,
  request: RequestDescription,
  body: OutgoingBody | undefined,
  host: string,
  receiver: Receiver,
): void {
  let extra = ''
  if (body?.type !== undefined && !hasField(request.fields, 'content-type')) extra += `Content-Type: ${body.type}\r\n`
  if (body === undefined) return connection.send(headText(request, host, extra), receiver)
  const framed = hasField(request.fields, 'content-length') || hasField(request.fields, 'transfer-encoding')
  const { content } = body
  const isWhole = Buffer.isBuffer(content)
  if (!framed) extra += isWhole ? `Content-Length: ${content.length}\r\n` : 'Transfer-Encoding: chunked\r\n'
  const head = headText(request, host, extra)
  const write = () =>
    isWhole ? void connection.stream.write(content) : writeChunks(connection.stream, content, !framed)
  if (hasField(request.fields, 'expect')) return connection.send(head, onceTold(receiver, write))
  if (isWhole) return connection.send(Buffer.concat([Buffer.from(head, 'latin1'), content]), receiver)
  connection.send(head, receiver)
  void write()
}

/**
 * Holds the body back until the server asks for it (RFC 9110, section 10.1.1). If the server rejects the request, the body
 * is never sent.
 */
function onceTold(receiver: Receiver, write: () => unknown): Receiver {
  return {
    ...receiver,
    interim: head => {
      receiver.interim?.(head)
      if (head.status === 100) void write()
    },
  }
}

/** Writes at the server's pace. Stops when the server no longer reads: the response then says why. */
async function writeChunks(
  stream: Duplex,
  content: AsyncIterable<Uint8Array | string>,
  chunked: boolean,
): Promise<void> {
  try {
    for await (const part of content) {
      const bytes = Buffer.from(part as Uint8Array)
      if (bytes.length === 0) continue
      if (!stream.writable) return
      if (chunked) stream.write(`${bytes.length.toString(16)}\r\n`, 'latin1')
      const free = stream.write(bytes)
      if (!(chunked ? stream.write('\r\n', 'latin1') : free)) await drained(stream)
    }
    if (chunked && stream.writable) stream.write('0\r\n\r\n', 'latin1')
  } catch (error) {
    stream.destroy(error as Error) // a failing source is an interrupted upload
  }
}

function drained(stream: Duplex): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      stream.off('drain', done).off('close', done)
      resolve()
    }
    stream.on('drain', done).on('close', done)
    if (stream.destroyed) done()
  })
}

export function describeRequest({ method, target }: Pick<RequestDescription, 'method' | 'target'>): string {
  return `${method} ${target}`
}
