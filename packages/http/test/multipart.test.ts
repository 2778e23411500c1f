import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { toFetch } from '../src/fetch/to-fetch.ts'
import { FilePart, type Handler, type MultipartOptions } from '../src/index.ts'
import { eventually, serving } from './serving.ts'

const { start, open } = serving()
const realTmp = process.env.TMPDIR
let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(realTmp ?? tmpdir(), 'arlen-multipart-'))
  process.env.TMPDIR = folder
})
afterEach(() => {
  if (realTmp === undefined) delete process.env.TMPDIR
  else process.env.TMPDIR = realTmp
  rmSync(folder, { recursive: true, force: true })
})

function formOf(parts: Record<string, string | Blob>): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(parts)) form.append(name, value)
  return form
}

async function send(handler: Handler, body: FormData | string, headers: Record<string, string> = {}) {
  const response = await toFetch(handler)(new Request('http://a/', { method: 'POST', body, headers }))
  return { status: response.status, body: (await response.json()) as unknown }
}

/** What each part was, with the content of files. */
const list =
  (options?: MultipartOptions): Handler =>
  async c => {
    const out: unknown[] = []
    for await (const part of c.req.multipart(options)) {
      if (part instanceof FilePart) out.push([part.name, part.filename, part.type, (await part.bytes()).toString()])
      else out.push([part.name, part.value])
    }
    return out
  }

test('parts come in order, fields and files', async () => {
  const form = formOf({ a: 'ä', file: new File(['content'], 'a.txt', { type: 'text/plain' }), b: '2' })
  expect(await send(list(), form)).toEqual({
    status: 200,
    body: [
      ['a', 'ä'],
      ['file', 'a.txt', 'text/plain', 'content'],
      ['b', '2'],
    ],
  })
})

test('a file that nobody reads is dropped', async () => {
  const names: Handler = async c => {
    const out: string[] = []
    for await (const part of c.req.multipart()) out.push(part.name)
    return out
  }
  const form = formOf({ a: new File(['x'.repeat(300_000)], 'a'), b: '1', c: new File(['y'], 'c') })
  expect((await send(names, form)).body).toEqual(['a', 'b', 'c'])
})

test('a file goes to disk, or to a temporary place that is gone after the answer', async () => {
  let kept = ''
  const handler: Handler = async c => {
    const sizes: number[] = []
    for await (const part of c.req.multipart()) {
      if (part.kind === 'field') continue
      if (part.name === 'keep') {
        kept = join(folder, 'kept')
        sizes.push(await part.save(kept))
      } else {
        const { path, size } = await part.saveTemporary()
        expect(readFileSync(path, 'utf8')).toBe('temporary')
        sizes.push(size)
      }
    }
    return sizes
  }
  expect(
    (await send(handler, formOf({ keep: new File(['kept'], 'k'), tmp: new File(['temporary'], 't') }))).body,
  ).toEqual([4, 9])
  expect(readFileSync(kept, 'utf8')).toBe('kept')
  await eventually(() => readdirSync(folder).length === 1)
  expect(readdirSync(folder)).toEqual(['kept'])
})

test('a file is never written over another', async () => {
  const path = join(folder, 'there')
  const handler: Handler = async c => {
    for await (const part of c.req.multipart()) if (part.kind === 'file') await part.save(path)
    return 'ok'
  }
  const form = () => formOf({ a: new File(['first'], 'a') })
  expect((await toFetch(handler)(new Request('http://a/', { method: 'POST', body: form() }))).status).toBe(200)
  expect((await toFetch(handler)(new Request('http://a/', { method: 'POST', body: form() }))).status).toBe(500)
  expect(readFileSync(path, 'utf8')).toBe('first')
})

describe('refuses', () => {
  const file = (size: number) => new File(['x'.repeat(size)], 'f')
  test.each<[string, MultipartOptions, FormData]>([
    ['a field that is too large', { fieldBytes: 10 }, formOf({ a: 'x'.repeat(11) })],
    ['a file that is too large', { fileBytes: 10 }, formOf({ a: file(11) })],
    ['too many fields', { fields: 1 }, formOf({ a: '1', b: '2' })],
    ['too many files', { files: 1 }, formOf({ a: file(1), b: file(1) })],
    ['a whole that is too large', {}, formOf({ a: file(700_000), b: file(700_000) })],
  ])('%s with 413', async (_, options, form) => {
    expect(await send(list(options), form)).toMatchObject({ status: 413, body: { code: 'body_too_large' } })
  })

  test.each([
    ['multipart/form-data', 400],
    ['multipart/form-data; boundary=', 400],
    ['multipart/mixed; boundary=a', 415],
    ['application/json', 415],
  ])('Content-Type: %s with %i', async (type, status) => {
    expect((await send(list(), '--a--\r\n', { 'content-type': type })).status).toBe(status)
  })

  test('a body that ends before its last boundary with 400', async () => {
    const body = '--a\r\nContent-Disposition: form-data; name="x"\r\n\r\nhalf'
    expect(await send(list(), body, { 'content-type': 'multipart/form-data; boundary=a' })).toMatchObject({
      status: 400,
    })
    const inFile = '--a\r\nContent-Disposition: form-data; name="x"; filename="f"\r\n\r\nhalf'
    for (const cut of [inFile, inFile + 'x'.repeat(200_000)]) {
      expect(await send(list(), cut, { 'content-type': 'multipart/form-data; boundary=a' })).toMatchObject({
        status: 400,
        body: { code: 'body_invalid' },
      })
    }
  })
})

test('a client that leaves in the middle of a file leaves nothing behind', async () => {
  const outcomes: unknown[] = []
  const server = await start(async c => {
    try {
      for await (const part of c.req.multipart()) if (part.kind === 'file') await part.saveTemporary()
    } catch (error) {
      outcomes.push((error as { code: unknown }).code)
      throw error
    }
  })
  const client = await open(server)
  client.send(
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=a\r\nContent-Length: 100000\r\n\r\n',
  )
  client.send('--a\r\nContent-Disposition: form-data; name="x"; filename="f"\r\n\r\nhalf a file')
  await eventually(() => readdirSync(folder).some(name => name.startsWith('arlen-upload-')))
  client.close()
  await eventually(() => outcomes.length === 1 && readdirSync(folder).length === 0 && server.requestsInFlight === 0)
  expect(outcomes).toEqual([expect.stringMatching(/client_disconnected|request_incomplete/)])
})

test('a body that the form ends before is read to its end, and the connection lives on', async () => {
  const server = await start(list())
  const client = await open(server)
  const body = '--a\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n--a--\r\nepilogue'
  const request = `POST / HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=a\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  const answers = await client.send(request + request).answers(2)
  expect(answers.map(answer => answer.body)).toEqual(['[["x","1"]]', '[["x","1"]]'])
})
