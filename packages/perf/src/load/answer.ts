/** One answer of a server, as its bytes came. */
export interface Answer {
  status: number
  /** Lower-case names in the order they came. */
  headers: [name: string, value: string][]
  body: Buffer
  bytes: Buffer
  /** Where in `bytes` two answers to one request may differ: [start, end) of the values of `varying`. */
  holes: [start: number, end: number][]
}

/** Header fields whose values change from answer to answer, though not their length. */
const varying = new Set(['date', 'x-request-id', 'x-correlation-id', 'set-cookie', 'x-response-time', 'server-timing'])

/**
 * Reads the answer at the head of `bytes`; undefined when more bytes must come.
 *
 * @throws Error when it is no HTTP/1.1 answer, or has neither a length nor chunks
 */
export function readResponse(bytes: Buffer): Answer | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, headEnd).split('\r\n')
  const status = Number(/^HTTP\/1\.1 (\d{3})(?: |$)/.exec(statusLine)?.[1])
  if (Number.isNaN(status)) throw new Error(`not an HTTP/1.1 status line: ${statusLine}`)
  const headers: Answer['headers'] = []
  const holes: Answer['holes'] = []
  let at = statusLine.length + 2
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).toLowerCase()
    headers.push([name, line.slice(colon + 1).trim()])
    if (varying.has(name)) holes.push([at + colon + 1, at + line.length])
    at += line.length + 2
  }
  const end = endOfBody(bytes, headEnd + 4, status, headers)
  if (end === undefined) return undefined
  return { status, headers, holes, bytes: bytes.subarray(0, end), body: bytes.subarray(headEnd + 4, end) }
}

/** Where the body that begins at `start` ends; undefined when more bytes must come. RFC 9112, section 6.3. */
function endOfBody(bytes: Buffer, start: number, status: number, headers: Answer['headers']): number | undefined {
  if (status === 204 || status === 304) return start
  if (fieldOf(headers, 'transfer-encoding')?.toLowerCase() === 'chunked') return endOfChunks(bytes, start)
  const length = Number(fieldOf(headers, 'content-length') ?? Number.NaN)
  if (Number.isNaN(length)) throw new Error('an answer has neither Content-Length nor Transfer-Encoding: chunked')
  return bytes.length < start + length ? undefined : start + length
}

/** Trailers are not read: no server here sends any. */
function endOfChunks(bytes: Buffer, start: number): number | undefined {
  for (let at = start; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at)
    if (lineEnd < 0) return undefined
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16)
    if (Number.isNaN(size)) throw new Error('an answer has a chunk without a size')
    at = lineEnd + 2 + size + 2
    if (bytes.length < at) return undefined
    if (size === 0) return at
  }
}

function fieldOf(headers: Answer['headers'], name: string): string | undefined {
  return headers.find(([each]) => each === name)?.[1]
}

/** The value of a header field. */
export function headerOf(answer: Answer, name: string): string | undefined {
  return fieldOf(answer.headers, name)
}

/** Whether `chunk` is what stands at `offset` of the answer, leaving aside its holes. Allocates nothing. */
export function matches(answer: Answer, chunk: Uint8Array, length: number, offset: number): boolean {
  const end = offset + length
  if (end > answer.bytes.length) return false
  let from = offset
  for (const [holeStart, holeEnd] of answer.holes) {
    if (holeEnd <= from) continue
    if (holeStart >= end) break
    if (holeStart > from && !same(answer.bytes, chunk, from, holeStart, offset)) return false
    from = holeEnd
  }
  return from >= end || same(answer.bytes, chunk, from, end, offset)
}

function same(whole: Buffer, chunk: Uint8Array, from: number, to: number, offset: number): boolean {
  return whole.compare(chunk, from - offset, to - offset, from, to) === 0
}
