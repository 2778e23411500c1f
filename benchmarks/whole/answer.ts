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
const varying = new Set(['date', 'x-request-id', 'x-correlation-id'])

/**
 * Reads one whole answer with a Content-Length; undefined when more bytes must come.
 *
 * @throws when it is framed in any other way, or bytes follow it
 */
export function readResponse(bytes: Buffer): Answer | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, headEnd).split('\r\n')
  const status = /^HTTP\/1\.1 (\d{3})(?: |$)/.exec(statusLine)?.[1]
  if (!status) throw new Error(`not an HTTP/1.1 status line: ${statusLine}`)
  const answer: Answer = { status: Number(status), headers: [], body: Buffer.alloc(0), bytes, holes: [] }
  let at = statusLine.length + 2
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).toLowerCase()
    answer.headers.push([name, line.slice(colon + 1).trim()])
    if (varying.has(name)) answer.holes.push([at + colon + 1, at + line.length])
    at += line.length + 2
  }
  const length = Number(headerOf(answer, 'content-length') ?? Number.NaN)
  if (Number.isNaN(length)) throw new Error(`an answer without Content-Length: ${statusLine}`)
  const end = headEnd + 4 + length
  if (bytes.length < end) return undefined
  if (bytes.length > end) throw new Error('bytes after the end of an answer')
  answer.body = bytes.subarray(headEnd + 4)
  return answer
}

export function headerOf(answer: Answer, name: string): string | undefined {
  return answer.headers.find(([each]) => each === name)?.[1]
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
