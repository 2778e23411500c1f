import { isUtf8 } from 'node:buffer'
import { httpError } from '../errors.ts'

const CRLF = '\r\n'
const END_OF_HEAD = Buffer.from('\r\n\r\n')
const DASHES = Buffer.from('--')
/** Header fields of one part together, in bytes. */
const MOST_HEAD_BYTES = 16 * 1024
/** Blanks behind a boundary. Mail gateways added some; nobody adds many. */
const MOST_PADDING = 256

/** RFC 2046, section 5.1.1: at most 70 characters, and no blank at the end. */
const BOUNDARY = /^[\w'()+,./:=? -]{0,69}[\w'()+,./:=?-]$/

/**
 * The boundary that a Content-Type names.
 *
 * @throws HttpError `body_invalid` where there is none, or another than can be, or two
 */
export function boundaryOf(contentType: string): string {
  const found = [...contentType.matchAll(/;[ \t]*boundary[ \t]*=[ \t]*(?:"([^"]*)"|([^\s;"]*))/gi)]
  const boundary = found[0]?.[1] ?? found[0]?.[2] ?? ''
  if (found.length !== 1 || !BOUNDARY.test(boundary)) throw malformed('the Content-Type has no valid boundary')
  return boundary
}

/**
 * Reads a multipart form before the parser does, which passes over in silence what it cannot read: a part that is none of a
 * form (RFC 7578, section 4.2) is refused, and so are names and texts that are not in UTF-8 as they say. Blanks behind a
 * boundary (RFC 2046, section 5.1.1) are taken out.
 */
export class MultipartGuard {
  readonly #delimiter: Buffer
  #state: 'content' | 'delimiter' | 'head' | 'end' = 'content'
  /** What cannot be judged yet. A boundary at the very beginning has no line end before it. */
  #rest: Buffer = Buffer.from(CRLF)
  /** Bytes of `#rest` that the parser must not see: they are our own. */
  #own = CRLF.length
  /** Of a part that is text in UTF-8. */
  #text: TextDecoder | undefined

  constructor(boundary: string) {
    this.#delimiter = Buffer.from(`${CRLF}--${boundary}`, 'latin1')
  }

  /** Takes bytes of the body, and gives those that can be handed on. Throws HttpError `body_invalid`. */
  push(bytes: Buffer): Buffer {
    let input = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes])
    const passed: Buffer[] = []
    for (;;) {
      const taken = this.#take(input, passed)
      if (taken < 0) break
      input = input.subarray(taken)
    }
    this.#rest = input
    const out = passed.length === 1 ? passed[0]! : Buffer.concat(passed)
    const own = Math.min(this.#own, out.length)
    this.#own -= own
    return out.subarray(own)
  }

  /** What is left where the body has ended; the parser says what is missing. */
  end(): Buffer {
    return this.#rest.subarray(this.#own)
  }

  /** The bytes of `input` that were dealt with, or -1 where more must come first. */
  #take(input: Buffer, passed: Buffer[]): number {
    switch (this.#state) {
      case 'content':
        return this.#content(input, passed)
      case 'delimiter':
        return this.#padding(input, passed)
      case 'head':
        return this.#head(input, passed)
      default:
        if (input.length === 0) return -1
        passed.push(input)
        return input.length
    }
  }

  #content(input: Buffer, passed: Buffer[]): number {
    const at = input.indexOf(this.#delimiter)
    // The last bytes may be the beginning of a boundary.
    const content = at < 0 ? input.length - this.#delimiter.length + 1 : at
    if (at < 0 && content <= 0) return -1
    this.#checkText(input.subarray(0, content), at >= 0)
    if (at >= 0) this.#state = 'delimiter'
    const taken = at < 0 ? content : at + this.#delimiter.length
    passed.push(input.subarray(0, taken))
    return taken
  }

  #checkText(bytes: Buffer, isLast: boolean): void {
    try {
      this.#text?.decode(bytes, { stream: !isLast })
    } catch {
      throw malformed('a field is not in UTF-8')
    }
    if (isLast) this.#text = undefined
  }

  #padding(input: Buffer, passed: Buffer[]): number {
    if (input.length < 2) return -1
    if (input.subarray(0, 2).equals(DASHES)) {
      this.#state = 'end'
      return 0
    }
    let i = 0
    while (i < input.length && (input[i] === 0x20 || input[i] === 0x09)) i++
    if (i > MOST_PADDING) throw malformed('a boundary is followed by too many blanks')
    if (input.length < i + 2) return -1
    if (input[i] !== 0x0d || input[i + 1] !== 0x0a) throw malformed('a boundary is followed by something else')
    this.#state = 'head'
    passed.push(input.subarray(i, i + 2))
    return i + 2
  }

  #head(input: Buffer, passed: Buffer[]): number {
    const isEmpty = input.length > 1 && input[0] === 0x0d && input[1] === 0x0a
    const end = input.subarray(0, MOST_HEAD_BYTES).indexOf(END_OF_HEAD)
    if (isEmpty || (end < 0 && input.length >= MOST_HEAD_BYTES)) throw malformed('a part has no head')
    if (end < 0) return -1
    const head = input.subarray(0, end)
    if (head.includes(this.#delimiter)) throw malformed('a part has no content')
    this.#text = isTextInUtf8(readHead(head)) ? new TextDecoder('utf-8', { fatal: true }) : undefined
    this.#state = 'content'
    // The line end before the content is that before a boundary too, where there is no content.
    passed.push(input.subarray(0, end + 2))
    return end + 2
  }
}

interface PartHead {
  disposition: string
  type: string
}

const FIELD_LINE = /^([!#$%&'*+.^`|~\w-]+):[ \t]*(.*)$/

/** The header fields of a part that count. Throws where they are none of a form's. */
function readHead(bytes: Buffer): PartHead {
  if (!isUtf8(bytes)) throw malformed('the head of a part is not in UTF-8')
  // A line that begins with a blank goes on with the one before (RFC 5322, section 2.2.3).
  const lines = bytes
    .toString('utf8')
    .replaceAll(/\r\n(?=[ \t])/g, '')
    .split(CRLF)
  const fields = new Map<string, string>()
  for (const line of lines) {
    const [, name, value] = FIELD_LINE.exec(line) ?? []
    if (name === undefined || /[\0\r\n]/.test(line)) throw malformed('the head of a part has a line that is no field')
    const key = name.toLowerCase()
    if (fields.has(key)) throw malformed(`a part has two fields ${name}`)
    fields.set(key, value!)
  }
  const disposition = withoutTexts(fields.get('content-disposition') ?? '')
  if (!/^form-data[ \t]*;/i.test(disposition)) throw malformed('a part has no Content-Disposition: form-data')
  if (count(disposition, /;[ \t]*name[ \t]*=/gi) !== 1) throw malformed('a part does not have one name')
  if (count(disposition, /;[ \t]*filename[ \t]*=/gi) > 1) throw malformed('a part has two file names')
  const coding = fields.get('content-transfer-encoding') ?? 'binary'
  if (!/^(?:7bit|8bit|binary)[ \t]*$/i.test(coding))
    throw malformed(`a part has the Content-Transfer-Encoding ${coding}`)
  return { disposition, type: fields.get('content-type') ?? '' }
}

/** Without what stands in quotes, so that it is not taken for parameters. */
function withoutTexts(value: string): string {
  let out = ''
  let isQuoted = false
  for (let i = 0; i < value.length; i++) {
    const character = value[i]!
    if (character === '"') isQuoted = !isQuoted
    else if (!isQuoted) out += character
    else if (character === '\\') i++
  }
  if (isQuoted) throw malformed('a part has a name without a closing quote')
  return out
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0
}

function isTextInUtf8({ disposition, type }: PartHead): boolean {
  if (/;[ \t]*filename\*?[ \t]*=/i.test(disposition) || /^application\/octet-stream\b/i.test(type)) return false
  const charset = /;[ \t]*charset[ \t]*=[ \t]*"?([^\s";]+)/i.exec(type)?.[1] ?? 'utf-8'
  return /^utf-?8$/i.test(charset)
}

/** A name as it was before the client wrote it between quotes (WHATWG HTML, section 4.10.21.8). */
export function decodeName(name: string): string {
  return name.replaceAll(/%(?:22|0d|0a)/gi, code => String.fromCharCode(Number.parseInt(code.slice(1), 16)))
}

function malformed(reason: string): Error {
  return httpError('body_invalid', { format: 'multipart form data' }, { cause: new Error(reason) })
}
