/** The head of a response as received. */
export interface ResponseHead {
  status: number
  reason: string
  /** Names as written, values without surrounding white space, in order. */
  fields: [name: string, value: string][]
}

export interface ResponseEvents {
  /** An interim response: 100, 103. */
  interim(head: ResponseHead): void
  head(head: ResponseHead): void
  data(bytes: Buffer): void
  /** The response is complete. `rest` is what followed it. */
  end(rest: Buffer, reusable: boolean): void
}

const CRLF = '\r\n'
const HEAD_END = Buffer.from('\r\n\r\n')
const STATUS_LINE = /^HTTP\/1\.1 ([1-9]\d\d) ([\t\x20-\x7e\x80-\xff]*)$/
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
/** Characters that are forbidden in a field value (RFC 9110, section 5.5). */
const BARE = /[\0\r\n]/
const TRAILER = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+:/

type Framing = 'head' | 'length' | 'chunk-size' | 'chunk' | 'chunk-end' | 'trailers' | 'until-close' | 'done'

/**
 * Reads one response from the bytes of a connection (RFC 9112). It is strict where clients are lenient, so that a test
 * fails if a server writes something that another client could misread: every violation is an error that says what was
 * received.
 */
export class ResponseReader {
  readonly #events: ResponseEvents
  readonly #method: string
  #state: Framing = 'head'
  #pending: Buffer = Buffer.alloc(0)
  #left = 0
  #reusable = true
  /** Set if the connection switches to another protocol. */
  upgraded = false

  constructor(method: string, events: ResponseEvents) {
    this.#method = method
    this.#events = events
  }

  get started(): boolean {
    return this.#state !== 'head' || this.#pending.length > 0
  }

  /** @throws Error if the bytes are not a valid response */
  receive(bytes: Buffer): void {
    let rest = this.#pending.length === 0 ? bytes : Buffer.concat([this.#pending, bytes])
    this.#pending = EMPTY
    while (true) {
      const used = this.#step(rest)
      if (used < 0 || this.#state === 'done') {
        if (used < 0) this.#pending = rest
        return
      }
      rest = rest.subarray(used)
      if (rest.length === 0 && this.#state !== 'until-close') return
      if (this.#state === 'until-close' && rest.length === 0) return
    }
  }

  /** The connection has ended regularly. @returns whether that completes the response */
  eof(): boolean {
    if (this.#state !== 'until-close') return false
    this.#finish(EMPTY, false)
    return true
  }

  /** What was expected next, for the message about a truncated response. */
  get waitingFor(): string {
    if (this.#state === 'length') return `${this.#left} more bytes of the body`
    return this.#state === 'head' ? 'the head of the answer' : 'the rest of a chunked body'
  }

  /** Consumes what it can of `bytes`; -1 if it needs more. */
  #step(bytes: Buffer): number {
    switch (this.#state) {
      case 'head':
        return this.#readHead(bytes)
      case 'length':
      case 'chunk':
        return this.#readCounted(bytes)
      case 'chunk-size':
        return this.#readChunkSize(bytes)
      case 'chunk-end':
        return this.#readChunkEnd(bytes)
      case 'trailers':
        return this.#readTrailers(bytes)
      default:
        if (bytes.length > 0) this.#events.data(bytes)
        return bytes.length
    }
  }

  #readHead(bytes: Buffer): number {
    const end = bytes.indexOf(HEAD_END)
    if (end < 0) {
      if (bytes.length > 256 * 1024) throw new Error('the head of the answer has no end within 256 KiB')
      return -1
    }
    const head = parseHead(bytes.toString('latin1', 0, end))
    const used = end + 4
    if (head.status < 200 && head.status !== 101) {
      this.#events.interim(head)
      return used
    }
    const body = this.#frame(head)
    this.#events.head(head)
    if (body === 'done') this.#finish(bytes.subarray(used), this.#reusable)
    else this.#state = body
    return used
  }

  /** How long the body is (RFC 9112, section 6.3). */
  #frame({ status, fields }: ResponseHead): Framing {
    let length: string | undefined
    let coding: string | undefined
    for (const [name, value] of fields) {
      // The lengths distinguish most names without a lower-case copy.
      if (name.length === 14 && name.toLowerCase() === 'content-length') {
        if (length !== undefined) throw new Error('the answer has more than one Content-Length')
        length = value
      } else if (name.length === 17 && name.toLowerCase() === 'transfer-encoding') {
        coding = coding === undefined ? value : `${coding}, ${value}`
      } else if (name.length === 10 && name.toLowerCase() === 'connection') {
        if (/(?:^|,)\s*close\s*(?:,|$)/i.test(value)) this.#reusable = false
      }
    }
    if (length !== undefined && coding !== undefined) {
      throw new Error('the answer has both Content-Length and Transfer-Encoding')
    }
    if (coding !== undefined && coding !== 'chunked') throw new Error(`the answer has Transfer-Encoding: ${coding}`)
    if (length !== undefined && !/^\d{1,15}$/.test(length)) throw new Error(`the answer has Content-Length: ${length}`)
    if (status === 101) {
      this.upgraded = true
      return 'done'
    }
    if (status === 204 && (length ?? coding) !== undefined) {
      throw new Error('an answer 204 must not have Content-Length or Transfer-Encoding (RFC 9110, section 8.6)')
    }
    if (this.#method === 'HEAD' || status === 204 || status === 304) return 'done'
    if (coding !== undefined) return 'chunk-size'
    if (length === undefined) {
      this.#reusable = false
      return 'until-close'
    }
    this.#left = Number(length)
    return this.#left === 0 ? 'done' : 'length'
  }

  #readCounted(bytes: Buffer): number {
    const used = Math.min(bytes.length, this.#left)
    if (used > 0) this.#events.data(used === bytes.length ? bytes : bytes.subarray(0, used))
    this.#left -= used
    if (this.#left > 0) return used
    if (this.#state === 'chunk') this.#state = 'chunk-end'
    else this.#finish(bytes.subarray(used), this.#reusable)
    return used
  }

  #readChunkSize(bytes: Buffer): number {
    const end = bytes.indexOf(CRLF)
    if (end < 0) return -1
    const line = bytes.toString('latin1', 0, end)
    const size = /^([0-9A-Fa-f]{1,12})(?:;|$)/.exec(line)?.[1]
    if (size === undefined) throw new Error(`a chunk begins with ${JSON.stringify(line.slice(0, 40))}`)
    this.#left = Number.parseInt(size, 16)
    this.#state = this.#left === 0 ? 'trailers' : 'chunk'
    return end + 2
  }

  #readChunkEnd(bytes: Buffer): number {
    if (bytes.length < 2) return -1
    if (bytes[0] !== 13 || bytes[1] !== 10) throw new Error('a chunk is longer than it says')
    this.#state = 'chunk-size'
    return 2
  }

  #readTrailers(bytes: Buffer): number {
    const end = bytes.indexOf(CRLF)
    if (end < 0) return -1
    if (end === 0) this.#finish(bytes.subarray(2), this.#reusable)
    else if (!TRAILER.test(bytes.toString('latin1', 0, end))) throw new Error('a trailer is not a field line')
    return end + 2
  }

  #finish(rest: Buffer, reusable: boolean): void {
    this.#state = 'done'
    this.#events.end(rest, reusable)
  }
}

const EMPTY = Buffer.alloc(0)

function parseHead(text: string): ResponseHead {
  const lineEnd = text.indexOf(CRLF)
  const first = lineEnd < 0 ? text : text.slice(0, lineEnd)
  const [, status, reason = ''] = STATUS_LINE.exec(first) ?? []
  if (status === undefined) {
    throw new Error(`the answer begins with ${JSON.stringify(text.slice(0, 60))}, which is not a status line`)
  }
  const fields: ResponseHead['fields'] = []
  for (let at = lineEnd < 0 ? text.length : lineEnd + 2; at < text.length; ) {
    const next = text.indexOf(CRLF, at)
    const end = next < 0 ? text.length : next
    const colon = text.indexOf(':', at)
    const name = text.slice(at, colon)
    const value = trimBlanks(text.slice(colon + 1, end))
    if (colon < 0 || colon > end || !NAME.test(name) || BARE.test(value)) {
      throw new Error(`the answer has a field line ${JSON.stringify(text.slice(at, end))}`)
    }
    fields.push([name, value])
    at = end + 2
  }
  return { status: Number(status), reason, fields }
}

/** In HTTP, only SP and HTAB are white space. */
function trimBlanks(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isBlank(text.charCodeAt(start))) start += 1
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1
  return text.slice(start, end)
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09
}
