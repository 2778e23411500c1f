import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** One answer as it came over the wire. Content is latin1 text: one character per octet. */
export interface RawResponse {
  status: number
  head: string
  fields: readonly (readonly [name: string, value: string])[]
  content: string
  /** How the content was delimited. */
  framing: 'length' | 'chunked' | 'close' | 'none'
}

/** What became of a connection. */
export interface Outcome {
  answers: RawResponse[]
  /** `keep`: a further request was answered. `close`: FIN. `reset`: RST. `hang`: nothing at all. `junk`: no HTTP. */
  fate: 'keep' | 'close' | 'reset' | 'hang' | 'junk'
  /** Octets after the last whole answer. */
  rest: string
}

export interface Talk {
  /** Octets as latin1 text, sent one piece after the other; a function waits. */
  send: string | readonly (string | (() => Promise<unknown>))[]
  /** How many final answers come before the connection is asked whether it lives. */
  answers?: number
  /** The methods of the requests are all HEAD. */
  isHead?: boolean
  /** Close our side after the last octet, and ask nothing more. */
  halfClose?: boolean
  /** No request comes after the answers: only the end of the connection is waited for. */
  noProbe?: boolean
}

const PROBE = 'GET /probe HTTP/1.1\r\nHost: probe.test\r\n\r\n'
const PATIENCE_MS = 10_000

/** The value of a field; repeated ones are joined by `, `. */
export function field(answer: RawResponse, name: string): string | undefined {
  const values = answer.fields.filter(([other]) => other.toLowerCase() === name).map(([, value]) => value)
  return values.length === 0 ? undefined : values.join(', ')
}

/** Sends octets, reads answers by the rules of RFC 9112 alone, and finds out whether the connection lives. */
export async function talk(port: number, talking: Talk): Promise<Outcome> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
  const reader = new Reader(socket)
  await once(socket, 'connect')
  for (const piece of typeof talking.send === 'string' ? [talking.send] : talking.send) {
    if (typeof piece === 'function') await piece()
    else if (socket.writable) socket.write(piece, 'latin1')
  }
  if (talking.halfClose) socket.end()
  const outcome = await reader.outcome(talking)
  socket.destroy()
  return outcome
}

class Reader {
  private text = ''
  private ended = false
  private reset = false
  private late = false
  private wake: () => void = () => undefined
  private readonly socket: Socket

  constructor(socket: Socket) {
    this.socket = socket
    socket.setTimeout(PATIENCE_MS)
    socket.on('data', bytes => this.note(() => (this.text += bytes.toString('latin1'))))
    socket.on('end', () => this.note(() => (this.ended = true)))
    socket.on('error', () => this.note(() => (this.reset = true)))
    socket.on('close', () => this.note(() => (this.ended = true)))
    socket.on('timeout', () => this.note(() => (this.late = true)))
  }

  private note(change: () => unknown): void {
    change()
    this.wake()
  }

  async outcome({ answers: wanted = 1, isHead = false, halfClose = false, noProbe = false }: Talk): Promise<Outcome> {
    const answers: RawResponse[] = []
    let probed = halfClose || noProbe
    for (;;) {
      const parsed = parseAnswer(this.text, isHead && answers.filter(final).length < wanted, this.ended)
      if (parsed === 'junk') return { answers, fate: 'junk', rest: this.text }
      if (parsed !== undefined) {
        this.text = this.text.slice(parsed.length)
        answers.push(parsed.answer)
        const count = answers.filter(final).length
        if (count === wanted && !probed) {
          probed = true
          if (this.socket.writable) this.socket.write(PROBE)
        } else if (count === wanted + 1 && parsed.answer.content === 'probe') {
          answers.pop()
          return { answers, fate: 'keep', rest: this.text }
        }
        continue
      }
      if (this.reset) return { answers, fate: 'reset', rest: this.text }
      if (this.ended) return { answers, fate: 'close', rest: this.text }
      if (this.late) return { answers, fate: 'hang', rest: this.text }
      await new Promise<void>(resolve => {
        this.wake = resolve
      })
    }
  }
}

const final = (answer: RawResponse) => answer.status >= 200 || answer.status === 101

/** The first whole answer of the text; undefined where it is not whole. */
function parseAnswer(
  text: string,
  isHead: boolean,
  ended: boolean,
): { answer: RawResponse; length: number } | 'junk' | undefined {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return text !== '' && !text.startsWith('HTTP/1.1 '.slice(0, text.length)) ? 'junk' : undefined
  const [statusLine = '', ...lines] = text.slice(0, end).split('\r\n')
  const match = /^HTTP\/1\.1 ([1-5]\d\d) [\t\x20-\x7e]*$/.exec(statusLine)
  if (match === null) return 'junk'
  const fields: [string, string][] = []
  for (const line of lines) {
    const parts = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+): ([\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?|)$/.exec(line)
    if (parts === null) return 'junk'
    fields.push([parts[1]!, parts[2]!])
  }
  const status = Number(match[1])
  const answer: RawResponse = { status, head: text.slice(0, end), fields, content: '', framing: 'none' }
  let at = end + 4
  if (isHead || status < 200 || status === 204 || status === 304) return { answer, length: at }
  const length = field(answer, 'content-length')
  if (field(answer, 'transfer-encoding') !== undefined) {
    answer.framing = 'chunked'
    for (;;) {
      const line = text.indexOf('\r\n', at)
      if (line < 0) return undefined
      const size = text.slice(at, line)
      if (!/^[0-9a-f]+$/i.test(size)) return 'junk'
      const bytes = Number.parseInt(size, 16)
      if (text.length < line + 2 + bytes + 2) return undefined
      answer.content += text.slice(line + 2, line + 2 + bytes)
      at = line + 2 + bytes + 2
      if (text.slice(at - 2, at) !== '\r\n') return 'junk'
      if (bytes === 0) return { answer, length: at }
    }
  }
  if (length !== undefined) {
    if (!/^\d+$/.test(length)) return 'junk'
    answer.framing = 'length'
    answer.content = text.slice(at, at + Number(length))
    return answer.content.length < Number(length) ? undefined : { answer, length: at + Number(length) }
  }
  answer.framing = 'close'
  if (!ended) return undefined
  answer.content = text.slice(at)
  return { answer, length: text.length }
}

const SINGLE = [
  'content-length',
  'content-type',
  'content-range',
  'content-encoding',
  'transfer-encoding',
  'connection',
  'date',
  'etag',
  'last-modified',
  'location',
  'retry-after',
  'allow',
  'vary',
  'cache-control',
  'x-request-id',
  'accept-ranges',
  'upgrade',
]
const IMF_FIXDATE =
  /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT$/

/** What every answer must be like, whatever was asked (RFC 9110, sections 5.3, 6.4, 6.6.1; RFC 9112, section 6). */
export function faults(
  { answers, fate }: Outcome,
  { isHead = false, halfClose = false }: Partial<Talk> = {},
): string[] {
  const out: string[] = []
  for (const [index, answer] of answers.entries()) {
    const say = (what: string) => out.push(`answer ${index + 1} (${answer.status}): ${what}`)
    for (const name of SINGLE) {
      if (answer.fields.filter(([other]) => other.toLowerCase() === name).length > 1) say(`more than one ${name}`)
    }
    if (answer.status < 200) {
      if (answer.fields.some(([name]) => /^(content-length|transfer-encoding)$/i.test(name))) say('1xx with framing')
      continue
    }
    if (!IMF_FIXDATE.test(field(answer, 'date') ?? '')) say('no Date')
    const length = field(answer, 'content-length')
    const coded = field(answer, 'transfer-encoding')
    if (length !== undefined && coded !== undefined) say('two framings')
    if (coded !== undefined && coded !== 'chunked') say(`Transfer-Encoding: ${coded}`)
    if (answer.status === 204 || answer.status === 304) {
      if (coded !== undefined || (answer.status === 204 && length !== undefined)) say('framing without content')
    } else if (length === undefined && coded === undefined && !isHead && answer.framing !== 'close') say('no framing')
    const closes = /\bclose\b/.test(field(answer, 'connection') ?? '')
    const isLast = index === answers.length - 1
    if (isLast && fate === 'keep' && closes) say('says close and stays')
    // Of a FIN that comes behind the request the server may not know yet.
    if (isLast && fate === 'close' && !closes && !halfClose) say('closes without saying so')
    if (!isLast && closes) say('says close and is followed by another answer')
    if (answer.status >= 400 && !isHead) {
      if (field(answer, 'content-type') !== 'application/problem+json') say('is no problem document')
      else if ((JSON.parse(answer.content) as { status: number }).status !== answer.status)
        say('its document has another status')
    }
  }
  return out
}
