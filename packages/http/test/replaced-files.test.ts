import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Handler, type StaticOptions, serveStatic } from '../src/index.ts'
import type { RawClient } from './raw-client.ts'
import { recorder } from './recorder.ts'
import { serving } from './serving.ts'

const { start, open } = serving()
const MiB = 1024 * 1024

let home: string
let root: string
beforeAll(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'arlen-replaced-')))
  root = join(home, 'public')
  mkdirSync(join(root, 'docs'), { recursive: true })
  mkdirSync(join(root, 'plain'))
  writeFileSync(join(root, 'docs', 'index.html'), '<h1>Docs</h1>')
  writeFileSync(join(root, 'empty.bin'), '')
  writeFileSync(join(home, 'secret.bin'), 'secret')
})
afterAll(() => rmSync(home, { recursive: true }))

const missing: Handler = c => c.text('handler', 404)

/** Nothing is kept in memory, and what is known of a file is not looked at again for a minute. */
async function serveFiles(options: StaticOptions = {}) {
  const log = recorder()
  const files = serveStatic(root, { cacheFileBytes: 10, checkMs: 60_000, ...options })
  const server = await start(files(missing), { log })
  const get = async (path: string, fields = '', method = 'GET') => {
    const client = await open(server)
    client.send(`${method} ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${fields}\r\n`)
    return parse(await client.toEnd())
  }
  return { server, get, log }
}

function parse(text: string) {
  const end = text.indexOf('\r\n\r\n')
  const head = text.slice(0, end)
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1]
  return { status: Number(text.slice(9, 12)), field, body: text.slice(end + 4) }
}

/** Puts another file under a name, as deployments do. */
function replace(path: string, content: string | Buffer): void {
  writeFileSync(`${path}.new`, content)
  renameSync(`${path}.new`, path)
}

describe('a file too large for the cache', () => {
  test.each([
    ['replaced', replace],
    ['written anew', writeFileSync],
  ])('that was %s is sent whole under its own tag and length at once', async (_, put) => {
    const path = join(root, 'data.bin')
    const { get } = await serveFiles()
    const tags = new Set<string>()
    for (const [at, content] of ['a'.repeat(100), 'b'.repeat(150), 'c'.repeat(90), 'd'.repeat(90)].entries()) {
      put(path, content)
      // Some systems write down the same time for what is written within four milliseconds, and a tag is of time and size.
      utimesSync(path, 1_700_000_000 + at, 1_700_000_000 + at)
      const answer = await get('/data.bin')
      expect(answer).toMatchObject({ status: 200, body: content })
      expect(answer.field('content-length')).toBe(String(content.length))
      const tag = answer.field('etag')!
      expect(await get('/data.bin', `If-None-Match: ${tag}\r\n`)).toMatchObject({ status: 304 })
      const range = await get('/data.bin', `Range: bytes=80-\r\nIf-Range: ${tag}\r\n`)
      expect([range.status, range.field('content-range')]).toEqual([
        206,
        `bytes 80-${content.length - 1}/${content.length}`,
      ])
      const head = await get('/data.bin', '', 'HEAD')
      expect([head.field('content-length'), head.field('etag')]).toEqual([String(content.length), tag])
      tags.add(tag)
    }
    expect(tags.size).toBe(4)
  })

  test('that goes is the handler’s, and one that comes back is found', async () => {
    const path = join(root, 'gone.bin')
    const { get } = await serveFiles()
    writeFileSync(path, 'x'.repeat(50))
    expect((await get('/gone.bin')).status).toBe(200)
    rmSync(path)
    expect(await get('/gone.bin')).toMatchObject({ status: 404, body: 'handler' })
    writeFileSync(path, 'y'.repeat(50))
    expect((await get('/gone.bin')).body).toBe('y'.repeat(50))
  })

  test('in whose place comes a link out of the folder, or a folder, is none', async () => {
    const path = join(root, 'swapped.bin')
    const { get } = await serveFiles()
    writeFileSync(path, 'x'.repeat(50))
    expect((await get('/swapped.bin')).status).toBe(200)
    rmSync(path)
    symlinkSync(join(home, 'secret.bin'), path)
    expect(await get('/swapped.bin')).toMatchObject({ status: 404, body: 'handler' })
    rmSync(path)
    mkdirSync(path)
    expect((await get('/swapped.bin')).status).toBe(404)
  })

  /** A client that has read the beginning of a large answer and no more yet. */
  async function slowReader(
    path: string,
    content: Buffer,
  ): Promise<{ client: RawClient; log: ReturnType<typeof recorder> }> {
    writeFileSync(join(root, path), content)
    const { server, log } = await serveFiles()
    const client = await open(server)
    client.send(`GET /${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
    await client.until(({ received }) => received.includes('\r\n\r\n'))
    client.socket.pause()
    return { client, log }
  }

  test('that is replaced while it is sent is sent as it was', async () => {
    const before = Buffer.alloc(32 * MiB, 'a')
    const { client } = await slowReader('big.bin', before)
    replace(join(root, 'big.bin'), Buffer.alloc(32 * MiB, 'b'))
    client.socket.resume()
    const { body } = parse(await client.toEnd())
    expect(body.length).toBe(before.length)
    expect(body.includes('b')).toBe(false)
  })

  test('that is written to while it is sent is cut, so that no client takes a mixture for the whole', async () => {
    const { client, log } = await slowReader('mixed.bin', Buffer.alloc(32 * MiB, 'a'))
    writeFileSync(join(root, 'mixed.bin'), Buffer.alloc(32 * MiB, 'b'))
    client.socket.resume()
    await client.until(({ closed }) => closed)
    expect(parse(client.received).body.length).toBeLessThan(32 * MiB)
    expect(log.lines('error').map(line => (line.err as { code: string }).code)).toEqual(['file_changed'])
  })
})

test('types are added by extension, or replaced', async () => {
  writeFileSync(join(root, 'a.log'), 'x')
  writeFileSync(join(root, 'a.ts'), 'x')
  writeFileSync(join(root, 'a.glb'), 'x')
  const { get } = await serveFiles({ types: { log: 'text/plain', '.ts': 'text/x-typescript' } })
  const types = await Promise.all(
    ['a.log', 'a.ts', 'a.glb'].map(async name => (await get(`/${name}`)).field('content-type')),
  )
  expect(types).toEqual(['text/plain; charset=utf-8', 'text/x-typescript; charset=utf-8', 'model/gltf-binary'])
  expect(() => serveStatic(root, { types: { x: 'no type' } })).toThrow(/types\.x/)
})

describe('a folder with an index, asked for without its slash,', () => {
  test('is redirected, with its query', async () => {
    const { get } = await serveFiles({ index: 'index.html', prefix: '/assets' })
    for (const method of ['GET', 'HEAD']) {
      const answer = await get('/assets/docs?a=1&b', '', method)
      expect([answer.status, answer.field('location'), answer.body]).toEqual([301, '/assets/docs/?a=1&b', ''])
      expect(answer.field('cache-control')).toBe('public, no-cache')
    }
    expect((await get('/assets/docs/')).body).toBe('<h1>Docs</h1>')
    expect((await get('/assets/d%6Fcs')).field('location')).toBe('/assets/d%6Fcs/')
  })

  test('is the handler’s without an index, for other methods, and where the option is not set', async () => {
    const { get } = await serveFiles({ index: 'index.html' })
    for (const path of ['/plain', '/docs/index.html/', '//docs', '/missing']) expect((await get(path)).status).toBe(404)
    expect((await get('/docs', '', 'DELETE')).status).toBe(404)
    expect((await (await serveFiles()).get('/docs')).status).toBe(404)
  })
})

test('ranges of an empty file are ignored', async () => {
  const { get } = await serveFiles()
  for (const range of ['bytes=0-', 'bytes=0-0', 'bytes=10-', 'bytes=-5', 'bytes=-0']) {
    const answer = await get('/empty.bin', `Range: ${range}\r\n`)
    expect([range, answer.status, answer.field('content-length'), answer.field('content-range')]).toEqual([
      range,
      200,
      '0',
      undefined,
    ])
  }
})
