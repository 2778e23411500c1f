import { isUtf8 } from 'node:buffer'
import { httpError } from '../../errors.ts'
import { isToken } from '../../head/grammar.ts'
import { readParameters } from './parameters.ts'

/** The head of a part (RFC 7578, section 4). */
export interface PartHead {
  name: string
  /** Undefined if there is none: the part is a field then, unless its type says otherwise. */
  filename: string | undefined
  /** In lower case, without parameters. */
  type: string
  /** In lower case. Default `utf-8`. */
  charset: string
}

/** Whether a part is a file rather than a field. Peeking and reading share this rule. */
export function isFile({ filename, type }: PartHead): boolean {
  return filename !== undefined || type === 'application/octet-stream'
}

/**
 * Reads the head of a part, without the empty line that ends it.
 *
 * @throws HttpError `body_invalid` (400) if it is not the head of a form's part
 */
export function readPartHead(bytes: Buffer): PartHead {
  if (!isUtf8(bytes)) throw malformed()
  const fields = readFields(bytes.toString('utf8'))
  const disposition = fields.get('content-disposition') ?? ''
  const parameters = /^form-data[ \t]*(?:;|$)/i.test(disposition) ? readParameters(disposition) : undefined
  const name = parameters?.get('name')
  if (parameters === undefined || name === undefined) throw malformed()
  // A leftover of e-mail (RFC 7578, section 4.7): no client encodes, and decoding silently would hide what was sent.
  const coding = fields.get('content-transfer-encoding')
  if (coding !== undefined && !/^(?:7bit|8bit|binary)$/i.test(coding)) throw malformed()
  const type = fields.get('content-type') ?? 'text/plain'
  return {
    name: unescapeName(name),
    filename: readFilename(parameters),
    type: type.split(';', 1)[0]!.trim().toLowerCase(),
    charset: readParameters(type)?.get('charset')?.toLowerCase() ?? 'utf-8',
  }
}

/** Field lines, which may be folded (RFC 5322, section 2.2.3); a repeated field is ambiguous. */
function readFields(text: string): Map<string, string> {
  const fields = new Map<string, string>()
  for (const line of text.replace(/\r\n[ \t]/g, ' ').split('\r\n')) {
    const colon = line.indexOf(':')
    const name = line.slice(0, Math.max(0, colon)).toLowerCase()
    const value = line.slice(colon + 1).trim()
    if (!isToken(name) || fields.has(name) || CONTROL.test(value)) throw malformed()
    fields.set(name, value)
  }
  return fields
}

const CONTROL = /[^\P{Cc}\t]/u

function readFilename(parameters: ReadonlyMap<string, string>): string | undefined {
  const plain = parameters.get('filename')
  const extended = parameters.get('filename*')
  if (plain === undefined && extended === undefined) return undefined
  const name = extended === undefined ? unescapeName(plain!) : decodeExtended(extended)
  // Some clients send the whole path; it must not be used as one.
  const last = name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1)
  return last === '.' || last === '..' ? '' : last
}

/** What browsers, curl and undici escape in names, and nothing else: other percent signs are literal. */
function unescapeName(name: string): string {
  return name.replace(/%(?:22|0d|0a)/gi, escaped => String.fromCharCode(Number.parseInt(escaped.slice(1), 16)))
}

/** `UTF-8''na%C3%AFve.txt` (RFC 8187), which RFC 7578 forbids but some libraries send. */
function decodeExtended(value: string): string {
  const match = /^utf-8'[\w-]*'([\w!#$&+.^`|~%-]*)$/i.exec(value)
  try {
    if (match !== null) return decodeURIComponent(match[1]!)
  } catch {
    // rejected below
  }
  throw malformed()
}

/**
 * The text of a field. Octets that are invalid in its charset are rejected: replacing them could make different values
 * equal.
 */
export function decodeField({ charset }: PartHead, bytes: Buffer): string {
  if (charset === 'iso-8859-1') return bytes.toString('latin1')
  try {
    return new TextDecoder(charset, { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw malformed() // or an unknown charset
  }
}

export function malformed(): Error {
  return httpError('body_invalid', { format: 'multipart form data' })
}
