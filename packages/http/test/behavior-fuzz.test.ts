import { Readable } from 'node:stream'
import { seededBelow } from '@arlen/core/seeded'
import { expect, test } from 'vitest'
import type { Context, Handler } from '../src/index.ts'
import { memoryConnection, settle } from './memory-connection.ts'

/** What handlers do, by the first part of the path; the rest of the path is the number of the request. */
const behaviors: Record<string, Handler> = {
  object: c => ({ n: c.req.path }),
  text: async c => {
    await null
    return c.req.path
  },
  read: async c => ({ n: c.req.path, got: (await c.req.text()).length }),
  readLate: async c => {
    await turn()
    return { n: c.req.path, got: (await c.req.text()).length }
  },
  throw: () => {
    throw new Error('on purpose')
  },
  throwAfterRead: async c => {
    await c.req.bytes()
    throw new Error('on purpose')
  },
  stream: c => c.stream(pieces(c)),
  node: c => c.stream(Readable.from([`${c.req.path} `, 'x'.repeat(500)]), { length: c.req.path.length + 501 }),
  echo: c => c.stream(c.req.stream),
  cancel: async c => {
    c.req.stream.on('data', () => c.req.stream.destroy())
    await turn()
    return c.req.path
  },
  large: () => 'x'.repeat(70_000),
  empty: c => c.empty(),
}

const turn = () => new Promise<void>(resolve => setImmediate(resolve))

async function* pieces(c: Context): AsyncGenerator<string> {
  yield c.req.path
  await null
  yield 'more'
}

test('with any handlers, clients and connection faults, responses arrive in order and whole, and nothing is left', async () => {
  const wrong: string[] = []
  for (let seed = 1; seed <= Number(process.env.FUZZ ?? 1500); seed++) {
    const problem = await play(seed)
    if (problem !== null) wrong.push(`seed ${seed}: ${problem}`)
  }
  expect(wrong).toEqual([])
})

async function play(seed: number): Promise<string | null> {
  const next = seededBelow(seed)
  const handled: string[] = []
  const { connection, transport, engine } = memoryConnection(
    c => {
      handled.push(c.req.method)
      return behaviors[c.req.path.split('/')[1]!]!(c)
    },
    { maxBodyBytes: 50_000, maxDiscardedBytes: 2_000, handlerTimeoutMs: 60_000 },
  )
  const bytes = Buffer.from(Array.from({ length: 1 + next(5) }, (_, i) => request(i, next)).join(''), 'latin1')
  const end = next(4)
  let at = 0
  while (at < bytes.length && !transport.ended && !transport.destroyed) {
    if (end === 0 && next(20) === 0) break
    const to = Math.min(bytes.length, at + 1 + next(next(3) === 0 ? 10 : 3000))
    connection.receive(bytes.subarray(at, to))
    at = to
    if (next(3) === 0) await turn()
    transport.ready = next(6) > 0
    if (transport.ready || next(2) === 0) connection.writable()
  }
  if (end === 1) connection.closed()
  else if (end !== 0 || next(2) === 0) connection.eof()
  transport.ready = true
  for (let i = 0; i < 20; i++) {
    connection.writable()
    await settle()
    await turn()
  }
  // An answer may be waiting for the rest of a body that never came, where nobody said that it will not.
  const mayBeCut = transport.destroyed || at < bytes.length
  const problem = end === 1 ? null : checkAnswers(transport.sent, handled, mayBeCut)
  connection.closed()
  await turn()
  if (problem === null && engine.inFlight !== 0) return `${engine.inFlight} requests are still in flight`
  return problem
}

function request(i: number, next: (below: number) => number): string {
  const names = Object.keys(behaviors)
  const path = `/${names[next(names.length)]}/${i}`
  const method = next(8) === 0 ? 'HEAD' : 'POST'
  const extra = next(10) === 0 ? 'Connection: close\r\n' : ''
  const body = 'b'.repeat(next(3) === 0 ? next(60_000) : next(50))
  const head = `${method} ${path} HTTP/1.1\r\nHost: a\r\n${extra}`
  switch (next(4)) {
    case 0:
      return `${head}\r\n`
    case 1: {
      const cut = next(body.length + 1)
      const chunks = [body.slice(0, cut), body.slice(cut)].filter(chunk => chunk !== '')
      const text = chunks.map(chunk => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('')
      return `${head}Transfer-Encoding: chunked\r\n\r\n${text}0\r\n\r\n`
    }
    case 2:
      return `${head}Expect: 100-continue\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    default:
      return `${head}Content-Length: ${body.length}\r\n\r\n${body}`
  }
}

/** Reads the answers off, by the methods of their requests; the last may be cut where `mayBeCut` says so. */
function checkAnswers(sent: string, methods: string[], mayBeCut: boolean): string | null {
  let rest = sent
  let answered = 0
  while (rest !== '') {
    const end = rest.indexOf('\r\n\r\n')
    const head = rest.slice(0, end)
    const match = /^HTTP\/1\.1 (\d{3}) /.exec(head)
    if (end < 0 || match === null) return `no head in ${JSON.stringify(rest.slice(0, 80))}`
    rest = rest.slice(end + 4)
    if (match[1] === '100') continue
    const isHead = methods[answered] === 'HEAD'
    answered++
    const framings = head.match(/^(?:content-length|transfer-encoding): /gim)?.length ?? 0
    if (framings !== (match[1] === '204' ? 0 : 1)) return `${framings} framings in ${JSON.stringify(head)}`
    if (isHead || match[1] === '204') continue
    const length = /^content-length: (\d+)\r?$/im.exec(head)?.[1]
    const taken = length === undefined ? chunkedLength(rest) : Number(length)
    if (taken === null || taken > rest.length) return mayBeCut ? null : `answer ${answered} is cut`
    rest = rest.slice(taken)
    if (/^connection: close\r?$/im.test(head) && rest !== '') return 'something follows the last answer'
  }
  return answered > methods.length + 1 ? `${answered} answers to ${methods.length} requests` : null
}

function chunkedLength(text: string): number | null {
  for (let at = 0; ; ) {
    const match = /^([0-9a-f]+)\r\n/.exec(text.slice(at, at + 20))
    if (match === null) return null
    const size = Number.parseInt(match[1]!, 16)
    at += match[0].length + size
    if (text.slice(at, at + 2) !== '\r\n') return null
    at += 2
    if (size === 0) return at
  }
}
