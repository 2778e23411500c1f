import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type HttpServer, serve, serveStatic } from '../src/index.ts'
import { RawClient } from './raw-client.ts'

const APP = 'console.log("app")\n'.repeat(20)
const BIG = Buffer.alloc(1_500_000, 'x')
const MODIFIED = new Date('2026-01-02T03:04:05Z')

let home: string
let server: HttpServer
let url: string

beforeAll(async () => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'arlen-static-')))
  const root = join(home, 'public')
  mkdirSync(join(root, 'docs'), { recursive: true })
  mkdirSync(join(root, '.well-known'))
  writeFileSync(join(home, 'secret.txt'), 'secret')
  writeFileSync(join(root, 'app.js'), APP)
  writeFileSync(join(root, 'app.js.br'), brotliCompressSync(APP))
  writeFileSync(join(root, 'app.js.gz'), gzipSync(APP))
  writeFileSync(join(root, 'logo-abcdef12.svg'), '<svg/>')
  writeFileSync(join(root, 'plain.txt'), 'Hello, files!')
  writeFileSync(join(root, 'empty.txt'), '')
  writeFileSync(join(root, 'big.bin'), BIG)
  writeFileSync(join(root, '50%.png'), 'png')
  writeFileSync(join(root, '.env'), 'SECRET=1')
  writeFileSync(join(root, '.well-known', 'security.txt'), 'Contact: us')
  writeFileSync(join(root, 'docs', 'index.html'), '<h1>Docs</h1>')
  symlinkSync(join(home, 'secret.txt'), join(root, 'leak.txt'))
  symlinkSync(home, join(root, 'up'))
  symlinkSync(join(root, 'plain.txt'), join(root, 'inside.txt'))
  utimesSync(join(root, 'plain.txt'), MODIFIED, MODIFIED)
  const files = serveStatic(root, {
    prefix: '/assets',
    index: 'index.html',
    maxAgeSeconds: 60,
    immutable: /-[0-9a-f]{8}\./,
    checkMs: 0,
  })
  server = await serve(
    files(c => c.text(`handler ${c.req.method}`, 404)),
    { port: 0 },
  )
  url = `http://127.0.0.1:${server.address!.port}`
})

afterAll(async () => {
  await server.close({ graceMs: 0 })
  rmSync(home, { recursive: true })
})

/** A request whose path and fields go over the wire as they are. */
async function get(path: string, headers: Record<string, string> = {}, method = 'GET') {
  const client = await RawClient.open(server.address!.port)
  const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  client.send(`${method} ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${fields.join('')}\r\n`)
  const text = await client.toEnd()
  client.close()
  const end = text.indexOf('\r\n\r\n')
  const [status = '', ...lines] = text.slice(0, end).split('\r\n')
  const found = Object.fromEntries(
    lines.map(line => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
  )
  return { status: Number(status.split(' ')[1]), headers: found, body: text.slice(end + 4) }
}

describe('a file', () => {
  test('comes with type, length, validators and cache rules', async () => {
    const { status, headers, body } = await get('/assets/plain.txt')
    expect([status, body]).toEqual([200, 'Hello, files!'])
    expect(headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'content-length': '13',
      'last-modified': 'Fri, 02 Jan 2026 03:04:05 GMT',
      'cache-control': 'public, max-age=60',
      'accept-ranges': 'bytes',
    })
    expect(headers.etag).toMatch(/^"[0-9a-z-]+"$/)
  })

  test('is described by HEAD exactly as GET sends it', async () => {
    const [viaGet, viaHead] = [await get('/assets/plain.txt'), await get('/assets/plain.txt', {}, 'HEAD')]
    expect({ ...viaHead.headers, date: '' }).toEqual({ ...viaGet.headers, date: '' })
    expect(viaHead.body).toBe('')
  })

  test('that is empty or large comes whole', async () => {
    expect(await get('/assets/empty.txt')).toMatchObject({ status: 200, headers: { 'content-length': '0' }, body: '' })
    const response = await fetch(`${url}/assets/big.bin`)
    expect(Buffer.from(await response.arrayBuffer()).equals(BIG)).toBe(true)
  })

  test('whose name has its content in it is kept forever', async () => {
    const { headers } = await get('/assets/logo-abcdef12.svg')
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable')
  })

  test('that changes is noticed, and so is one that goes', async () => {
    const file = join(home, 'public', 'changing.txt')
    writeFileSync(file, 'one')
    const first = await get('/assets/changing.txt')
    writeFileSync(file, 'two!')
    const second = await get('/assets/changing.txt')
    rmSync(file)
    expect([first.body, second.body, (await get('/assets/changing.txt')).status]).toEqual(['one', 'two!', 404])
    expect(second.headers.etag).not.toBe(first.headers.etag)
  })

  test('goes to the handler for other methods, other prefixes and folders without index', async () => {
    expect((await get('/assets/plain.txt', {}, 'POST')).body).toBe('handler POST')
    expect((await get('/plain.txt')).status).toBe(404)
    expect((await get('/assetsplain.txt')).status).toBe(404)
    expect((await get('/assets/docs/')).body).toBe('<h1>Docs</h1>')
    expect((await get('/assets/.well-known/')).body).toBe('handler GET')
  })
})

describe('paths', () => {
  test.each([
    '/assets/../secret.txt',
    '/assets/%2e%2e/secret.txt',
    '/assets/..%2fsecret.txt',
    '/assets/..%5csecret.txt',
    '/assets/docs/..%2f..%2f..%2fsecret.txt',
    '/assets//plain.txt',
    '/assets/.env',
    '/assets/%2eenv',
    '/assets/plain.txt%00.png',
    '/assets/leak.txt',
    '/assets/up/secret.txt',
    '/assets/plain.txt/',
    '/assets/%E0%A4%A',
    `/assets/${'a'.repeat(300)}`,
  ])('%s is not a file', async path => {
    const { status, body } = await get(path)
    expect([400, 404]).toContain(status)
    expect(body).not.toContain('secret')
  })

  test('links within the folder, escaped names and .well-known are files', async () => {
    expect((await get('/assets/inside.txt')).body).toBe('Hello, files!')
    expect((await get('/assets/50%25.png')).body).toBe('png')
    expect((await get('/assets/.well-known/security.txt')).body).toBe('Contact: us')
  })
})

describe('conditional requests', () => {
  const etagOf = async () => (await get('/assets/plain.txt')).headers.etag!

  test('If-None-Match with the tag, weak or strong, in a list or as *, is 304 without content', async () => {
    const etag = await etagOf()
    for (const field of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const answer = await get('/assets/plain.txt', { 'If-None-Match': field })
      expect([field, answer.status, answer.body]).toEqual([field, 304, ''])
      expect(answer.headers.etag).toBe(etag)
      expect(answer.headers['content-length']).toBeUndefined()
    }
    expect((await get('/assets/plain.txt', { 'If-None-Match': '"other"' })).status).toBe(200)
  })

  test('If-Modified-Since counts only without If-None-Match, and only as an HTTP date', async () => {
    const since = (date: string, extra = {}) => get('/assets/plain.txt', { 'If-Modified-Since': date, ...extra })
    expect((await since('Fri, 02 Jan 2026 03:04:05 GMT')).status).toBe(304)
    expect((await since('Fri, 02 Jan 2026 03:04:04 GMT')).status).toBe(200)
    expect((await since('2026-12-31')).status).toBe(200)
    expect((await since('Fri, 02 Jan 2026 03:04:05 GMT', { 'If-None-Match': '"other"' })).status).toBe(200)
  })

  test('If-Match and If-Unmodified-Since that fail are 412', async () => {
    expect((await get('/assets/plain.txt', { 'If-Match': '"other"' })).status).toBe(412)
    expect((await get('/assets/plain.txt', { 'If-Match': await etagOf() })).status).toBe(200)
    expect((await get('/assets/plain.txt', { 'If-Match': `W/${await etagOf()}` })).status).toBe(412)
    const before = { 'If-Unmodified-Since': 'Thu, 01 Jan 2026 00:00:00 GMT' }
    expect((await get('/assets/plain.txt', before)).status).toBe(412)
  })
})

describe('ranges', () => {
  const range = (field: string, extra = {}, method = 'GET') =>
    get('/assets/plain.txt', { Range: field, ...extra }, method)

  test('one range is 206 with exactly its bytes', async () => {
    const answer = await range('bytes=7-11')
    expect([answer.status, answer.body]).toEqual([206, 'files'])
    expect(answer.headers).toMatchObject({ 'content-range': 'bytes 7-11/13', 'content-length': '5' })
    expect((await range('bytes=-6')).body).toBe('files!')
  })

  test('a range of a file too large for memory is read from the disk', async () => {
    const { headers, body } = await get('/assets/big.bin', { Range: 'bytes=1499990-' })
    expect([headers['content-range'], body]).toEqual(['bytes 1499990-1499999/1500000', 'x'.repeat(10)])
  })

  test('beyond the end is 416 with the size', async () => {
    const answer = await range('bytes=13-')
    expect([answer.status, answer.headers['content-range']]).toEqual([416, 'bytes */13'])
  })

  test('several ranges, nonsense and HEAD get the whole', async () => {
    for (const field of ['bytes=0-1,3-4', 'bytes=x', 'lines=1-2']) expect((await range(field)).status).toBe(200)
    expect(await range('bytes=0-1', {}, 'HEAD')).toMatchObject({ status: 200, headers: { 'content-length': '13' } })
  })

  test('If-Range takes a part only of the very same state', async () => {
    const { etag } = (await get('/assets/plain.txt')).headers
    expect((await range('bytes=0-1', { 'If-Range': etag! })).status).toBe(206)
    expect((await range('bytes=0-1', { 'If-Range': 'Fri, 02 Jan 2026 03:04:05 GMT' })).status).toBe(206)
    expect((await range('bytes=0-1', { 'If-Range': '"other"' })).status).toBe(200)
    expect((await range('bytes=0-1', { 'If-Range': `W/${etag}` })).status).toBe(200)
    expect((await range('bytes=0-1', { 'If-Range': 'Fri, 02 Jan 2026 03:04:06 GMT' })).status).toBe(200)
  })

  test('304 outranks 206', async () => {
    const { etag } = (await get('/assets/plain.txt')).headers
    expect((await range('bytes=0-1', { 'If-None-Match': etag! })).status).toBe(304)
  })
})

describe('precompressed files', () => {
  test('are sent to clients that accept them, with separate tags, and Vary always says so', async () => {
    const answers = await Promise.all(
      ['br, gzip', 'gzip', 'identity'].map(coding => get('/assets/app.js', { 'Accept-Encoding': coding })),
    )
    expect(answers.map(answer => answer.headers['content-encoding'])).toEqual(['br', 'gzip', undefined])
    expect(answers.map(answer => answer.headers.vary)).toEqual(Array(3).fill('Accept-Encoding'))
    expect(answers.map(answer => answer.headers['content-type'])).toEqual(
      Array(3).fill('text/javascript; charset=utf-8'),
    )
    expect(new Set(answers.map(answer => answer.headers.etag)).size).toBe(3)
    const decoded = await (await fetch(`${url}/assets/app.js`)).text()
    expect(decoded).toBe(APP)
  })

  test('a range is of the file itself', async () => {
    const { headers, body } = await get('/assets/app.js', { Range: 'bytes=0-6', 'Accept-Encoding': 'br' })
    expect([headers['content-encoding'], body]).toEqual([undefined, 'console'])
  })
})

test('a folder that is not there is an error at once', () => {
  expect(() => serveStatic(join(home, 'nowhere'))).toThrow(/There is no folder .*nowhere/)
})

test('files in memory never take more than they may', async () => {
  const root = join(home, 'many')
  mkdirSync(root)
  for (let i = 0; i < 40; i++) writeFileSync(join(root, `${i}.txt`), String(i).repeat(5000))
  const handler = serveStatic(root, { cacheBytes: 64 * 1024 })(c => c.empty(404))
  const small = await serve(handler, { port: 0 })
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 40; i++) {
      const response = await fetch(`http://127.0.0.1:${small.address!.port}/${i}.txt`)
      expect(await response.text()).toBe(String(i).repeat(5000))
    }
  }
  await small.close({ graceMs: 0 })
})
