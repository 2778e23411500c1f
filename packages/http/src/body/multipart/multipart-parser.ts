import { readParameters } from './parameters.ts'
import { malformed, type PartHead, readPartHead } from './part-head.ts'

/** Receives the parts of a multipart body, in order. A part ends before the next one begins. */
export interface PartSink {
  partBegin(head: PartHead): void
  partData(bytes: Buffer): void
  partEnd(): void
}

const PREAMBLE = 0
const DELIMITER = 1
const HEAD = 2
const DATA = 3
const EPILOGUE = 4

/** Most bytes in the head of a part: names may be long, and nothing else in it is. */
const MOST_HEAD = 8 * 1024
/** Most bytes after a boundary on its line. */
const MOST_LINE = 1024

const EMPTY = Buffer.alloc(0)
const CRLF = Buffer.from('\r\n')
const HEAD_END = Buffer.from('\r\n\r\n')

/** The boundary in a Content-Type (RFC 2046, section 5.1.1). Throws `body_invalid` if it is missing or invalid. */
export function readBoundary(contentType: string): string {
  const boundary = readParameters(contentType)?.get('boundary') ?? ''
  if (!/^[\w'()+,./:=? -]{0,69}[\w'()+,./:=?-]$/.test(boundary)) throw malformed()
  return boundary
}

/**
 * Reads multipart/form-data (RFC 2046, section 5.1; RFC 7578) piece by piece. Time and memory do not depend on how the body
 * is split. Everything it cannot read is rejected; it skips only what precedes the first delimiter and follows the last,
 * which is not part of the form.
 */
export class MultipartParser {
  private state = PREAMBLE
  /** Bytes that could not be checked yet: the beginning of a delimiter, or an incomplete head. */
  private rest: Buffer = EMPTY
  /** The text so far began right after a line break, which may belong to a delimiter. */
  private atLineStart = true
  private readonly delimiter: Buffer
  private readonly sink: PartSink

  constructor(boundary: string, sink: PartSink) {
    this.delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1')
    this.sink = sink
  }

  /** @throws HttpError `body_invalid` and what {@link readPartHead} throws */
  write(piece: Buffer): void {
    let bytes = this.rest.length === 0 ? piece : Buffer.concat([this.rest, piece])
    this.rest = EMPTY
    while (bytes.length > 0) {
      const taken = this.step(bytes)
      if (taken === 0) {
        this.rest = bytes
        return
      }
      bytes = bytes.subarray(taken)
    }
  }

  /** Ends the input. Throws `body_invalid` if the form is incomplete. */
  end(): void {
    const isClosed = this.state === DELIMITER && /^--[ \t]*$/.test(this.rest.toString('latin1'))
    if (this.state !== EPILOGUE && !isClosed) throw malformed()
  }

  /** Takes what it can check of the bytes: at least one byte if more follow than it examines. */
  private step(bytes: Buffer): number {
    switch (this.state) {
      case PREAMBLE:
      case DATA:
        return this.readData(bytes)
      case DELIMITER:
        return this.readDelimiter(bytes)
      case HEAD:
        return this.readHead(bytes)
      default:
        return bytes.length
    }
  }

  private readData(bytes: Buffer): number {
    const { delimiter } = this
    if (this.atLineStart) {
      const dashed = delimiter.subarray(2)
      if (bytes.length < dashed.length && dashed.subarray(0, bytes.length).equals(bytes)) return 0
      this.atLineStart = false
      if (bytes.subarray(0, dashed.length).equals(dashed)) return this.endData(bytes, 0, dashed.length)
    }
    const found = bytes.indexOf(delimiter)
    if (found >= 0) return this.endData(bytes, found, found + delimiter.length)
    // The end may be the beginning of a delimiter, and every delimiter begins with CR.
    const cr = bytes.indexOf(0x0d, Math.max(0, bytes.length - delimiter.length + 1))
    const sure = cr < 0 ? bytes.length : cr
    if (sure > 0 && this.state === DATA) this.sink.partData(bytes.subarray(0, sure))
    return sure
  }

  private endData(bytes: Buffer, end: number, taken: number): number {
    if (this.state === DATA) {
      if (end > 0) this.sink.partData(bytes.subarray(0, end))
      this.sink.partEnd()
    }
    this.state = DELIMITER
    return taken
  }

  /** After a boundary: `--` if it is the last, white space, the end of the line (RFC 2046, section 5.1.1). */
  private readDelimiter(bytes: Buffer): number {
    const line = bytes.subarray(0, MOST_LINE)
    const end = line.indexOf(CRLF)
    const text = line.toString('latin1', 0, end < 0 ? line.length : end)
    if (end < 0 && line.length < MOST_LINE && /^-?-?[ \t]*\r?$/.test(text)) return 0
    if (end < 0 || !/^(?:--)?[ \t]*$/.test(text)) throw malformed()
    this.state = text[0] === '-' ? EPILOGUE : HEAD
    return end + CRLF.length
  }

  private readHead(bytes: Buffer): number {
    const end = bytes.indexOf(HEAD_END)
    if (end < 0 ? bytes.length > MOST_HEAD : end > MOST_HEAD) throw malformed()
    // A part without a head has no name either.
    if (bytes.length >= CRLF.length && bytes.subarray(0, CRLF.length).equals(CRLF)) throw malformed()
    if (end < 0) return 0
    this.sink.partBegin(readPartHead(bytes.subarray(0, end)))
    this.state = DATA
    this.atLineStart = true
    return end + HEAD_END.length
  }
}
