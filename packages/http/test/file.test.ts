import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toFetch } from '../src/fetch/to-fetch.ts'
import type { FileOptions } from '../src/index.ts'

let folder = ''
const large = 'abcdefghij'.repeat(50_000)
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'arlen-file-'))
  writeFileSync(join(folder, 'small.txt'), '0123456789')
  writeFileSync(join(folder, 'large.bin'), large)
  writeFileSync(join(folder, 'empty.html'), '')
  mkdirSync(join(folder, 'sub'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function ask(name: string, headers: Record<string, string> = {}, options?: FileOptions, method = 'GET') {
  const fetch = toFetch(c => c.file(join(folder, name), options))
  return fetch(new Request('http://a/', { headers, method }))
}

describe('c.file', () => {
  test('sends a file with its type, length and validators', async () => {
    const response = await ask('small.txt')
    expect(await response.text()).toBe('0123456789')
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'content-length': '10',
      'accept-ranges': 'bytes',
      'cache-control': 'no-cache',
      etag: expect.stringMatching(/^"[^"]+"$/),
      'last-modified': expect.stringMatching(/GMT$/),
    })
  })

  test.each(['small.txt', 'large.bin'])('answers 304 to a client that already has %s', async name => {
    const first = await ask(name)
    await first.arrayBuffer()
    const again = await ask(name, { 'if-none-match': first.headers.get('etag')!, range: 'bytes=0-1' })
    expect([again.status, again.headers.get('content-length'), again.headers.get('etag')]).toEqual([
      304,
      null,
      first.headers.get('etag'),
    ])
    expect((await ask(name, { 'if-match': '"other"' })).status).toBe(412)
  })

  test.each([
    ['small.txt', 'bytes=2-4', '234', 'bytes 2-4/10'],
    ['small.txt', 'bytes=-3', '789', 'bytes 7-9/10'],
    ['large.bin', 'bytes=499995-', 'fghij', 'bytes 499995-499999/500000'],
    ['large.bin', 'bytes=0-0', 'a', 'bytes 0-0/500000'],
  ])('sends a part of %s for %s', async (name, range, body, contentRange) => {
    const response = await ask(name, { range })
    expect([response.status, response.headers.get('content-range'), await response.text()]).toEqual([
      206,
      contentRange,
      body,
    ])
  })

  test('sends the whole for several ranges, and 416 for one beyond the end', async () => {
    expect((await ask('small.txt', { range: 'bytes=0-1,3-4' })).status).toBe(200)
    const beyond = await ask('small.txt', { range: 'bytes=10-' })
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, 'bytes */10'])
  })

  test('streams a large file whole', async () => {
    const response = await ask('large.bin')
    expect(response.headers.get('content-length')).toBe('500000')
    expect((await response.text()) === large).toBe(true)
  })

  test('has the same head for HEAD, and an empty file is empty', async () => {
    for (const name of ['small.txt', 'large.bin', 'empty.html']) {
      const [get, head] = [await ask(name), await ask(name, {}, {}, 'HEAD')]
      const fields = (response: Response) => [...response.headers].filter(([field]) => field !== 'date')
      expect(fields(head)).toEqual(fields(get))
      expect(await head.text()).toBe('')
      await get.arrayBuffer()
    }
  })

  test.each(['missing', 'sub', 'small.txt/x', 'x'.repeat(300)])('answers 404 for %s', async name => {
    expect((await ask(name)).status).toBe(404)
  })

  test.each<[FileOptions, string]>([
    [{ download: true }, 'attachment; filename="small.txt"'],
    [{ download: 'a b.txt' }, 'attachment; filename="a b.txt"'],
    [
      { download: 'Rechnung für "Hank".pdf' },
      `attachment; filename="Rechnung f_r _Hank_.pdf"; filename*=UTF-8''Rechnung%20f%C3%BCr%20%22Hank%22.pdf`,
    ],
    [
      { download: 'a\r\nSet-Cookie: x' },
      `attachment; filename="a__Set-Cookie: x"; filename*=UTF-8''a%0D%0ASet-Cookie%3A%20x`,
    ],
  ])('offers it for saving: %j', async (options, disposition) => {
    expect((await ask('small.txt', {}, options)).headers.get('content-disposition')).toBe(disposition)
  })

  test('takes another type and caching', async () => {
    const response = await ask('small.txt', {}, { type: 'text/x', cacheControl: 'private' })
    expect([response.headers.get('content-type'), response.headers.get('cache-control')]).toEqual(['text/x', 'private'])
  })
})

describe('c.file(name, { root })', () => {
  const from = async (name: unknown, options: FileOptions = { root: join(folder, 'sub') }) =>
    toFetch(c => c.file(name as string, options))(new Request('http://a/'))

  beforeAll(() => {
    writeFileSync(join(folder, 'sub', 'a b.txt'), 'inside')
    mkdirSync(join(folder, 'sub', 'deep'))
    mkdirSync(join(folder, 'sub-secret'))
    writeFileSync(join(folder, 'sub', 'deep', '%2e%2e.txt'), 'literal')
    writeFileSync(join(folder, 'sub', 'deep', '..txt'), 'hidden')
    writeFileSync(join(folder, 'sub', '.env'), 'hidden')
    writeFileSync(join(folder, 'sub-secret', 'a.txt'), 'secret')
    symlinkSync(join(folder, 'small.txt'), join(folder, 'sub', 'out.txt'))
    symlinkSync(folder, join(folder, 'sub', 'up'))
    symlinkSync(join(folder, 'sub', 'a b.txt'), join(folder, 'sub', 'in.txt'))
  })

  test.each([
    ['a b.txt', 'inside'],
    ['in.txt', 'inside'],
    ['deep/%2e%2e.txt', 'literal'],
  ])('sends %j, which is below the folder', async (name, body) => {
    const response = await from(name)
    expect([response.status, await response.text()]).toEqual([200, body])
  })

  test.each([
    '../small.txt',
    'deep/../../small.txt',
    'deep/../a b.txt',
    '..',
    '.',
    '',
    'deep',
    'deep/',
    './a b.txt',
    'deep//..txt',
    'deep/..txt',
    '.env',
    '..\\small.txt',
    'a b.txt\0',
    'a b.txt/',
    'out.txt',
    'up/small.txt',
    '../sub-secret/a.txt',
    '/etc/passwd',
    '/a b.txt',
    'missing',
  ])('answers 404 for %j', async name => {
    expect((await from(name)).status).toBe(404)
  })

  test('a folder that is missing, or was never named, is the program’s mistake and no way to other files', async () => {
    for (const root of [join(folder, 'nowhere'), '', undefined, null]) {
      const response = await from(join(folder, 'small.txt'), { root } as FileOptions)
      expect([root, response.status]).toEqual([root, response.status === 404 ? 404 : 500])
      expect(await response.text()).not.toContain('0123456789')
      expect((await from('small.txt', { root } as FileOptions)).status).toBe(500)
    }
  })

  test('offers it under its own name', async () => {
    const response = await from('a b.txt', { root: join(folder, 'sub'), download: true })
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="a b.txt"')
  })
})
