import { brotliCompressSync, deflateSync, gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { Handler } from '../src/index.ts'
import type { RawResponse } from './raw-client.ts'
import { GET, serving } from './serving.ts'

const { start, open } = serving()

const TEXT = 'Propane and propane accessories. '.repeat(50)

/** What a client gets of a server that answers with what another server has answered. */
async function through(
  upstream: Handler,
  method = 'GET',
  init: RequestInit = {},
): Promise<RawResponse & { raw: string }> {
  const { port } = await start(upstream)
  const proxy = await start(() => fetch(`http://127.0.0.1:${port}/`, { method, ...init }))
  const client = await open(proxy)
  const closing = GET.replace('GET', method).replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n')
  const raw = await client.send(closing).toEnd()
  const end = raw.indexOf('\r\n\r\n')
  return { status: Number(raw.slice(9, 12)), head: raw.slice(0, end), body: unchunked(raw, end + 4), length: 0, raw }
}

function unchunked(raw: string, from: number): string {
  if (!/^transfer-encoding: chunked/im.test(raw.slice(0, from))) return raw.slice(from)
  let body = ''
  for (let at = from; ; ) {
    const line = raw.indexOf('\r\n', at)
    const size = Number.parseInt(raw.slice(at, line), 16)
    if (!(size > 0)) return body
    body += raw.slice(line + 2, line + 2 + size)
    at = line + 2 + size + 2
  }
}

const coded =
  (coding: string, bytes: Uint8Array, fields: Record<string, string> = {}): Handler =>
  c =>
    c.bytes(bytes, { type: 'text/plain', headers: { 'Content-Encoding': coding, ...fields } })

describe('return fetch(upstream)', () => {
  test.each<[string, Uint8Array]>([
    ['gzip', gzipSync(TEXT)],
    ['GZIP', gzipSync(TEXT)],
    ['x-gzip', gzipSync(TEXT)],
    ['deflate', deflateSync(TEXT)],
    ['br', brotliCompressSync(TEXT)],
    ['zstd', zstdCompressSync(TEXT)],
    ['gzip, br', brotliCompressSync(gzipSync(TEXT))],
  ])('sends headers and a body that agree where the upstream said %s', async (coding, bytes) => {
    const fields = { ETag: '"a"', 'Content-Digest': 'sha-256=:eA==:', 'Accept-Ranges': 'bytes', 'X-Mine': '1' }
    const answer = await through(coded(coding, bytes, fields))
    expect(answer.status).toBe(200)
    // Where fetch leaves the coding on, it is still said.
    const isOn = /^content-encoding/im.test(answer.head)
    expect(answer.body).toBe(isOn ? Buffer.from(bytes).toString('latin1') : TEXT)
    expect(answer.head).toMatch(isOn ? /^etag: "a"$/m : /^etag: W\/"a"$/m)
    if (!isOn) expect(answer.head).not.toMatch(/^(?:content-length|content-digest|accept-ranges):/im)
    expect(answer.head).toMatch(/^x-mine: 1$/m)
    if (coding !== 'zstd') expect(isOn).toBe(false)
  })

  test.each(['compress', 'identity', 'gzip, compress'])('leaves undecoded content alone: %s', async coding => {
    const answer = await through(coded(coding, Buffer.from('as it is'), { ETag: '"a"' }))
    expect(answer.body).toBe('as it is')
    expect(answer.head).toMatch(new RegExp(`^content-encoding: ${coding}$`, 'm'))
    expect(answer.head).toMatch(/^content-length: 8$/im)
    expect(answer.head).toMatch(/^etag: "a"$/m)
  })

  test('keeps the length of what has no coding', async () => {
    expect((await through(c => c.text('hello'))).head).toMatch(/^content-length: 5$/im)
    expect((await through(c => c.text('hello'), 'HEAD')).head).toMatch(/^content-length: 5$/im)
  })

  test('answers HEAD without the length of a coding that GET would not have', async () => {
    const answer = await through(coded('gzip', gzipSync(TEXT)), 'HEAD')
    expect(answer).toMatchObject({ status: 200, body: '' })
    expect(answer.head).not.toMatch(/^content-(?:encoding|length):/im)
  })

  test('keeps to itself what was for the connection alone', async () => {
    const answer = await through(c => {
      c.res.headers.set('X-Hop', '1').set('X-End', '2').set('Proxy-Connection', 'x')
      return c.text('x', { headers: { Connection: 'close, x-hop' } })
    })
    expect(answer.head).toMatch(/^x-end: 2$/m)
  })
})

describe('a Response that a program made', () => {
  test('says of its body what is so', async () => {
    const bytes = gzipSync(TEXT)
    const headers = { 'content-encoding': 'gzip', etag: '"a"' }
    const client = await open(await start(() => new Response(bytes, { headers })))
    const raw = await client.send(GET.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n')).toEnd()
    expect(raw).toMatch(/^content-encoding: gzip$/m)
    expect(raw).toMatch(/^etag: "a"$/m)
    const packed = unchunked(raw, raw.indexOf('\r\n\r\n') + 4)
    expect(gunzipSync(Buffer.from(packed, 'latin1')).toString()).toBe(TEXT)
  })
})
