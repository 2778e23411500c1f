import { createRequire } from 'node:module'
import { readCorpus } from './corpus.ts'
import { memoryConnection, settle } from './memory-connection.ts'

/** What a server made of some bytes: the requests it read to their end, and whether it refused what followed. */
export interface Outcome {
  requests: string[]
  refused: string
}

const SEEDS: readonly Buffer[] = readCorpus()
  .filter(({ bytes }) => bytes.length < 2000)
  .map(({ bytes }) => bytes)

/** What parsers disagree about. */
const SPICE: readonly string[] = [
  '\r\n',
  '\n',
  '\r',
  '\r\r\n',
  '\0',
  ' ',
  '\t',
  '\x0b',
  '\x7f',
  '\x80',
  '\xff',
  ':',
  ';',
  ',',
  '=',
  '"',
  '\\',
  '%',
  '#',
  '0',
  '5',
  'ffffffffffffffff',
  'Content-Length: 5\r\n',
  'Content-Length: 0\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Transfer-Encoding: identity\r\n',
  'Host: b\r\n',
  'Connection: close\r\n',
  'Connection: keep-alive\r\n',
  'Expect: 100-continue\r\n',
  'Upgrade: x\r\nConnection: upgrade\r\n',
  ' chunked',
  'chunked',
  '0\r\n\r\n',
  '5\r\nhello\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
  'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello',
  'HTTP/1.0',
  'HTTP/1.1',
  'http://b/',
  '*',
]

/** One to four mutations of a request or two from the corpus. */
export function mutate(next: (below: number) => number): Buffer {
  let bytes = pick(SEEDS, next)
  if (next(3) === 0) bytes = Buffer.concat([bytes, pick(SEEDS, next)])
  for (let i = next(4); i >= 0; i--) bytes = mutateOnce(bytes, next)
  return bytes
}

function mutateOnce(bytes: Buffer, next: (below: number) => number): Buffer {
  const at = next(bytes.length + 1)
  const to = Math.min(bytes.length, at + 1 + next(4))
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)]
  switch (next(7)) {
    case 0:
      return Buffer.concat([before, bytes.subarray(to)])
    case 1:
      return Buffer.concat([before, Buffer.from([next(256)]), bytes.subarray(to)])
    case 2:
      return Buffer.concat([bytes.subarray(0, to), after])
    case 3: {
      const lines = bytes.toString('latin1').split('\r\n')
      const [one, other] = [next(lines.length), next(lines.length)]
      ;[lines[one], lines[other]] = [lines[other]!, lines[one]!]
      return Buffer.from(lines.join('\r\n'), 'latin1')
    }
    default:
      return Buffer.concat([before, Buffer.from(pick(SPICE, next), 'latin1'), after])
  }
}

function pick<T>(items: readonly T[], next: (below: number) => number): T {
  return items[next(items.length)]!
}

/** Our engine on these bytes, then the end of the connection. */
export async function ours(pieces: readonly Buffer[]): Promise<Outcome> {
  const requests: string[] = []
  const { connection, transport } = memoryConnection(async c => {
    const body = await c.req.bytes()
    requests.push(`${c.req.method} ${c.req.url} ${body.toString('latin1')}`)
    return 'ok'
  })
  for (const piece of pieces) {
    if (transport.ended) break
    connection.receive(piece)
    await settle()
  }
  const { ended } = transport
  if (!ended) connection.eof()
  await settle()
  const status = [...transport.sent.matchAll(/HTTP\/1\.1 ([45]\d\d)[^{]*\{[^}]*"code":"(\w+)"/g)].at(-1)
  return { requests, refused: status === undefined ? (ended ? 'closed' : '') : `${status[1]} ${status[2]}` }
}

/** The parser of node:http in its strict mode. It has no public door; this is what node:http itself goes through. */
const { HTTPParser, methods } = createRequire(import.meta.url)('_http_common') as {
  methods: string[]
  HTTPParser: {
    new (): {
      [event: number]: (...args: never[]) => unknown
      initialize(type: number, resource: object, maxHeaderSize: number, lenientFlags: number): void
      execute(bytes: Uint8Array): unknown
      finish(): unknown
    }
    REQUEST: number
    kOnHeaders: number
    kOnHeadersComplete: number
    kOnBody: number
    kOnMessageComplete: number
    kLenientNone: number
  }
}

/** What llhttp makes of these bytes, then of their end. */
export function llhttp(bytes: Buffer): Outcome {
  const requests: string[] = []
  let url = ''
  let method = ''
  let body = ''
  const parser = new HTTPParser()
  parser.initialize(HTTPParser.REQUEST, {}, 1 << 20, HTTPParser.kLenientNone)
  // Long heads come in parts, and trailers come this way too.
  parser[HTTPParser.kOnHeaders] = (_: string[], part: string) => (url = url || part)
  parser[HTTPParser.kOnHeadersComplete] = (_1: number, _2: number, _3: unknown, code: number, target = '') => {
    method = methods[code] ?? 'QUERY' // the newest, missing from the list
    url ||= target
    return 0
  }
  parser[HTTPParser.kOnBody] = (piece: Buffer) => (body += piece.toString('latin1'))
  parser[HTTPParser.kOnMessageComplete] = () => {
    requests.push(`${method} ${url.replace(EMPTY_QUERY, '$1')} ${body}`)
    url = body = ''
  }
  // It stops after a request that asks for an upgrade; a server that does not upgrade goes on.
  let result = parser.execute(bytes)
  for (let at = 0; typeof result === 'number' && result > 0; result = parser.execute(bytes.subarray(at))) {
    at += result
    if (at >= bytes.length) break
  }
  const end = result instanceof Error ? result : parser.finish()
  return { requests, refused: end instanceof Error ? (end as NodeJS.ErrnoException).code! : '' }
}

/** A question mark with nothing after it, which our `url` leaves out. */
const EMPTY_QUERY = /^([^?]*)\?$/

/** llhttp reports an absolute target as it is, we report what it asks for. */
const ABSOLUTE = /^(\w+) https?:\/\/[^/? ]*([^ ]*)/i

function relative(_: string, method: string, rest: string): string {
  if (rest === '' && method === 'OPTIONS') return 'OPTIONS *'
  return `${method} ${(rest.startsWith('/') ? rest : `/${rest}`).replace(EMPTY_QUERY, '$1')}`
}

/** Why two outcomes cannot both be right, or null. We may refuse what the oracle reads, never the other way round. */
export function disagreement(us: Outcome, oracle: Outcome): string | null {
  for (const [i, request] of us.requests.entries()) {
    const theirs = oracle.requests[i]?.replace(ABSOLUTE, relative)
    if (theirs === undefined) return `we read ${JSON.stringify(request)}, which node:http refuses (${oracle.refused})`
    if (theirs !== request) return `we read ${JSON.stringify(request)}, node:http ${JSON.stringify(theirs)}`
  }
  return us.requests.length < oracle.requests.length && us.refused === '' ? 'we stopped without a refusal' : null
}
